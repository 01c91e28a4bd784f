"""Whether the memory of a scan grows with the number of its songs.

`python tests/benchmarks/memory_growth.py [FOLDER] [--songs N] [--jobs N] [--keep-workers]` copies
the songs of a folder, by default the sample songs, again and again until there are N, scans them
all with `--force`, and prints the resident memory of the command and its workers every 100 songs.
With `--keep-workers` no worker is renewed, so that a leak would show. Linux only; prints, asserts
nothing.
"""

import argparse
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from pacetag.tagger.library.walk import walk

SAMPLES = Path(__file__).parents[2] / "sample_audio"
EVERY = 100  # songs between two lines
COMMAND = (
    "from pacetag.tagger.workers import pool; {}from pacetag.tagger.__main__ import main; main()"
)


def memory(process: int) -> float:
    """Resident memory of a process, MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1000


def workers_of(parent: int) -> list[int]:
    """The worker processes that a command has now, the oldest first."""
    found = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for process in children.read_text().split():
            if "spawn_main" in Path(f"/proc/{process}/cmdline").read_text():
                found.append(int(process))
    return sorted(found)


def copies(folder: Path, target: Path, count: int) -> None:
    """Fill a folder with so many songs."""
    songs = itertools.cycle(list(walk([folder])))
    for number, song in zip(range(count), songs, strict=False):
        shutil.copy(song, target / f"{number:05} {song.name}")


def main() -> int:
    """Print a line every 100 songs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--songs", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep-workers", action="store_true")
    options = parser.parse_args()
    renewal = f"pool.RENEWAL = {sys.maxsize}; " if options.keep_workers else ""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="pacetag-memory-") as scratch:
        music = Path(scratch, "music")
        music.mkdir()
        copies(options.folder, music, options.songs)
        command = [sys.executable, "-c", COMMAND.format(renewal), "scan", str(music), "--force"]
        command += ["--json", "--jobs", str(options.jobs), "--index", f"{scratch}/index.sqlite3"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as scan:
            for number, line in enumerate(scan.stdout or (), 1):
                if "path" not in json.loads(line):
                    console.print(line.strip(), highlight=False)
                elif number % EVERY == 0:
                    each = ", ".join(f"{memory(w):.0f} ({w})" for w in workers_of(scan.pid))
                    console.print(f"{number} songs: command {memory(scan.pid):.0f}, workers {each}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
