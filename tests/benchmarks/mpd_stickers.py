"""How long `pacetag mpd sync` takes with a real MPD, for a library of many songs.

    python -m tests.benchmarks.mpd_stickers --songs 10000 [--stickers FOLDER]

MPD flushes its file of stickers for each of them, so the disk decides: --stickers says where that
file lies, such as /dev/shm. Prints seconds for the first time, for one at which nothing differs,
for one at which every hundredth song does, for a query, and for `clear`.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.players.mpd import answering
from pacetag.tagger.terminal.say import say
from tests.tagger.mpd_server import mpd_server

ROOT = Path(__file__).parent.parent.parent
A_FOLDER = 12  # songs


def main() -> None:
    """Measure in a folder that is removed again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--stickers", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(folder)
        with tempfile.TemporaryDirectory(dir=given.stickers or home) as place:
            measure(home, given.songs, Path(place) / "stickers")


def measure(home: Path, count: int, stickers: Path) -> None:
    """Make the library and its index, start MPD, and time the commands."""
    from typer.testing import CliRunner

    from pacetag.tagger.cli import app

    music, index = home / "music", home / "index.sqlite3"
    songs = make_library(music, count)
    fill(index, songs, 0)
    os.environ["MPD_HOST"] = str(home / "s")

    def run(*words: str) -> None:
        done = CliRunner().invoke(app, ["mpd", *words])
        say(f"    {done.output.strip().splitlines()[-1]}")

    with mpd_server(music, home, stickers=stickers):
        sync = ("sync", "--index", str(index))
        timed("all of them", lambda: run(*sync))
        timed("none of them", lambda: run(*sync))
        fill(index, songs[::100], 60)
        timed("every hundredth", lambda: run(*sync))
        with answering("mpd") as client:
            timed("a query", lambda: client.sticker_find("song", "", "pace", ">", "160"))
        timed("clear", lambda: run("clear"))


def make_library(music: Path, count: int) -> list[Path]:
    """Names of one short sound, in folders of an album each."""
    source = min((ROOT / "sample_audio").glob("*.mp3"))
    first = music / "first.mp3"
    music.mkdir()
    shutil.copy(source, first)
    songs = [
        music / f"Artist {number // A_FOLDER // 3}" / f"Album {number // A_FOLDER % 3}"
        f"/{number % A_FOLDER:02d} A song of some name.mp3"
        for number in range(count)
    ]
    for song in songs:
        song.parent.mkdir(parents=True, exist_ok=True)
        song.hardlink_to(first)
    return songs


def fill(index: Path, songs: list[Path], more: int) -> None:
    """Store two paces for each song."""
    with SongIndex.open(index) as opened:
        for number, song in enumerate(songs):
            bpm = float(140 + number % 40 + more)
            paces = (Pace(bpm=bpm, confidence=0.98), Pace(bpm=bpm / 2, confidence=0.9))
            opened.store(
                SongRecord(
                    path=str(song),
                    stamp=NEVER,
                    fingerprint=f"{number:032x}",
                    title="A song",
                    artist="An artist",
                    album=None,
                    genre=None,
                    bundle="ear-1",
                    analysis=Analysis(paces=paces, duration=200.0),
                )
            )


def timed(what: str, act: Callable[[], Any]) -> None:
    """Print the seconds that it takes."""
    began = time.perf_counter()
    act()
    say(f"{what}: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
