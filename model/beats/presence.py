"""Whether a beat is heard at all, and how clearly."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.beats.features import FRAME_RATE, BeatFeatures, highest
from pacetag.model.beats.path import smoothed

_QUIET = 1e-5  # of the song's loud power: 50 dB below it nothing is heard
_LOUD = 0.95  # quantile of its frames' power that counts as loud
_FAINT = 0.1  # of a strong onset, below which a rise is none
_STRONG = 0.98  # quantile of rises that counts as a strong one
_LONGEST_SILENCE = 2.0  # s through which beats are counted
_LONGEST_GAP = 4.0  # s without an onset through which beats are counted; or as many beats as
_GAP_BEATS = 6
_REACH = 0.25  # beats that a beat may lie before the first onset or behind the last
_CLEAR_BEATS = 9  # over which the contrast is averaged
_NOISE, _CLEAR = 0.15, 0.75  # contrast of noise and of plain beats


def present(
    frames: NDArray[np.float64], features: BeatFeatures, periods: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether each beat [beats], at `frames`, lies where something is heard [beats].

    Beats are counted through a rest, but not through silence, or a passage without onsets, and not
    before the first onset or after the last. Periods [frames] are in frames.
    """
    power = features.power
    sounding = power > _QUIET * np.quantile(power, _LOUD)
    strong = np.quantile(features.onset[sounding], _STRONG) if sounding.any() else 0.0
    struck = sounding & (features.onset > _FAINT * strong)
    period = float(np.median(periods))
    longest = max(_LONGEST_GAP * FRAME_RATE, _GAP_BEATS * period)
    silence = max(_LONGEST_SILENCE * FRAME_RATE, period)
    reach = _REACH * period
    unheard = _inside_gap(frames, struck, longest, reach)
    unheard |= _inside_gap(frames, sounding, silence, reach)
    return ~unheard


def _inside_gap(
    frames: NDArray[np.float64], heard: NDArray[np.bool_], longest: float, reach: float
) -> NDArray[np.bool_]:
    """Whether each beat [beats] lies in a gap longer than that of what is heard [frames].

    Before the first frame that is heard and behind the last there is no end of a gap.
    """
    places = np.concatenate([[-np.inf], np.flatnonzero(heard), [np.inf]])
    after = np.searchsorted(places, frames)
    low, high = places[after - 1], places[np.minimum(after, len(places) - 1)]
    inside = (high - low > longest) & (frames - low > reach) & (high - frames > reach)
    return np.asarray(inside)


def contrast(frames: NDArray[np.float64], onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """How clear each beat [beats] is: its onset against the mean of the beat around, 0 to 1.

    `onset` [frames] is scaled and smoothed. Averaged over some beats: noise has about 0, and a
    click on every beat 1.
    """
    if len(frames) < 2:
        return np.zeros(len(frames))
    place = np.arange(len(onset) + 1)
    middles = (frames[1:] + frames[:-1]) / 2
    ends = 2 * frames[[0, -1]] - middles[[0, -1]]
    borders = np.concatenate([ends[:1], middles, ends[1:]])
    total = np.interp(borders, place, np.concatenate([[0.0], np.cumsum(onset)]))
    around = smoothed(np.diff(total) / np.diff(borders), _CLEAR_BEATS)
    at = smoothed(np.interp(frames, place[:-1], highest(onset)), _CLEAR_BEATS)
    ratio = (at - around) / np.maximum(at + around, 1e-9)
    return np.asarray(np.clip((ratio - _NOISE) / (_CLEAR - _NOISE), 0.0, 1.0))
