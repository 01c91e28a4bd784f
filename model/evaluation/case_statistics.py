"""Accuracy, AUC and calibration over cases, for any resample of the songs they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evaluation.bootstrap import divided
from pacetag.model.evaluation.metrics import CALIBRATION_BINS, calibration_bin

CLAIMED = 0.5  # probability from which a tempo is called compatible


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Tempos that a judge gave a probability and of which the truth is known."""

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
        levels, place = np.unique(self.probabilities, return_inverse=True)
        found = np.full(len(counts), np.nan)
        for n, drawn in enumerate(counts):
            weights = drawn[self.songs]
            right = np.bincount(place, weights * self.labels, len(levels))
            wrong = np.bincount(place, weights * (1 - self.labels), len(levels))
            pairs = right.sum() * wrong.sum()
            if pairs:
                below = np.cumsum(wrong) - wrong / 2  # a tie is half a win
                found[n] = right @ below / pairs
        return found

    def calibration_error(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected calibration error, as `metrics.expected_calibration_error` has it."""
        place = calibration_bin(self.probabilities)
        gaps = np.zeros((self.n_songs, CALIBRATION_BINS))
        np.add.at(gaps, (self.songs, place), self.labels - self.probabilities)
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
