"""Accuracy, AUC and calibration over cases, for any resample of the songs they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evaluation.bootstrap import divided
from pacetag.model.evaluation.metrics import (
    CALIBRATION_BINS,
    areas_under_curve,
    calibration_bin,
    calibration_gaps,
)

CLAIMED = 0.5  # probability from which a tempo is called compatible


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Tempos with a judge's probability and a known truth."""

    probabilities: NDArray[np.float64]  # [cases]
    labels: NDArray[np.uint8]  # [cases], 1 if compatible
    songs: NDArray[np.int64]  # [cases], the number of the song each comes from
    n_songs: int

    @classmethod
    def of(cls, songs: Sequence[Sequence[tuple[float, bool]]]) -> "Cases":
        """From (probability, compatible) of each song's known tempos."""
        flat = [(p, good, n) for n, song in enumerate(songs) for p, good in song]
        return cls(
            probabilities=np.array([p for p, _, _ in flat], float),
            labels=np.array([good for _, good, _ in flat], np.uint8),
            songs=np.array([n for _, _, n in flat], np.int64),
            n_songs=len(songs),
        )

    def accuracy(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of cases on the right side of .5, for each resample [resamples, songs]."""
        return divided(counts @ self._per_song(self._hit), counts @ self._per_song())

    def balanced_accuracy(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of the accuracies on right and on wrong tempos."""
        right, wrong = self.labels == 1, self.labels == 0
        return np.asarray((self._share(right, counts) + self._share(wrong, counts)) / 2)

    def auc(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of pairs, one right and one wrong, in which the right one is more probable."""
        weightings = (drawn[self.songs] for drawn in counts)
        return areas_under_curve(self.probabilities, self.labels, weightings)

    def calibration_error(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected calibration error (Naeini et al., 2015), for each resample."""
        gaps = calibration_gaps(self.probabilities, self.labels, self.songs, songs=self.n_songs)
        return divided(np.abs(counts @ gaps).sum(axis=1), counts @ self._per_song())

    @property
    def _hit(self) -> NDArray[np.float64]:
        return np.asarray((self.probabilities >= CLAIMED) == (self.labels == 1), float)

    def _share(self, which: NDArray[np.bool_], counts: NDArray[np.float64]) -> NDArray[np.float64]:
        chosen = which.astype(float)
        return divided(counts @ self._per_song(self._hit * chosen), counts @ self._per_song(chosen))

    def _per_song(self, of_cases: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Sums [songs] of what the cases carry, or of the cases themselves."""
        return np.bincount(self.songs, of_cases, self.n_songs).astype(float)


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """The cases whose probability lies between two bounds."""

    low: float
    high: float
    cases: int
    promised: float | None  # mean probability
    true: float | None  # share that is compatible


def reliability(cases: Cases) -> tuple[ReliabilityBin, ...]:
    """Equal bins from 0 to 1 (Niculescu-Mizil and Caruana, 2005); empty ones promise nothing."""
    place = calibration_bin(cases.probabilities)
    rows = []
    for number in range(CALIBRATION_BINS):
        inside = place == number
        count = int(inside.sum())
        rows.append(
            ReliabilityBin(
                low=number / CALIBRATION_BINS,
                high=(number + 1) / CALIBRATION_BINS,
                cases=count,
                promised=float(np.mean(cases.probabilities[inside])) if count else None,
                true=float(np.mean(cases.labels[inside])) if count else None,
            )
        )
    return tuple(rows)
