"""How well music is heard whose tempo drifts, as that of people does who play without a click.

`python tests/benchmarks/drifting.py SET.csv [--seconds 90]` takes the middle of every song of an
evaluation set, lets its tempo swing slowly around its own by up to so many per cent, and judges
what comes of it: set precision, recall and F1 over 80-210 at ±4 % of the mean tempo, how often the
surest pace is in the family, and the AUC of single tempos. Not a test: it prints.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pacetag.model.evaluation.evaluation_set import EvaluationSong, read_evaluation_set
from pacetag.model.evaluation.figures import group_figures
from pacetag.model.evaluation.song_marks import HeardSong
from pacetag.model.judge import Judge
from pacetag.model.training.degradations.drift import drift
from pacetag.model.training.degradations.settings import Between, DriftSettings
from pacetag.tagger.evaluating.run import hear_song
from pacetag.tagger.settings import bundle_folder

DEPTHS = (0.0, 0.01, 0.02, 0.03, 0.04)  # of the tempo, either way


def main() -> int:
    """Print a row for every depth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, metavar="SET.csv")
    parser.add_argument("--music", type=Path)
    parser.add_argument("--seconds", type=float, default=90.0)
    options = parser.parse_args()
    songs = read_evaluation_set(options.set, options.music)
    console, judge = Console(width=120), Judge(bundle_folder())
    table = Table(box=SIMPLE_HEAD)
    for heading in ("drift", "songs", "precision", "recall", "F1", "surest in family", "AUC"):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        for depth in DEPTHS:
            heard = []
            for song in track(songs, f"{depth:.0%}", console=console, transient=True):
                copy = drifting(song, depth, options.seconds, Path(folder) / "song.flac")
                heard.append(hear_song(judge, copy))
            found = [one for one in heard if isinstance(one, HeardSong)]
            figures = group_figures(found, seed=1, resamples=1)
            sets = figures.sets[0]
            cells = (sets.precision, sets.recall, sets.f1, figures.top_in_family, figures.auc)
            values = (f"{cell.value:.3f}" for cell in cells)
            table.add_row(f"± {depth:.0%}", str(len(found)), *values)
    console.print(table)
    return 0


def drifting(song: EvaluationSong, depth: float, seconds: float, path: Path) -> EvaluationSong:
    """The middle of a song with a drifting tempo, the same drift each time."""
    with soundfile.SoundFile(song.path) as file:
        count = min(file.frames, round(seconds * file.samplerate))
        file.seek((file.frames - count) // 2)
        samples, rate = file.read(count, dtype="float32", always_2d=True), file.samplerate
    rng = np.random.default_rng(count)
    swings = replace(DriftSettings(), depth=Between(low=depth, high=depth))
    soundfile.write(path, np.clip(drift(samples.mean(axis=1), rate, rng, swings), -1, 1), rate)
    return replace(song, path=path)


if __name__ == "__main__":
    sys.exit(main())
