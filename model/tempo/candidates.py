"""Mean autocorrelation to candidate tempos: interpolated peaks and their metrical relatives."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.judge_settings import CandidateSettings
from pacetag.model.spec import FeatureSpec

# A level without a peak of its own (the bar of a song whose beats all sound alike, the eighths of
# a ballad) is still judged, because it stands in one of these ratios to one that has a peak.
RELATIVES = (2.0, 3.0, 1 / 2, 1 / 3)

# How far around a peak its multiples may pull it. Half a lag is all that a peak can be off.
_PULL = np.linspace(-0.03, 0.03, 121)
_GRID = 0.04  # natural-log units between the tempos of a grid


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A tempo worth judging."""

    bpm: float
    strength: float  # height of the autocorrelation there, 0 to 1


def find_candidates(
    autocorrelation: NDArray[np.float32], spec: FeatureSpec
) -> tuple[Candidate, ...]:
    """Candidate tempos of a mean autocorrelation [lags], strongest first."""
    return merge_candidates(
        [find_peaks(autocorrelation, spec)], spec, autocorrelation=autocorrelation
    )


def merge_candidates(
    found: Iterable[Iterable[Candidate]],
    spec: FeatureSpec,
    *,
    autocorrelation: NDArray[np.float32],
) -> tuple[Candidate, ...]:
    """One list from several, with each peak's relatives, the most reliable of each cluster.

    `autocorrelation` [lags] gives the relatives their strength.
    """
    offers: list[tuple[float, Candidate]] = []
    for peak in (c for group in found for c in group):
        offers.append((peak.strength, peak))
        for ratio in RELATIVES:
            bpm = peak.bpm * ratio
            if spec.min_bpm <= bpm <= spec.max_bpm:
                height = float(_height(autocorrelation, np.asarray(spec.lag(bpm))))
                # A relative is as sure of its tempo as the peak is, however faint it is itself: a
                # ripple of noise beside it must not take its place.
                offers.append((0.99 * peak.strength, Candidate(bpm=bpm, strength=height)))
    kept: list[Candidate] = []
    for _, new in sorted(offers, key=lambda offer: -offer[0]):
        if all(abs(new.bpm / old.bpm - 1) > spec.merge_ratio for old in kept):
            kept.append(new)
    return tuple(sorted(kept, key=lambda c: -c.strength))


def song_candidates(
    autocorrelations: Iterable[NDArray[np.float32]], spec: FeatureSpec
) -> tuple[Candidate, ...]:
    """Candidates of a whole song: the union over its excerpts' autocorrelations and their mean.

    A song without any peak gets a grid of tempos.
    """
    each = list(autocorrelations)
    mean = np.mean(each, axis=0)
    peaks = [find_peaks(t, spec) for t in (mean, *each)]
    return merge_candidates(
        peaks if any(peaks) else [_grid(mean, spec)], spec, autocorrelation=mean
    )


def retained_candidates(
    found: Iterable[Candidate], spec: FeatureSpec, settings: CandidateSettings
) -> tuple[Candidate, ...]:
    """The candidates without those that are faint and related to no strong one, order kept."""
    candidates = tuple(found)
    top = max((c.strength for c in candidates), default=0.0)
    strong = [c.bpm for c in candidates if c.strength >= settings.strong * top]
    related = [bpm * ratio for bpm in strong for ratio in RELATIVES]
    return tuple(
        c
        for c in candidates
        if c.strength >= settings.faint * top
        or any(abs(c.bpm / bpm - 1) <= spec.merge_ratio for bpm in related)
    )


def _grid(autocorrelation: NDArray[np.float32], spec: FeatureSpec) -> list[Candidate]:
    """Tempos over the whole range, so close that none is further off than a judgement allows."""
    count = 1 + math.ceil(math.log(spec.max_bpm / spec.min_bpm) / _GRID)
    bpms = np.geomspace(spec.min_bpm, spec.max_bpm, count)
    heights = _height(autocorrelation, 60 * spec.frame_rate / bpms)
    return [
        Candidate(bpm=float(bpm), strength=float(height))
        for bpm, height in zip(bpms, heights, strict=True)
    ]


def find_peaks(autocorrelation: NDArray[np.float32], spec: FeatureSpec) -> list[Candidate]:
    """Candidates at the peaks alone of a mean autocorrelation [lags], in order of their lags."""
    lags = np.arange(spec.min_lag, spec.max_lag + 1)
    here, before, after = (
        autocorrelation[lags],
        autocorrelation[lags - 1],
        autocorrelation[lags + 1],
    )
    found = []
    for lag in lags[(here > before) & (here >= after)]:
        bpm = spec.bpm(_refine(autocorrelation, int(lag)))
        if spec.min_bpm <= bpm <= spec.max_bpm:
            found.append(Candidate(bpm=bpm, strength=float(autocorrelation[lag])))
    return found


def _refine(autocorrelation: NDArray[np.float32], lag: int) -> float:
    """The peak near `lag`, in fractions of a frame.

    A parabola through three points is only good to a few per cent at 300 bpm, where a beat is 17
    frames. If the tempo is steady there are peaks at 2, 3, 4 ... times the lag as well, and each
    pins the lag down that much better: so the lag whose whole comb stands highest wins.
    """
    left, top, right = (float(autocorrelation[lag + d]) for d in (-1, 0, 1))
    curve = left - 2 * top + right
    start = lag + (0.5 * (left - right) / curve if curve < 0 else 0.0)
    teeth = np.arange(1, (len(autocorrelation) - 2) // (start * (1 + _PULL[-1])) + 1)
    tries = start * (1 + _PULL)
    tries = tries[np.abs(tries - lag) <= 0.75]
    comb = _height(autocorrelation, tries[:, None] * teeth).sum(axis=1)
    return float(tries[int(np.argmax(comb))])


def _height(autocorrelation: NDArray[np.float32], lags: NDArray[np.float64]) -> NDArray[np.float64]:
    """The autocorrelation between its lags, by Catmull and Rom's cubic (1974): smooth at peaks."""
    whole = np.clip(np.floor(lags).astype(int), 1, len(autocorrelation) - 3)
    t = lags - whole
    a, b, c, d = (autocorrelation[whole + k].astype(np.float64) for k in (-1, 0, 1, 2))
    return np.asarray(
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    )
