"""What judging costs beside a plain decode, for the same songs in each of four containers.

`python tests/benchmarks/container_cost.py FOLDER [--songs N] [--seconds S] [--times N]` picks songs
spread over a folder, encodes the first S seconds of each with FFmpeg, and takes the processor time
of this process: the least of N times, decode and judging by turns. Other work on the machine
weighs less so, but it still does. Not a test: machines differ and are noisy.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import soundfile
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from song_cost import plain_decode  # type: ignore[import-not-found]  # its neighbour

from pacetag.model.judge import Judge
from pacetag.tagger.settings import bundle_folder

SUFFIXES = {".ogg", ".flac", ".mp3"}  # of the recordings
KINDS = {  # suffix: arguments of FFmpeg
    ".ogg": "-c:a libvorbis -q:a 5",
    ".flac": "-c:a flac -sample_fmt s16",
    ".mp3": "-c:a libmp3lame -q:a 2",
    ".m4a": "-c:a aac -b:a 160k",
}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=14)
    parser.add_argument("--seconds", type=float, default=210.0)
    parser.add_argument("--times", type=int, default=2)
    options = parser.parse_args()
    console, judge = Console(), Judge(bundle_folder())
    files = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    long = [path for path in files if soundfile.info(path).duration >= options.seconds]
    chosen = long[:: max(1, len(long) // options.songs)][: options.songs]
    table = Table(title=f"{len(chosen)} songs of {options.seconds:.0f} s", box=SIMPLE_HEAD)
    for heading in ("container", "decode ms", "pacetag ms", "median × decode", "sum × decode"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as scratch:
        for suffix, how in KINDS.items():
            pairs = []
            for path in track(chosen, suffix, console=console, transient=True):
                song = Path(scratch) / f"song{suffix}"
                cut = ["-t", str(options.seconds), "-map", "0:a", *how.split(), str(song)]
                subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(path), *cut], check=True)
                pairs.append(costs(song, judge.file, options.times))
            decode, judging = (sum(each) for each in zip(*pairs, strict=True))
            table.add_row(
                suffix,
                f"{1e3 * decode / len(pairs):.0f}",
                f"{1e3 * judging / len(pairs):.0f}",
                f"{median(judged / decoded for decoded, judged in pairs):.2f}",
                f"{judging / decode:.2f}",
            )
    console.print(table)
    return 0


def costs(song: Path, judge: Callable[[Path], object], times: int) -> tuple[float, float]:
    """Seconds of processor time of a plain decode and of judging, the least of so many times."""
    decode: list[float] = []
    judging: list[float] = []
    judge(song)  # the first song pays for imports, and each for reading the disk
    for _ in range(times):
        for work, taken in ((plain_decode, decode), (judge, judging)):
            start = time.process_time()
            work(song)
            taken.append(time.process_time() - start)
    return min(decode), min(judging)


if __name__ == "__main__":
    sys.exit(main())
