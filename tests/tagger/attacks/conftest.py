"""Libraries of every kind of song, and what must stay true of them after every attack."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.library.song_names import is_song
from pacetag.tagger.tags.containers.layouts import load_layout
from pacetag.tagger.tags.fingerprint import _spans, file_fingerprint
from pacetag.tagger.tags.mutagen_io import open_audio
from tests.tagger.attacks.mutants import make_all
from tests.tagger.attacks.mutating import mend_ogg

FIELDS = ("pace", "pacetag", "bpm", "quodlibet")
State = tuple[str, tuple[bytes, ...]]


def state(path: Path) -> State:
    """Return what pacetag must never change in a song: its sound, and all tags but its own."""
    return file_fingerprint(path), load_layout(path, type(open_audio(path))).kept(FIELDS)


def with_own_sound(content: bytes, number: int) -> bytes:
    """Change a few bytes of a song's sound, so that it counts as another song."""
    _, stop = list(_spans(io.BytesIO(content), len(content)))[-1]
    data = bytearray(content)
    data[stop - 16 : stop - 14] = number.to_bytes(2)
    mend_ogg(data)
    return bytes(data)


def litter(folder: Path) -> list[str]:
    """Return the names of hidden files in a library, where pacetag should leave none."""
    return sorted(
        each.name for each in folder.rglob("*") if each.is_file() and each.name.startswith(".")
    )


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each kind of song once."""
    return make_all(tmp_path_factory.mktemp("kinds") / "songs")


@pytest.fixture
def fill(kinds: Path, library: Path) -> Callable[[int], list[Path]]:
    """Put so many songs into the library, of all containers in turn, each with its own sound.

    The fake judge takes the tempo from the number in a name: 100 and up.
    """

    def make(count: int) -> list[Path]:
        sources = [each for each in sorted(kinds.iterdir()) if is_song(each.name)]
        made = []
        for number in range(count):
            source = sources[number % len(sources)]
            folder = library / f"album {number // 50}"
            folder.mkdir(exist_ok=True)
            path = folder / f"{100 + number % 200} of {number // 200}{source.suffix}"
            path.write_bytes(with_own_sound(source.read_bytes(), number))
            made.append(path)
        return made

    return make


LONG = bool(os.environ.get("PACETAG_LONG_TESTS"))
