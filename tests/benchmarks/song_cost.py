"""What judging a song costs, beside a plain decode of the same file.

`python tests/benchmarks/song_cost.py FOLDER [--songs N]` prints medians over the songs of a folder,
measured side by side on one core. Not a test: machines differ and are noisy.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from pacetag.model.audio import read_excerpts
from pacetag.model.candidates import song_candidates
from pacetag.model.errors import ModelError
from pacetag.model.features import extract_features
from pacetag.model.judge import Judge

T = TypeVar("T")
SUFFIXES = {".mp3", ".flac", ".ogg", ".opus", ".wav"}


def timed(times: list[float], work: Callable[[], T]) -> T:
    """The result of `work`, its seconds appended to `times`."""
    start = time.perf_counter()
    result = work()
    times.append(time.perf_counter() - start)
    return result


def measure(judge: Judge, path: Path, stages: dict[str, list[float]]) -> None:
    """Append the seconds of every stage for one song."""
    timed(stages["plain decode"], lambda: soundfile.read(path, dtype="float32"))
    excerpts = timed(stages["excerpts"], lambda: read_excerpts(path, judge.spec))
    heard = timed(
        stages["features"], lambda: [extract_features(s, judge.spec) for s in excerpts.samples]
    )
    found = timed(
        stages["candidates"], lambda: song_candidates([f.tempogram for f in heard], judge.spec)
    )
    timed(
        stages["fold and judge"],
        lambda: judge.tempo_logits(heard, np.array([c.bpm for c in found])),
    )
    timed(stages["whole song"], lambda: judge.file(path))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=60)
    options = parser.parse_args()
    files = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    chosen = files[:: max(1, len(files) // options.songs)][: options.songs]
    judge = Judge.load()
    if chosen:
        judge.file(chosen[0])  # the first song pays for imports and compilation
    names = ("plain decode", "excerpts", "features", "candidates", "fold and judge", "whole song")
    stages: dict[str, list[float]] = {name: [] for name in names}
    done = 0
    for path in chosen:
        try:
            measure(judge, path, stages)
            done += 1
        except ModelError as error:
            Console(stderr=True).print(str(error), markup=False)
    decode = median(stages["plain decode"])
    table = Table("stage", "median s", "× plain decode", title=f"{done} songs")
    for name, times in stages.items():
        table.add_row(name, f"{median(times):.3f}", f"{median(times) / decode:.2f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
