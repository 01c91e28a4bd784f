"""How exact paces are: claimed ones beside the true ones of songs that keep a known tempo.

`python tests/benchmarks/exactness.py SET.csv...` judges the songs of evaluation sets whose paces
are exact, as those of rendered music are, and prints how far each claimed pace is off the true one
that it means (within 4 %). Not a test: it prints.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pacetag.model.evaluation.evaluation_set import read_evaluation_set
from pacetag.model.evaluation.song_marks import HeardSong
from pacetag.model.judge import Judge
from pacetag.tagger.evaluating.run import hear_song
from pacetag.tagger.settings import bundle_folder

MEANT = 0.04  # a pace within this of a true one means it
SHARES = (0.001, 0.002, 0.003)


def main() -> int:
    """Print a row for every set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET.csv")
    parser.add_argument("--music", type=Path)
    options = parser.parse_args()
    console, judge = Console(width=120), Judge(bundle_folder())
    table = Table(box=SIMPLE_HEAD)
    table.add_column("set")
    within = (f"within {100 * share:g} %" for share in SHARES)
    for heading in ("paces", "median off", *within, "largest"):
        table.add_column(heading, justify="right")
    for path in options.sets:
        songs = track(read_evaluation_set(path, options.music), path.stem, console=console)
        heard = [hear_song(judge, song) for song in songs]
        off = np.array([one for song in heard if isinstance(song, HeardSong) for one in _off(song)])
        shares = (f"{np.mean(off <= share):.3f}" for share in SHARES)
        table.add_row(
            path.stem, f"{len(off)}", f"{np.median(off):.3%}", *shares, f"{off.max():.3%}"
        )
    console.print(table)
    return 0


def _off(song: HeardSong) -> list[float]:
    """How far each claimed pace is off the true one that it means, as a share of it."""
    found = []
    for pace in song.analysis.paces:
        off = min((abs(pace.bpm / true - 1) for true in song.song.truth.right), default=1.0)
        if off <= MEANT:
            found.append(off)
    return found


if __name__ == "__main__":
    sys.exit(main())
