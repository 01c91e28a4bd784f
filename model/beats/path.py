"""Onset curve and pace to the best path of beats: a local tempo, then dynamic programming."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from pacetag.model.features.mel import hann_window

_SPAN = 0.2  # natural-log units that the tempo may be off the pace, either way
_STEP = 0.005  # natural-log units between the tempos that are tried
_WINDOW_BEATS = 10  # in which a local tempo is heard
_WINDOW_SECONDS = 3.0  # at least
_HOP_SECONDS = 0.5  # between local tempos
_TEETH = (1, 2, 3, 4)  # multiples of the beat in an autocorrelation
_FAR = 0.31  # height of a comb that makes up for a tempo _SPAN off the pace
_CHANGE = 200.0  # cost of a change of tempo by one natural-log unit, squared
_LEAST_OVERLAP = 0.05  # share of a window over which a lag is measured
_BATCH = 64  # windows transformed at a time

_TIGHT = 100.0  # cost of a beat one natural-log unit early or late, squared (Ellis, 2007)
_SHORTEST, _LONGEST = 0.8, 1.25  # beats, of the local one


def local_periods(onset: NDArray[np.float64], bpm: float, frame_rate: float) -> NDArray[np.float64]:
    """Frames from one beat to the next, at each frame [frames] of an onset curve [frames].

    The tempo near `bpm` that the autocorrelation of a window shows at one to four beats, followed
    along the song by the cheapest path (Viterbi, 1967): leaps cost, and so does being off the pace.
    """
    period = 60.0 * frame_rate / bpm
    steps = np.arange(-_SPAN, _SPAN + _STEP / 2, _STEP)
    hop = round(_HOP_SECONDS * frame_rate)
    heights = _comb_heights(onset, period * np.exp(steps), hop, frame_rate)
    heights -= _FAR * np.square(steps / _SPAN)
    change = _CHANGE * np.square(steps[:, None] - steps[None, :])
    best = heights[0]
    came_from = np.zeros(heights.shape, int)
    for place in range(1, len(heights)):
        ways = best[None, :] - change
        came_from[place] = ways.argmax(axis=1)
        best = ways.max(axis=1) + heights[place]
    path = np.empty(len(heights), int)
    path[-1] = best.argmax()
    for place in range(len(heights) - 1, 0, -1):
        path[place - 1] = came_from[place, path[place]]
    found = np.interp(np.arange(len(onset)), np.arange(len(path)) * hop, steps[path])
    return np.asarray(period * np.exp(smoothed(found, 4 * hop)))


def _comb_heights(
    onset: NDArray[np.float64], periods: NDArray[np.float64], hop: int, frame_rate: float
) -> NDArray[np.float64]:
    """Mean autocorrelation at multiples of each period [windows, periods]; 1 at lag 0."""
    length = round(max(_WINDOW_BEATS * np.median(periods), _WINDOW_SECONDS * frame_rate))
    padded = np.pad(onset, (length // 2, length // 2 + hop))
    windows = sliding_window_view(padded, length)[::hop]
    size = next_fast_len(2 * length - 1, real=True)
    window = hann_window(length)
    overlap = irfft(np.abs(rfft(window, size)) ** 2, size)[:length]
    overlap = np.maximum(overlap / overlap[0], _LEAST_OVERLAP)
    lags = np.minimum(periods[:, None] * np.array(_TEETH), length - 2)
    whole = lags.astype(int)
    share = lags - whole
    found = np.empty((len(windows), len(periods)))
    for first in range(0, len(windows), _BATCH):
        part = windows[first : first + _BATCH]
        part = (part - part.mean(axis=1, keepdims=True)) * window
        similar = irfft(np.abs(rfft(part, size, axis=1)) ** 2, size, axis=1)[:, :length]
        similar /= np.maximum(similar[:, :1], 1e-9) * overlap
        heights = similar[:, whole] * (1 - share) + similar[:, whole + 1] * share
        found[first : first + _BATCH] = heights.mean(axis=2)
    return found


def best_path(strength: NDArray[np.float64], periods: NDArray[np.float64]) -> NDArray[np.intp]:
    """Frames of the beats [beats] on the best path through a strength curve [frames].

    A path scores the strength at its beats less a cost of every interval that is not the local
    period [frames] (Ellis, Beat tracking by dynamic programming, 2007). No beat is nearer to the
    next than the shortest interval, so as many frames at a time are settled at once.
    """
    shortest = max(1, int(_SHORTEST * periods.min()))
    longest = int(np.ceil(_LONGEST * periods.max()))
    intervals = np.arange(shortest, longest + 1)
    log_intervals, log_periods = np.log(intervals), np.log(periods)
    score = np.zeros(longest + len(strength))  # of paths that end there; zeros before the song
    before = np.empty(len(strength), np.intp)
    for first in range(0, len(strength), shortest):
        frame = np.arange(first, min(first + shortest, len(strength)))
        cost = _TIGHT * np.square(log_intervals[None, :] - log_periods[frame, None])
        ways = score[frame[:, None] + (longest - intervals)[None, :]] - cost
        which = ways.argmax(axis=1)
        score[longest + frame] = strength[frame] + ways[np.arange(len(frame)), which]
        before[frame] = frame - intervals[which]
    last = max(0, len(strength) - 1 - int(periods[-1]))
    beats = [last + int(score[longest + last :].argmax())]
    while before[beats[-1]] >= 0:
        beats.append(int(before[beats[-1]]))
    return np.array(beats[::-1], np.intp)


def smoothed(curve: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """A curve [n] smoothed over `length` values, its ends repeated; the same length."""
    window = hann_window(length + 1)[1:].astype(np.float64)
    left = (len(window) - 1) // 2
    padded = np.pad(curve, (left, len(window) - 1 - left), mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")
