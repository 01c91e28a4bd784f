"""Which of several equally fast pulses is meant: the one that the bass and the chords follow."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.beats.features import BeatFeatures, highest, scaled

# Where a pulse may be shifted to, in beats: to another of twos, threes or fours.
_SHIFTS = (0.0, 1 / 2, 1 / 3, 2 / 3, 1 / 4, 3 / 4)
_FEWEST = 8  # beats from which their accents tell anything
# Of the logarithms of how onset, bass and chord change at a phase compare with all phases' mean.
_WEIGHTS = (1.0, 1.0, 3.0)
_LEAST = 0.1  # of the mean, below which a smaller ratio says no more
_HELD = 0.08  # beats; how close a shifted path stays to where it was shifted


def best_shift(features: BeatFeatures, path: NDArray[np.intp]) -> float:
    """The share of a beat by which a path [beats] should move on to fall on the accented pulses.

    At half the beat every second onset is as good as any other. Bars and their halves begin where
    the bass plays and where chords change (Goto, 2001).
    """
    if len(path) < _FEWEST:
        return 0.0
    curves = (features.onset, features.bass, features.chord_change)
    peaks = [highest(scaled(curve)) for curve in curves]
    phases = [shifted(path, shift) for shift in _SHIFTS]
    table = np.array(
        [[np.interp(at, np.arange(len(peak)), peak).mean() for peak in peaks] for at in phases]
    )
    ratios = np.log(table / np.maximum(table.mean(axis=0), 1e-9) + _LEAST)
    return _SHIFTS[int(np.argmax(ratios @ np.array(_WEIGHTS)))]


def shifted(path: NDArray[np.intp], shift: float) -> NDArray[np.float64]:
    """Places `shift` of a beat after each beat of a path but the last [beats - 1], in frames."""
    return np.asarray(path[:-1] + shift * np.diff(path))


def near(places: NDArray[np.float64], periods: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 at places [beats], falling to 0 between them [frames]; periods [frames] are in frames."""
    frame = np.arange(len(periods))
    after = np.clip(np.searchsorted(places, frame), 1, len(places) - 1)
    away = np.minimum(np.abs(frame - places[after - 1]), np.abs(places[after] - frame))
    return np.asarray(np.exp(-0.5 * np.square(away / (_HELD * periods))))
