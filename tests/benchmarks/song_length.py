"""How cost grows with a song's length: seconds and memory from half a minute to three hours.

`python tests/benchmarks/song_length.py SONG [--suffix .mp3]` repeats a song to lengths of half a
minute to three hours, judges each in a process of its own, and prints the time of judging, of its
fingerprint (which reads the whole file), and the most memory that the process held. FFmpeg makes
the files. Not a test: it prints.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

MINUTES = (0.5, 1.5, 3.5, 10.0, 60.0, 180.0)
RUNS = 5  # the median counts
CODECS = {".mp3": ["libmp3lame", "-b:a", "192k"], ".flac": ["flac"], ".opus": ["libopus"]}


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("song", type=Path)
    parser.add_argument("--suffix", choices=sorted(CODECS), default=".mp3")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        sys.stdout.write(json.dumps(measured(options.song)))
        return 0
    table = Table(title=f"{options.song.name} repeated, {options.suffix}", box=SIMPLE_HEAD)
    for heading in ("minutes", "MB", "judged in s", "fingerprint in s", "memory in MB"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            path = Path(folder) / f"{minutes:g}{options.suffix}"
            repeat(options.song, path, minutes)
            row = subprocess.run(
                [sys.executable, __file__, "--measure", str(path)], check=True, capture_output=True
            )
            found = json.loads(row.stdout)
            table.add_row(
                f"{minutes:g}",
                f"{path.stat().st_size / 1e6:.0f}",
                f"{found['judged']:.3f}",
                f"{found['fingerprint']:.3f}",
                f"{found['memory']:.0f}",
            )
            path.unlink()
    Console().print(table)
    return 0


def repeat(song: Path, target: Path, minutes: float) -> None:
    """Write `minutes` of a song, from its beginning again and again."""
    same = song.suffix == target.suffix  # copied as it is: encoding hours takes minutes
    codec, *settings = ["copy"] if same else CODECS[target.suffix]
    source = ["-stream_loop", "-1", "-i", str(song), "-map", "0:a", "-t", str(60 * minutes)]
    command = ["ffmpeg", "-v", "error", "-nostdin", *source, "-c:a", codec, *settings, str(target)]
    subprocess.run(command, check=True)


def measured(path: Path) -> dict[str, float]:
    """Median seconds of judging and of the fingerprint, and the most memory in MB."""
    from pacetag.model.judge import Judge
    from pacetag.tagger.settings import bundle_folder
    from pacetag.tagger.tags.fingerprint import file_fingerprint

    judge = Judge(bundle_folder())
    judge.file(path)  # pays for imports and compilation, and fills the cache of the disk
    seconds: dict[str, list[float]] = {"judged": [], "fingerprint": []}
    for _ in range(RUNS):
        for name, work in (("judged", judge.file), ("fingerprint", file_fingerprint)):
            start = time.perf_counter()
            work(path)
            seconds[name].append(time.perf_counter() - start)
    found = {name: median(taken) for name, taken in seconds.items()}
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return found


if __name__ == "__main__":
    sys.exit(main())
