"""Fill a block by the real beets-goingrunning, for `runs_by_plan.py --beets PYTHON`.

PYTHON is an interpreter that has beets and beets-goingrunning. For each block it gets a library of
the songs that fit, each with its pace as bpm, a training that orders them by bpm and picks from
bins, as the plug-in does where nothing else is set, and a target into which it writes a playlist.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "block"
LIBRARY = """
import json, sys
from beets.library import Item, Library
library = Library(sys.argv[1], "/")
for song in json.load(sys.stdin):
    library.add(Item(**{**song, "path": song["path"].encode("utf-8", "surrogateescape")}))
"""
SETTINGS = """
library: {folder}/library.db
directory: /
plugins: goingrunning
goingrunning:
  targets:
    here: {{device_root: {folder}, device_path: out, copy_files: no, clean_target: no,
            generate_playlist: yes}}
  trainings:
    {name}:
      query: {{"bpm": "0..999"}}
      ordering: {{"bpm": 100}}
      duration: {minutes}
      target: here
"""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A song as beets knows it."""

    path: str
    title: str
    artist: str
    length: float  # s
    bpm: int  # whole, as beets keeps it


def picked(python: Path, songs: Sequence[Offered], *, seconds: float) -> list[str]:
    """Return the paths that goingrunning picks for a training of so many seconds, in its order."""
    if len(songs) < 2:  # it gives up on one song
        return [song.path for song in songs]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        out = here / "out" / hashlib.sha1(NAME.encode()).hexdigest().upper()[:8]
        out.mkdir(parents=True)  # it makes the folder only where it copies
        settings = SETTINGS.format(folder=here, name=NAME, minutes=seconds / 60)
        (here / "config.yaml").write_text(settings)
        _run(
            [python, "-c", LIBRARY, here / "library.db"], here, json.dumps(list(map(asdict, songs)))
        )
        said = _run([python, "-m", "beets", "goingrunning", NAME], here)
        playlist = out / f"{NAME}.m3u"
        if not playlist.is_file():
            raise RuntimeError(f"goingrunning wrote no playlist: {said}")
        lines = playlist.read_text("utf-8", "surrogateescape").splitlines()
        return [line for line in lines if not line.startswith("#")]


def _run(command: Sequence[str | Path], folder: Path, given: str = "") -> str:
    done = subprocess.run(
        command,
        env={"BEETSDIR": str(folder), "HOME": str(folder), "PATH": "/usr/bin:/bin"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout + done.stderr
