"""Twos or threes: how the pulses of a tempo go together, told by what comes back after how many.

The network hears one tempo at a time and has met few waltzes: half of their beat it takes for
right, as it nearly always is elsewhere. After two, four, eight and ten pulses music in twos is like
itself, after three and nine music in threes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.features import Features
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import Folder, log_power

TWOS = (2, 4, 8, 10)  # pulses after which music in twos comes back
THREES = (3, 6, 9)  # and music in threes; after six both do
USUAL = slice(1, 9)  # lags whose mean is what a difference is measured by
LAGS = 1 + max(*TWOS, *THREES)
BANDS = 16  # that the spectrum is reduced to: what comes back is seldom exactly the same
STILL = 1e-6  # difference of pulses, in squared nepers, below which nothing ever changes
FEWEST_PAIRS = 3  # of pulses, for a lag to count in an excerpt
# A line from the score to the logarithm of its likelihood ratio: logistic regression, both kinds in
# equal parts, of 206 tempos in threes and 886 in twos of training songs; three times as many said
# 33 and -0.77 later. Scores far out are not as rare as that says, so that neither is ever much over
# 20 times as likely.
SLOPE, OFFSET, MOST = 30.0, -0.67, 3.0


def grouping(
    excerpts: Sequence[Features], bpms: NDArray[np.float64], spec: FeatureSpec
) -> NDArray[np.float64]:
    """How much likelier in threes than in twos the pulses of each tempo [k] go, in nepers.

    Nought where the excerpts are too short to tell.
    """
    mels = [reduced(excerpt.mel) for excerpt in excerpts]
    found = np.zeros(len(bpms))
    for place, bpm in enumerate(bpms):
        score = threes_over_twos(mels, float(bpm), spec)
        if score is not None:
            found[place] = np.clip(SLOPE * score + OFFSET, -MOST, MOST)
    return found


def threes_over_twos(
    mels: Sequence[NDArray[np.float32]], bpm: float, spec: FeatureSpec
) -> float | None:
    """How much more alike pulses of `bpm` are three, six and nine apart than two to ten apart.

    As a share of the usual difference between pulses, of mel spectra [bands, frames]; None where
    they are too short.
    """
    total, pairs = np.zeros(LAGS), np.zeros(LAGS)
    for mel in mels:
        pulses = _pulses(mel, bpm, spec)
        for lag in range(1, min(LAGS, len(pulses) - FEWEST_PAIRS + 1)):
            total[lag] += np.square(pulses[lag:] - pulses[:-lag]).sum()
            pairs[lag] += len(pulses) - lag
    if not pairs[list(THREES)].all():
        return None
    apart = np.divide(total, pairs, out=np.full(LAGS, np.nan), where=pairs > 0)
    usual = np.nanmean(apart[USUAL])
    if not usual > STILL:
        return None
    return float((np.nanmean(apart[list(TWOS)]) - np.mean(apart[list(THREES)])) / usual)


def reduced(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power [bands, frames] in fewer bands."""
    return np.asarray(mel.reshape(BANDS, -1, mel.shape[1]).mean(axis=1))


def _pulses(mel: NDArray[np.float32], bpm: float, spec: FeatureSpec) -> NDArray[np.float32]:
    """Nepers of power of each whole pulse [pulses, values]."""
    count = int(mel.shape[1] / spec.lag(bpm))
    if count < 1:
        return np.empty((0, 1), np.float32)
    whole = replace(spec, beats=count)
    case = Folder(mel, whole).fold(np.array([bpm]), np.zeros(1))
    return log_power(case, whole).reshape(count, -1)
