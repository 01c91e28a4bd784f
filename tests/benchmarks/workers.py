"""How a scan grows with the number of its workers.

`python tests/benchmarks/workers.py FOLDER [--most N] [--rounds N] [--no-tags]` scans a copy of the
folder with 1, 2, ... workers in turn, tags and all unless told otherwise, and prints songs a
second, from the first to the last song that is done, and the seconds before that; medians over the
rounds.
Needs `pacetag` on the path and a machine with nothing else to do; prints, asserts nothing.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from pacetag.tagger.settings import default_jobs


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scan."""

    songs: int
    start: float  # s before the first song was done
    rate: float  # songs a second from then on


def scan(folder: Path, jobs: int, *more: str) -> Run:
    """Scan a copy of a folder, so that every scan has the same to do."""
    with tempfile.TemporaryDirectory(prefix="pacetag-workers-") as scratch:
        music = Path(scratch, "music")
        shutil.copytree(folder, music)
        command = ["pacetag", "scan", str(music), "--json", "--jobs", str(jobs), *more]
        began = time.perf_counter()
        with subprocess.Popen(
            [*command, "--index", f"{scratch}/index.sqlite3"], stdout=subprocess.PIPE, text=True
        ) as process:
            done = [
                time.perf_counter() for line in process.stdout or () if "path" in json.loads(line)
            ]
    return Run(songs=len(done), start=done[0] - began, rate=(len(done) - 1) / (done[-1] - done[0]))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=default_jobs(), help="workers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-tags", action="store_true", help="fill the index alone")
    options = parser.parse_args()
    runs: dict[int, list[Run]] = {jobs: [] for jobs in range(1, options.most + 1)}
    for _ in range(options.rounds):  # side by side: what else the machine does hits all alike
        for jobs, done in runs.items():
            done.append(scan(options.folder, jobs, *["--no-tags"] * options.no_tags))
    rates = {jobs: median(run.rate for run in done) for jobs, done in runs.items()}
    table = Table("workers", "songs", "s to the first", "songs a second", "× one worker")
    for jobs, done in runs.items():
        first = f"{median(run.start for run in done):.2f}"
        ratio = f"{rates[jobs] / rates[1]:.2f}"
        table.add_row(str(jobs), str(done[0].songs), first, f"{rates[jobs]:.2f}", ratio)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
