"""Calibration and song figures, on songs whose logits are made by formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.scoring.score import ExaminedSong, fit_calibration, song_figures
from pacetag.model.training.songs import LabelledTempo, TrainingSong, Window


@dataclass(frozen=True, kw_only=True)
class Known:
    """Some tempos are right, all others that are asked for are wrong."""

    right: tuple[float, ...]
    unclear: tuple[float, ...] = ()

    @property
    def family(self) -> tuple[float, ...]:
        return self.right + self.unclear

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        return [
            LabelledTempo(bpm=bpm, compatible=bpm in self.right)
            for bpm in bpms
            if bpm not in self.unclear
        ]


def examined(truth: Known, logits: dict[float, float]) -> ExaminedSong:
    song = TrainingSong(
        name="one",
        source="grooves",
        group="any",
        split="validation",
        windows=(Window(path=Path("one.flac"), start=0.0, seconds=40.0),),
        truth=truth,
    )
    return ExaminedSong(
        song=song,
        bpms=np.array(list(logits)),
        logits=np.array(list(logits.values())),
        threes=np.zeros(len(logits)),
    )


def test_the_line_is_found_by_which_the_labels_were_drawn() -> None:
    """4 000 labels drawn with probability sigmoid(0.7 x - 1): the fit must give 0.7 and -1 back."""
    rng = np.random.default_rng(4)
    songs = []
    for _ in range(400):
        logits = dict(zip(np.arange(60.0, 260.0, 20.0), rng.normal(0, 4, 10), strict=True))
        chance = 1 / (1 + np.exp(1.0 - 0.7 * np.array(list(logits.values()))))
        right = tuple(bpm for bpm, p in zip(logits, chance, strict=True) if rng.random() < p)
        songs.append(examined(Known(right=right), logits))

    found = fit_calibration(songs)

    assert found.slope == pytest.approx(0.7, rel=0.1)
    assert found.offset == pytest.approx(-1.0, rel=0.15)


def test_without_both_classes_the_logits_are_taken_as_they_are() -> None:
    assert fit_calibration([examined(Known(right=(100.0,)), {100.0: 3.0})]) == Calibration()


def test_figures_count_what_a_runner_meets() -> None:
    """One song all right, one with a wrong pace, one beatless one with a pace, one without."""
    songs = [
        examined(Known(right=(172.0, 86.0)), {172.0: 5.0, 86.0: 4.0, 115.0: -6.0}),
        examined(Known(right=(90.0,)), {90.0: 2.0, 180.0: 3.0, 120.0: -5.0}),
        examined(Known(right=()), {140.0: 1.0}),
        examined(Known(right=()), {140.0: -1.0}),
    ]

    figures = song_figures(songs, Calibration())

    assert figures["songs"] == 4
    assert figures["set_precision"] == pytest.approx((1 + 1 / 2 + 0 + 1) / 4)
    assert figures["set_recall"] == pytest.approx((1 + 1 + 0 + 1) / 4)
    assert figures["top_in_family"] == pytest.approx(1 / 2)
    assert figures["songs_with_family"] == 2
    assert figures["beatless_songs"] == 2
    assert figures["beatless_with_a_pace"] == 1


def test_unclear_candidates_neither_calibrate_nor_count() -> None:
    song = examined(Known(right=(86.0,), unclear=(172.0,)), {86.0: 4.0, 172.0: 9.0})

    logits, labels = song.labelled()

    assert logits.tolist() == [4.0]
    assert labels.tolist() == [1]
    assert song_figures([song], Calibration())["set_precision"] == 1.0
