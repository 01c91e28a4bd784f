"""What a scan costs that finds nothing to do, by the number of songs.

`python tests/benchmarks/rescan.py [--songs 5000 50000] [--work FOLDER]` makes a library of sparse
files that are all known, in a folder that is removed at the end, and prints for each size how long
whole `pacetag scan` processes take (the best of three) and how much memory they come to at most.
Not a test: machines differ and are noisy.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from filling import fill  # type: ignore[import-not-found]  # its neighbour
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pacetag.db.records import SongRecord
from pacetag.model.bundle import DEFAULT_NAME
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.library.walk import stamp, walk

RUNS = 3
ALBUM = 12  # songs in a folder
COMMANDS = {"lines": [], "--json": ["--json"]}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, nargs="+", default=[5_000, 50_000])
    parser.add_argument("--work", type=Path, help="where to make the library, else in /tmp")
    options = parser.parse_args()
    table = Table(title="a scan with nothing to do", box=SIMPLE_HEAD)
    for heading in ("songs", "output", "s", "µs a song", "peak MB"):
        table.add_column(heading, justify="right")
    for songs in options.songs:
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            music, index = Path(folder, "music"), Path(folder, "index.sqlite3")
            make_files(music, songs)
            fill(index, known_songs(music), seen_to=True)
            for name, arguments in COMMANDS.items():
                runs = [_run(music, index, arguments) for _ in range(RUNS)]
                seconds, memory = min(run[0] for run in runs), max(run[1] for run in runs)
                each = f"{1e6 * seconds / songs:.0f}"
                table.add_row(f"{songs}", name, f"{seconds:.2f}", each, f"{memory:.0f}")
    Console().print(table)
    return 0


def make_files(music: Path, songs: int) -> None:
    """Make as many files that take no room on the disk."""
    for number in range(songs):
        album = music / f"Artist {number // ALBUM // 8:05}" / f"Album {number // ALBUM % 8}"
        if number % ALBUM == 0:
            album.mkdir(parents=True)
        with Path(album, f"{number % ALBUM:02} - A song of the road.mp3").open("wb") as file:
            file.truncate(5_000_000 + number)


def known_songs(music: Path) -> Iterator[SongRecord]:
    """The songs as an earlier scan would have stored them."""
    rng = random.Random(1)
    bundle = DEFAULT_NAME
    for path in walk([music]):
        base = rng.uniform(70, 140)
        paces = (base, 2 * base, base / 2)
        yield SongRecord(
            path=str(path),
            stamp=stamp(path),
            fingerprint=f"{rng.getrandbits(128):032x}",
            title=path.stem,
            artist=path.parts[-3],
            album=path.parts[-2],
            genre="Rock",
            year=1999,
            bundle=bundle,
            analysis=Analysis(
                paces=tuple(Pace(bpm=round(bpm, 2), confidence=0.9) for bpm in paces),
                duration=rng.uniform(120, 400),
            ),
        )


def _run(music: Path, index: Path, arguments: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of one scan, in a process of its own."""
    command = ["pacetag", "scan", str(music), "--index", str(index), *arguments]
    memory = 0.0
    before = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory = _peak(process.pid) or memory
            time.sleep(0.01)
    seconds = time.perf_counter() - before
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return seconds, memory


def _peak(process: int) -> float:
    """Megabytes that a running process has come to at most; nothing where the system is silent."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kilobytes[0]) / 1024 if kilobytes else 0.0


if __name__ == "__main__":
    sys.exit(main())
