"""Measures how well `model/tempo/metre.py` tells duple from triple metre, on songs of known metre.

`python tests/benchmarks/twos_or_threes.py WORK` reads the corpora that `pacetag train WORK` left
and listens to their training and validation songs as a scan first does. A tempo that fits goes in
threes where its third is a level of the song and its half is none, and in twos the other way
round. Prints how the scores lie and the line by logistic regression on the training songs, both
kinds in equal parts. Not a test: it prints.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from pacetag.model.audio.excerpts import open_song
from pacetag.model.errors import ModelError
from pacetag.model.evaluation.metrics import near
from pacetag.model.features.features import extract_features
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.tempo.metre import metre_score, reduced
from pacetag.model.tempo.schedule import excerpt_schedule
from pacetag.model.training.grooves.songs import groove_songs
from pacetag.model.training.recordings.songs import recording_songs
from pacetag.model.training.scores.songs import notated_songs
from pacetag.model.training.settings import TrainingSettings
from pacetag.model.training.songs import TrainingSong

SPEC = TrainingSettings().spec
SLOWEST, FASTEST = 50.0, 330.0  # bpm
TOLERANCE = 0.03
PLACES = {"least": 0.0, "tenth": 0.1, "median": 0.5, "nine tenths": 0.9, "most": 1.0}
Scored = tuple[str, str, bool, float]  # split, source, in threes, score


def main() -> int:
    """Print the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    work, console = parser.parse_args().work, Console(width=120)
    songs = [song for song in training_songs(work) if song.split != "test"]
    found = [one for song in track(songs, "listening", console=console) for one in scored(song)]
    table = Table(
        "split", "source", "in", "tempos", "least", "tenth", "median", "nine tenths", "most"
    )
    table.box = SIMPLE_HEAD
    for split in ("train", "validation"):
        part = [one for one in found if one[0] == split]
        kinds = sorted({(source, threes) for _, source, threes, _ in part})
        for source, threes in kinds:
            scores = [score for _, *kind, score in part if kind == [source, threes]]
            places = (f"{value:.2f}" for value in np.quantile(scores, list(PLACES.values())))
            table.add_row(split, source, "threes" if threes else "twos", str(len(scores)), *places)
    console.print(table)
    for split in ("train", "validation"):
        labels, values = labels_and_scores(found, split)
        console.print(f"{split}: AUC {roc_auc_score(labels, values):.4f} of {len(labels)}")
    of_train, heard = labels_and_scores(found, "train")
    line = LogisticRegression(C=1e6, class_weight="balanced").fit(heard[:, None], of_train)
    console.print(f"slope {line.coef_[0, 0]:.1f}, offset {line.intercept_[0]:.2f}")
    return 0


def training_songs(work: Path) -> list[TrainingSong]:
    """All songs with a known metre."""
    grooves = [one for name in ("grooves", "further", "human") for one in groove_songs(work / name)]
    return [*grooves, *notated_songs(work / "scores"), *recording_songs(work / "recordings")]


def scored(song: TrainingSong) -> list[Scored]:
    """The scores of those tempos of a song that go in twos or in threes."""
    right = [bpm for bpm in song.truth.right if SLOWEST < bpm < FASTEST]
    kinds = {}
    for bpm in right:
        half, third = (near(bpm / part, song.truth.family, TOLERANCE) for part in (2, 3))
        if half != third:
            kinds[bpm] = third
    if not kinds:
        return []
    try:
        with open_song(song.windows[0].path, SPEC) as sound:
            spans = excerpt_schedule(sound.duration, ScheduleSettings())[0]
            parts = [sound.excerpt(span) for span in spans]
    except ModelError:
        return []
    mels = [reduced(extract_features(part, SPEC).mel) for part in parts if part is not None]
    scores = {bpm: metre_score(mels, bpm, SPEC) for bpm in kinds}
    return [
        (song.split, song.source, kinds[bpm], score)
        for bpm, score in scores.items()
        if score is not None
    ]


def labels_and_scores(
    found: list[Scored], split: str
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each tempo of a split goes in threes [n], and its score [n]."""
    part = [one for one in found if one[0] == split]
    return np.array([one[2] for one in part]), np.array([one[3] for one in part])


if __name__ == "__main__":
    sys.exit(main())
