"""Duple or triple metre: told by the number of pulses after which music repeats.

The network hears one tempo at a time and has heard few waltzes: it takes half of their beat for
right, as it nearly always is elsewhere. Music in duple metre is like itself after two, four, eight
and ten pulses, music in triple metre after three and nine.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.features import Features
from pacetag.model.judge_settings import JudgeSettings, MetreSettings
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder, log_power

DUPLE, TRIPLE = "duple", "triple"
DUPLE_LAGS = (2, 4, 8, 10)  # pulses after which music in duple metre repeats
TRIPLE_LAGS = (3, 6, 9)  # and music in triple metre; after six both do
USUAL = slice(1, 9)  # lags whose mean is what a difference is measured by
LAGS = 1 + max(*DUPLE_LAGS, *TRIPLE_LAGS)
BANDS = 16  # that the spectrum is reduced to: music seldom repeats exactly
STILL = 1e-6  # difference of pulses, in squared natural-log units, below which nothing changes
FEWEST_PAIRS = 3  # of pulses, for a lag to count in an excerpt


def metre_log_odds(
    excerpts: Sequence[Features],
    bpms: NDArray[np.float64],
    spec: FeatureSpec,
    settings: MetreSettings,
) -> NDArray[np.float64]:
    """Log-odds [k] of triple over duple metre for each tempo [k].

    0 where the excerpts are too short to tell.
    """
    mels = [reduced(excerpt.mel) for excerpt in excerpts]
    found = np.zeros(len(bpms))
    for place, bpm in enumerate(bpms):
        score = metre_score(mels, float(bpm), spec)
        if score is not None:
            line = settings.slope * score + settings.offset
            found[place] = np.clip(line, -settings.most, settings.most)
    return found


def metre_score(mels: Sequence[NDArray[np.float32]], bpm: float, spec: FeatureSpec) -> float | None:
    """How much more alike pulses of `bpm` are at triple lags than at duple ones.

    As a share of the usual difference between pulses, of mel spectra [bands, frames]; None where
    they are too short.
    """
    total, pairs = np.zeros(LAGS), np.zeros(LAGS)
    for mel in mels:
        pulses = _pulses(mel, bpm, spec)
        for lag in range(1, min(LAGS, len(pulses) - FEWEST_PAIRS + 1)):
            total[lag] += np.square(pulses[lag:] - pulses[:-lag]).sum()
            pairs[lag] += len(pulses) - lag
    if not pairs[list(TRIPLE_LAGS)].all():
        return None
    apart = np.divide(total, pairs, out=np.full(LAGS, np.nan), where=pairs > 0)
    usual = np.nanmean(apart[USUAL])
    if not usual > STILL:
        return None
    return float((np.nanmean(apart[list(DUPLE_LAGS)]) - np.mean(apart[list(TRIPLE_LAGS)])) / usual)


def song_metre(
    bpms: NDArray[np.float64],
    present: NDArray[np.float64],
    log_odds: NDArray[np.float64],
    settings: JudgeSettings,
) -> str | None:
    """The metre of levels [k] that are present with a probability [k]; None where it is unclear.

    Two levels, one of them three times as fast as the other, are triple however else the song
    doubles: a waltz has halves of its beats, too. The metre `log_odds` [k] decide on a lone level.
    """
    levels = bpms[present >= settings.heard]
    if not len(levels):
        return None
    ratios = levels[None, :] / levels[:, None]
    for name, steps in ((TRIPLE, (3, 6)), (DUPLE, (2, 4))):
        if any((np.abs(ratios / step - 1) <= settings.family.tolerance).any() for step in steps):
            return name
    odds = float(log_odds[int(np.argmax(present))])
    if abs(odds) < settings.metre.clear:
        return None
    return TRIPLE if odds > 0 else DUPLE


def reduced(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power [bands, frames] in fewer bands."""
    return np.asarray(mel.reshape(BANDS, -1, mel.shape[1]).mean(axis=1))


def _pulses(mel: NDArray[np.float32], bpm: float, spec: FeatureSpec) -> NDArray[np.float32]:
    """Natural logarithm of the power of each whole pulse [pulses, values]."""
    count = int(mel.shape[1] / spec.lag(bpm))
    if count < 1:
        return np.empty((0, 1), np.float32)
    whole = replace(spec, beats=count)
    case = TempoFolder(mel, whole).fold(np.array([bpm]), np.zeros(1))
    return log_power(case, whole).reshape(count, -1)
