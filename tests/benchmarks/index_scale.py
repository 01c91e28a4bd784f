"""How long questions to the index take, by the number of songs in it.

`python tests/benchmarks/index_scale.py [--songs 50000 1000000] [--work FOLDER]` makes indexes of
invented songs (a million take a minute and 800 MB, and are removed at the end) and prints, best of
five: whole `pacetag` processes, then the query alone in a process that runs already. Not a test.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from filling import fill  # type: ignore[import-not-found]  # its neighbour
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.filters.query import parse_query
from pacetag.tagger.playlist.pool import song_pool
from pacetag.tagger.playlist.query import build_playlist

RUNS = 5
PLAYLIST = ["playlist", "--cadence", "165"]
COMMANDS = (
    ["--help"],
    PLAYLIST,
    [*PLAYLIST, "--duration", "45m"],
    [*PLAYLIST, "--duration", "45m", "--genre", "rock"],
    [*PLAYLIST, "--min-confidence", "1"],  # nothing fits: what a wider tolerance would give
    ["stats"],
)
QUESTIONS: dict[str, Callable[[SongIndex], object]] = {
    "playlist of 250 songs": lambda index: build_playlist(index, 165, limit=250),
    "playlist of 45 minutes": lambda index: build_playlist(index, 165, duration=2_700),
    "the same of one artist": lambda index: build_playlist(
        index, 165, duration=2_700, where=parse_query("artist:00012")
    ),
    "the same, shuffled": lambda index: build_playlist(index, 165, duration=2_700, seed=1),
    "all that fits 140 to 190": lambda index: song_pool(index, low=140, high=190),
    "stats": SongIndex.stats,
    "a song": lambda index: index.song("/srv/music/none.mp3"),
    "store a song": lambda index: index.store(_song(Path("/srv"), 7, random.Random(1))),
}


def main() -> int:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, nargs="+", default=[50_000, 1_000_000])
    parser.add_argument("--work", type=Path, help="where to make the index, else in /tmp")
    options = parser.parse_args()
    for songs in options.songs:
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            path, music = Path(folder, "index.sqlite3"), Path(folder, "music")
            rng = random.Random(1)
            fill(path, (_song(music, number, rng) for number in range(songs)))
            with SongIndex.open(path) as index:
                _make_files(index)
            table = Table(title=f"{songs} songs", box=SIMPLE_HEAD)
            table.add_column("question")
            for heading in ("whole process, s", "query alone, s"):
                table.add_column(heading, justify="right")
            for command in COMMANDS:
                seconds = _best(partial(_run, command, path))
                table.add_row(" ".join(command), f"{seconds:.3f}", "")
            with SongIndex.open(path) as index:
                for name, question in QUESTIONS.items():
                    table.add_row(name, "", f"{_best(partial(question, index)):.4f}")
            for away in ("the best are gone", "all are gone"):
                if away == "all are gone":
                    shutil.rmtree(music)
                else:
                    with SongIndex.open(path) as index:
                        for entry in build_playlist(index, 165, limit=200).entries:
                            Path(entry.song.path).unlink()
                seconds = _best(partial(_run, PLAYLIST, path))
                table.add_row(f"{' '.join(PLAYLIST)}, {away}", f"{seconds:.3f}", "")
            Console().print(table)
    return 0


def _make_files(index: SongIndex) -> None:
    """Of the songs that are listed: a playlist names only songs that are there."""
    for sure in (0.5, 1.0):
        for entry in build_playlist(index, 165, limit=1_000, min_confidence=sure).entries:
            path = Path(entry.song.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def _path(music: Path, number: int) -> str:
    artist, album = number // 120, number // 12 % 10
    return f"{music}/Artist {artist:05}/Album {album}/{number % 12:02} - Song {number}.mp3"


def _song(music: Path, number: int, rng: random.Random) -> SongRecord:
    """A song with the paces of one family; one in a hundred is missing, some failed."""
    base = rng.uniform(70, 142)
    levels = (base / 2, base, 2 * base, base * rng.choice([3 / 2, 2 / 3, 4 / 3]))
    sure = sorted((round(rng.uniform(0.5, 1), 4) for _ in levels), reverse=True)
    failed = rng.random() < 0.005
    heard = tuple(
        Pace(bpm=round(bpm, 2), confidence=confidence)
        for bpm, confidence in zip(rng.sample(levels, len(levels)), sure, strict=True)
        if 40 <= bpm <= 285
    )
    return SongRecord(
        path=_path(music, number),
        stamp=Stamp(size=5_000_000 + number, mtime_ns=10**18, ctime_ns=10**18, inode=number),
        fingerprint=f"{rng.getrandbits(128):032x}",
        title=f"Song of the road {number}",
        artist=f"Artist {number // 120:05}",
        album=f"Album {number // 12 % 10}",
        genre="Rock",
        year=1999,
        bundle="invented",
        analysis=Analysis(
            paces=() if failed else heard,
            duration=rng.uniform(120, 400),
            # From the number, so that all else is as it was before songs had an intensity.
            intensity=number * 0.618034 % 1,
        ),
        failure="cannot decode audio" if failed else None,
        missing=rng.random() < 0.01,
    )


def _run(command: list[str], index: Path) -> None:
    where = [] if command == ["--help"] else ["--index", str(index)]
    subprocess.run(["pacetag", *command, *where], stdout=subprocess.DEVNULL, check=True)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
