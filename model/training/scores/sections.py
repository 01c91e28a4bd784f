"""Stretches of a score that keep one tempo and never fall silent, and a recording of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import correlate

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.scores.score import Score

SECONDS = 80.0  # as long as a stretch would best be
SHORTEST = 45.0
MOST = 3  # of one piece

_STEADY = 0.005  # tempo may leave the first one by so much
_QUIET = 5.0  # seconds without a note: a stretch ends there
_SEARCH = 6.0  # seconds that a recording may be late or early
_PER_SECOND = 0.01  # of correlation, by which a place is better than one a second further off
_SURE = 0.4  # correlation of onsets from which a recording is that of the score


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a score."""

    start: int  # quarters from the start of the score
    end: int  # quarters, the first that is no longer in it
    starts_at: float  # seconds
    seconds: float


def find_stretches(score: Score) -> tuple[Stretch, ...]:
    """Choose up to three stretches of 45 s and more, spread over the score."""
    found: list[Stretch] = []
    for start, end in _steady(score):
        first, last = score.seconds(np.array([start, end], dtype=float))
        count = max(1, min(MOST, int((last - first) / SECONDS)))
        for low, high in pairwise(np.linspace(start, end, count + 1).astype(int)):
            begin, until = score.seconds(np.array([low, high], dtype=float))
            stop = low + int((high - low) * min(1.0, SECONDS / max(until - begin, 1e-9)))
            seconds = score.seconds(np.array([stop], dtype=float))[0] - begin
            if seconds >= SHORTEST:
                found.append(
                    Stretch(
                        start=int(low),
                        end=int(stop),
                        starts_at=float(begin),
                        seconds=float(seconds),
                    )
                )
    if len(found) <= MOST:
        return tuple(found)
    return tuple(found[place] for place in np.linspace(0, len(found) - 1, MOST).astype(int))


def recording_lag(
    score: Score, stretch: Stretch, samples: NDArray[np.float32], spec: FeatureSpec
) -> float | None:
    """Seconds by which a recording is behind the score.

    `samples` [n] must begin where the score has the stretch. None if its onsets are not found in
    them within 6 s, so that this is another recording or one of another tempo.
    """
    heard = librosa.onset.onset_strength(y=samples, sr=spec.sample_rate, hop_length=spec.hop_length)
    heard = heard - heard.mean()
    reach = round(_SEARCH * spec.frame_rate)
    notes = np.zeros(len(heard) + 2 * reach)
    since = score.seconds(score.onsets) - stretch.starts_at
    frames = np.rint(since * spec.frame_rate).astype(int) + reach
    inside = (frames >= 0) & (frames < len(notes))
    np.add.at(notes, frames[inside], score.loudness[inside])
    likeness = _likeness(gaussian_filter1d(np.sqrt(notes), 1.0), heard)
    # A loop is like itself a bar later: of such places the nearest is meant.
    late = np.abs(np.arange(len(likeness)) - reach) / spec.frame_rate
    best = int((likeness - _PER_SECOND * late).argmax())
    return float((reach - best) / spec.frame_rate) if likeness[best] >= _SURE else None


def _likeness(long: NDArray[np.float64], short: NDArray[np.float32]) -> NDArray[np.float64]:
    """Correlation of `short` [n], of mean 0, with every stretch of `long` [m]; [m - n + 1]."""
    size = len(short)
    centred = long - long.mean()
    product = correlate(centred, short, mode="valid", method="fft")
    sums, squares = (np.concatenate([[0.0], np.cumsum(v)]) for v in (centred, centred**2))
    within = squares[size:] - squares[:-size] - (sums[size:] - sums[:-size]) ** 2 / size
    spread = np.sqrt(np.maximum(within, 1e-9)) * np.linalg.norm(short)
    result: NDArray[np.float64] = product / np.maximum(spread, 1e-9)
    return result


def _steady(score: Score) -> Iterator[tuple[int, int]]:
    """Yield the spans of whole quarters that keep a tempo and hold no long silence."""
    begun = score.tempos[0]
    borders = [0.0]
    for change in score.tempos:
        if abs(change.bpm / begun.bpm - 1) > _STEADY:
            borders.append(change.quarter)
            begun = change
    for low, high in pairwise([*borders, score.end + 1]):
        inside = score.onsets[(score.onsets >= low - 0.02) & (score.onsets < high - 0.02)]
        if not len(inside):
            continue
        pauses = np.flatnonzero(np.diff(score.seconds(inside)) > _QUIET)
        edges = [0, *(pauses + 1), len(inside)]
        for first, after in pairwise(edges):
            yield int(np.ceil(max(low, np.floor(inside[first])))), int(inside[after - 1]) + 1
