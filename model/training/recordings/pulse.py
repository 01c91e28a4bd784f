"""The steady beat that fits an onset envelope best, for eyes to judge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.candidates import find_candidates

LIKELY = (60.0, 180.0)  # bpm; where a tempo is sought for rows that have none
PULL = np.linspace(-0.015, 0.015, 121)  # how far the window's own tempo may lie beside the label's
PHASES = 32
FOLD_BINS = 24  # a beat, for twos and threes alike


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """The steady beat nearest to a tempo that fits an onset envelope best."""

    period: float  # frames
    first: float  # frame of the first beat
    contrast: float  # mean onset on the beats over the mean everywhere


def fit_pulse(onset: NDArray[np.float32], bpm: float, spec: FeatureSpec) -> Pulse:
    """Find tempo and phase of the beat within 1.5 % of `bpm` on which most onsets [frames] fall."""
    smooth = np.convolve(onset, np.hanning(7) / np.hanning(7).sum(), mode="same")
    best = Pulse(period=spec.lag(bpm), first=0.0, contrast=0.0)
    for period in spec.lag(bpm) * (1 + PULL):
        firsts = np.arange(PHASES) / PHASES * period
        beats = np.arange(max(1, int((len(onset) - period) / period))) * period
        heights = np.interp(firsts[:, None] + beats, np.arange(len(smooth)), smooth).mean(axis=1)
        top = int(heights.argmax())
        contrast = float(heights[top] / max(smooth.mean(), 1e-9))
        if contrast > best.contrast:
            best = Pulse(period=float(period), first=float(firsts[top]), contrast=contrast)
    return best


def fold_onset(onset: NDArray[np.float32], pulse: Pulse, beats: int) -> NDArray[np.float64]:
    """Mean onset [beats * FOLD_BINS] at each place in groups of `beats` beats, the first on 0."""
    place = (np.arange(len(onset)) - pulse.first) / pulse.period % beats
    bins = np.minimum((place * FOLD_BINS).astype(int), beats * FOLD_BINS - 1)
    total = np.bincount(bins, weights=onset, minlength=beats * FOLD_BINS)
    return np.asarray(total / np.maximum(np.bincount(bins, minlength=beats * FOLD_BINS), 1))


def likely_tempo(tempogram: NDArray[np.float32], spec: FeatureSpec) -> float:
    """The strongest candidate in bpm of a mean tempogram [lags] where most beats lie; else 120."""
    low, high = LIKELY
    found = [c.bpm for c in find_candidates(tempogram, spec) if low <= c.bpm <= high]
    return found[0] if found else 120.0
