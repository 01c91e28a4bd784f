"""All tables of docs/performance.md, on this machine, with one command.

`python tests/benchmarks/performance.py [FOLDER] [--sets SET.csv...] [--long]` runs the benchmarks
of this folder one after the other: starting, a song beside a plain decode and beside other
programs, its cost by its length, workers, nothing to do, and large indexes; with `--sets` how much
must be listened to, with `--long` the memory over 2 000 songs too. FOLDER holds songs; without it
the sample songs are repeated to three minutes each and encoded in turn by several codecs. Needs
FFmpeg and a machine with nothing else to do; takes some twenty minutes. Prints, asserts nothing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from song_length import CODECS, repeat  # type: ignore[import-not-found]  # its neighbour

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "sample_audio"
MINUTES = 3.0


def main() -> int:
    """Run them all; those that fail are named at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sets", type=Path, nargs="+", default=[], metavar="SET.csv")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or three_minutes_each(Path(scratch))
        song = next(path for path in sorted(folder.rglob("*.mp3")))
        runs = [
            ["start_up.py"],
            ["song_cost.py", str(folder), "--peers"],
            ["song_length.py", str(song)],
            ["workers.py", str(folder)],
            ["rescan.py"],
            ["index_scale.py"],
        ]
        runs += [["listening_curve.py", *map(str, options.sets)]] if options.sets else []
        runs += [["memory_growth.py"]] if options.long else []
        failed = [run[0] for run in runs if not done(run)]
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def three_minutes_each(folder: Path) -> Path:
    """The sample songs, long enough, in several containers by turns."""
    suffixes = sorted(CODECS)
    samples = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".csv")
    for number, sample in enumerate(samples):
        repeat(sample, folder / f"{sample.stem}{suffixes[number % len(suffixes)]}", MINUTES)
    return folder


def done(run: list[str]) -> bool:
    """Run one benchmark, which prints its tables; whether it came to its end."""
    sys.stdout.write(f"\n== {' '.join(run)}\n")
    sys.stdout.flush()
    scripts = str(Path(sys.executable).parent)  # where `pacetag` is
    path = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    command = [sys.executable, str(HERE / run[0]), *run[1:]]
    return subprocess.run(command, env=os.environ | {"PATH": path}, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
