"""How much memory songs with large pictures cost, and how long they take.

`python -m tests.benchmarks.large_pictures [--megabytes N] [--only SUFFIX ...]` makes two songs with
a picture of that size in each container, and has the real command look into, judge, tag and take
back both at once. Prints the highest resident memory of the command and of its largest worker.
Linux only; prints, asserts nothing. The disk needs about ten times the size of a picture.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.memory_growth import workers_of
from tests.tagger.tags.enlarging import enlarge
from tests.tagger.tags.making import make

SAMPLES = Path(__file__).parents[2] / "sample_audio"
KINDS = (
    "m4a",
    "mp3",
    "flac",
    "ogg",
    "opus",
    "spx",
    "wma",
    "ape",
    "wv",
    "mpc",
    "wav",
    "aiff",
    "dsf",
)
COMMAND = "from pacetag.tagger.__main__ import main; main()"
JOBS = ("--jobs", "2")
# Arguments of the command; FOLDER stands for the folder, SONG for one of the songs.
STEPS = {
    "dry run": ("scan", "FOLDER", "--dry-run", *JOBS),
    "scan": ("scan", "FOLDER", *JOBS),
    "again": ("scan", "FOLDER", *JOBS),
    "checked": ("scan", "FOLDER", "--force", "--read-only-check", "FOLDER", *JOBS),
    "undo": ("undo", "--all", "FOLDER"),
    "show": ("show", "SONG"),
}


def peak(process: int) -> float:
    """The highest resident memory of a process so far, MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


def measured(*arguments: str) -> tuple[float, float, float]:
    """Highest MB of the command, of its largest worker, and the seconds that it took."""
    own = workers = 0.0
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            own = max(own, peak(process.pid))
            workers = max([workers, *map(peak, workers_of(process.pid))])
            time.sleep(0.01)
    return own, workers, time.monotonic() - began


def songs(kind: str, size: int, folder: Path) -> None:
    """Two songs with such a picture each: of the samples where one is of that kind."""
    samples = sorted(SAMPLES.glob(f"*.{kind}"))
    for number in range(2):
        song = folder / f"{number}.{kind}"
        if samples:
            shutil.copy(samples[number % len(samples)], song)
        else:
            shutil.move(make(f"{kind}-bare", folder), song)
        enlarge(song, size)


def main() -> int:
    """Print a row for each container."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--only", nargs="+", default=KINDS)
    options = parser.parse_args()
    console = Console(width=140)
    table = Table(title=f"MB of command / worker, s; two songs with {options.megabytes} MB each")
    for name in ("container", *STEPS):
        table.add_column(name, justify="right")
    for kind in options.only:
        with tempfile.TemporaryDirectory(prefix="pacetag-pictures-") as scratch:
            music = Path(scratch, "music")
            music.mkdir()
            songs(kind, options.megabytes * 1_000_000, music)
            named = {"FOLDER": str(music), "SONG": str(music / f"0.{kind}")}
            index = ("--index", f"{scratch}/index.sqlite3")
            cells = []
            for step, words in STEPS.items():
                command = [named.get(word, word) for word in words]
                found = measured(*command, *(() if step == "show" else index))
                cells.append("{:.0f} / {:.0f}, {:.1f}".format(*found))
            table.add_row(kind, *cells)
            console.print(kind, *cells)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
