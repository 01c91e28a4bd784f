"""mutagen stays the same for other users in the process after pacetag has read and written."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from mutagen.id3 import _specs, _tags

from pacetag.tagger.tags import limits
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.making import SOME

COMPARE = """
import importlib, inspect, pkgutil, sys
from pathlib import Path
import mutagen

def contents():
    found = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == "mutagen":
            found[name] = dict(vars(module))
            for each in vars(module).values():
                if inspect.isclass(each) and each.__module__.partition(".")[0] == "mutagen":
                    found[f"{each.__module__}.{each.__qualname__}"] = dict(vars(each))
    return found

for each in pkgutil.walk_packages(mutagen.__path__, "mutagen."):
    importlib.import_module(each.name)
before = contents()

from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.writer import write_tags

folder = Path(sys.argv[1])
for path in map(Path, sys.argv[2:]):
    read_tags(path)
    write_tags(path, {"pace": ["150"]}, journals=folder)
    assert read_tags(path).pace == ("150",), path

after = contents()
assert before.keys() == after.keys()
for place, held in before.items():
    assert held.keys() == after[place].keys(), place
    changed = [name for name in held if held[name] is not after[place][name]]
    assert not changed, (place, changed)
"""


def test_mutagen_is_as_it_was_after_songs_were_read_and_written(
    copy_of: Callable[[str], Song], tmp_path: Path
) -> None:
    songs = [copy_of(kind).path for kind in SOME]

    done = subprocess.run(
        [sys.executable, "-c", COMPARE, tmp_path / "journals", *songs],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_bounds_are_in_mutagen_only_while_a_file_is_read() -> None:
    usual = _specs.Latin1TextSpec.read, _tags.read_frames
    with limits.bounded():
        with limits.bounded():  # as in another thread
            pass
        within = _specs.Latin1TextSpec.read, _tags.read_frames

    assert not set(usual) & set(within)
    assert (_specs.Latin1TextSpec.read, _tags.read_frames) == usual
