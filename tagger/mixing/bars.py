"""Where bars begin, guessed: at the beats on which the bass and the chords change most.

docs/mixing.md says how often the guess is right.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pacetag.model.beats.features import FRAME_RATE, LEAD, BeatFeatures, highest, scaled

FEWEST = 16  # beats from which accents tell anything
TRIPLE = "triple"
# Of the logarithms of how onset, bass and chord change at a phase compare with all phases' mean.
WEIGHTS = (0.5, 1.0, 2.0)
_LEAST = 0.1  # of the mean, below which a smaller ratio says no more


def beats_in_bar(metre: str | None) -> int:
    """Beats of a bar; every metre but a triple one is taken for four."""
    return 3 if metre == TRIPLE else 4


def first_downbeat(features: BeatFeatures, times: NDArray[np.float64], bar: int) -> int:
    """The first of the beats at `times` [beats], in s, that begins a bar: 0 to bar - 1."""
    if len(times) < FEWEST:
        return 0
    return int(np.argmax(phase_scores(accents(features, times), bar)))


def accents(features: BeatFeatures, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much onset, bass and chord rise or change at each beat [3, beats]."""
    frames = (times + LEAD) * FRAME_RATE + 0.5
    curves = (features.onset, features.bass, features.chord_change)
    peaks = [highest(scaled(curve)) for curve in curves]
    return np.array([np.interp(frames, np.arange(len(peak)), peak) for peak in peaks])


def phase_scores(
    found: NDArray[np.float64], bar: int, weights: Sequence[float] = WEIGHTS
) -> NDArray[np.float64]:
    """How well each phase [bar] suits accents [3, beats]; the highest is the likeliest."""
    table = np.array([found[:, phase::bar].mean(axis=1) for phase in range(bar)])
    ratios = np.log(table / np.maximum(table.mean(axis=0), 1e-9) + _LEAST)
    return np.asarray(ratios @ np.array(weights))
