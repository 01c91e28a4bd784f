"""Where the shipped network errs on single clips of rendered songs, by ratio to the beat.

`python tests/benchmarks/case_errors.py WORK [--split validation]` reads the cases and grooves that
`pacetag train WORK` left, and prints errors of cases for each ratio, right tempos and wrong apart.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from pacetag.model.bundle import load_bundle
from pacetag.model.runtime import Runtime
from pacetag.model.tempo.folding import network_input
from pacetag.model.training.cases.store import load_stored
from pacetag.model.training.grooves.songs import groove_songs
from pacetag.tagger.settings import bundle_folder

RATIOS = {
    "1/6": 1 / 6, "1/4": 1 / 4, "1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3, "3/4": 3 / 4, "1": 1.0,
    "4/3": 4 / 3, "3/2": 3 / 2, "2": 2.0, "8/3": 8 / 3, "3": 3.0, "4": 4.0, "6": 6.0,
}  # fmt: skip


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--split", default="validation", choices=("validation", "test"))
    options = parser.parse_args()
    bundle = load_bundle(bundle_folder())
    runtime = Runtime(bundle.litert)
    megabatch = load_stored(options.work / "cases")
    folders = [options.work / name for name in ("grooves", "further", "human")]
    songs = [song for folder in folders if folder.is_dir() for song in groove_songs(folder)]
    beats = {song.name: song.truth.annotated or 0.0 for song in songs}
    errors: Counter[tuple[str, int]] = Counter()
    counts: Counter[tuple[str, int]] = Counter()
    rows = megabatch.where(options.split, "grooves")
    for first in range(0, len(rows), 512):
        part = rows[first : first + 512]
        cases = network_input(megabatch.cases[part].astype(np.float32), bundle.spec)
        for row, logit in zip(part, runtime.logits(cases), strict=True):
            label = int(megabatch.labels[row])
            key = _ratio(float(megabatch.bpm[row]) / beats[str(megabatch.song[row])]), label
            counts[key] += 1
            errors[key] += (logit > 0) != (label == 1)
    table = Table("ratio to the beat", "right tempos missed", "wrong tempos taken for right")
    for name in [*RATIOS, "other"]:
        cells = (f"{errors[name, y]} of {counts[name, y]}" for y in (1, 0))
        table.add_row(name, *cells)
    Console().print(table)
    return 0


def _ratio(value: float) -> str:
    near = (name for name, ratio in RATIOS.items() if abs(value / ratio - 1) < 0.04)
    return next(near, "other")


if __name__ == "__main__":
    sys.exit(main())
