"""The beats of a song at a pace: where they fall, and how clearly they are heard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Song
from pacetag.model.beats.features import (
    ATTACK_RATE,
    FRAME_RATE,
    LEAD,
    BeatFeatures,
    beat_features,
    scaled,
)
from pacetag.model.beats.path import best_path, local_periods, smoothed
from pacetag.model.beats.phase import best_shift, near, shifted
from pacetag.model.beats.presence import contrast, present

SLOWEST, FASTEST = 30.0, 400.0  # beats a minute

_BASS_SHARE = 0.5  # what the bass counts for beside all bands
_SMOOTH = 3  # frames, 29 ms: players are not together to the frame
_MOST = 4.0  # times its size: no crash, nor a song's beginning, is worth more than a few beats
_EVEN = 1.0  # cost of an interval one frame longer than the last, squared, in frames off an onset
_LEAST_WEIGHT = 0.1  # of an onset, of the mean one

_LATEST = 0.03  # s by which the path may be early or late as a whole
_LATE_STEP = 0.001  # s between the lags that are tried
# s from the beginning of a sound to its steepest rise: none in a click, 8 ms in the mean of
# rendered songs. Half of that is taken off, so that neither is far off.
_ATTACK = 0.004


@dataclass(frozen=True, kw_only=True, eq=False)
class Beats:
    """The beats of a song at a pace."""

    bpm: float  # the pace that was followed
    times: NDArray[np.float64]  # s into the song, rising [beats]
    confidence: NDArray[np.float64]  # how clearly each is heard, 0 to 1 [beats]

    def __len__(self) -> int:
        return len(self.times)


def check_pace(bpm: float) -> None:
    """Raise ValueError for a pace that cannot be one."""
    if not SLOWEST <= bpm <= FASTEST:  # or not a number
        raise ValueError(f"the pace must be from {SLOWEST:g} to {FASTEST:g} bpm, not {bpm!r}")


def song_beats(song: Song, bpm: float) -> Beats:
    """The beats at `bpm` of a song that is open at BEAT_SPEC's rate.

    Raises ValueError for a pace that cannot be one, DecodeError for a damaged song.
    """
    check_pace(bpm)
    return find_beats(beat_features(song, bpm), bpm)


def find_beats(features: BeatFeatures, bpm: float) -> Beats:
    """The beats at `bpm` in the curves of a song; none where nothing is heard."""
    onset = _strength(features.onset)
    strength = onset + _BASS_SHARE * _strength(features.bass)
    periods = local_periods(onset, bpm, FRAME_RATE)
    path = best_path(strength, periods)
    shift = best_shift(features, path)
    if shift:
        path = best_path(strength * near(shifted(path, shift), periods), periods)
    frames = even(path, onset)
    kept = present(frames, features, periods)
    times = (frames[kept] - 0.5) / FRAME_RATE
    times += lateness(times, features.attack) - LEAD
    return Beats(bpm=bpm, times=np.maximum(times, 0.0), confidence=contrast(frames, onset)[kept])


def _strength(rise: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much a beat at each frame [frames] is worth by a rise [frames]."""
    return smoothed(np.minimum(scaled(rise), _MOST), _SMOOTH)


def even(path: NDArray[np.intp], onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """Beats [beats] in fractions of a frame, as even as players who mean a tempo are.

    Each onset's peak is found by a parabola; then the beats are drawn to a curve whose intervals
    change little from one to the next, strong onsets counting for more (Whittaker, 1923).
    """
    from scipy.linalg import solveh_banded  # takes 66 ms, which scans need not wait for

    at = np.clip(path, 1, len(onset) - 2)
    left, top, right = onset[at - 1], onset[at], onset[at + 1]
    bend = np.minimum(left - 2 * top + right, -1e-9)
    peaks = at + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    if len(peaks) < 3:
        return np.asarray(peaks)
    weight = np.maximum(top / max(float(top.mean()), 1e-9), _LEAST_WEIGHT)
    bands = np.zeros((3, len(peaks)))  # the diagonal of a symmetric matrix and two below it
    for row, one in enumerate((1.0, -2.0, 1.0)):
        for column, other in enumerate((1.0, -2.0, 1.0)[: row + 1]):
            bands[row - column, column : len(peaks) - 2 + column] += _EVEN * one * other
    bands[0] += weight
    return np.asarray(solveh_banded(bands, weight * peaks, lower=True))


def lateness(times: NDArray[np.float64], attack: NDArray[np.float32]) -> float:
    """s to add to all beat times [beats], from the song's attacks [3 frames].

    A click fills a window as soon as it is touched, and is dated up to 16 ms early; a note that
    swells is dated late. How a song's notes begin shows in the mean attack around its beats, which
    needs no window: the lag of its steepest rise is the constant error of them all.
    """
    if not len(times):
        return 0.0
    lags = np.arange(-_LATEST, _LATEST + _LATE_STEP / 2, _LATE_STEP)
    curve = smoothed(attack.astype(np.float64), _SMOOTH)
    # The rise at index i is one to the value that begins there, and is dated at that one's middle.
    places = (times[:, None] + lags) * ATTACK_RATE - 0.5
    rise = np.interp(places.ravel(), np.arange(len(curve)), curve).reshape(places.shape)
    return float(lags[int(np.argmax(rise.mean(axis=0)))]) - _ATTACK
