"""How driving music is: its loudness, how often something is struck, and its bass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pacetag.model.features.mel import group_hz, hann_window
from pacetag.model.spec import FeatureSpec

_BLOCK, _STEP = 0.4, 0.1  # s, of the blocks that loudness is gated in
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0  # LUFS; LU below the mean of what passes the first
_QUIETEST = -70.0  # LUFS that silence counts as
_BASS = 150.0  # Hz, below which the bass and the bass drum lie
_BASS_FLOOR = 1e-4  # power below the strongest of the excerpt that is no stroke: 40 dB
_STROKE = 0.2  # of a strong stroke, below which an onset is none
_APART = 0.06  # s between two strokes that are heard as two

# Mean and standard deviation over training recordings: docs/experiments.md, Intensity.
_LOUDNESS = (-18.8, 4.3)  # LUFS
_STROKES = (5.7, 1.4)  # a second
_BASS_RISE = (41.0, 14.5)  # dB a second
_SPREAD = 1.9  # of the sum of the three


@dataclass(frozen=True, kw_only=True)
class Drive:
    """What makes an excerpt driving."""

    blocks: NDArray[np.float32]  # mean square of each block, weighted as ears do [blocks]
    strokes: float  # onsets a second
    bass_rise: float  # dB a second that the bass rises


def excerpt_drive(
    power: NDArray[np.float32], onset_envelope: NDArray[np.float32], spec: FeatureSpec
) -> Drive:
    """Measure an excerpt by its `grouped_power` [frames, groups] and onset envelope [frames]."""
    rate = spec.sample_rate / spec.hop_length
    return Drive(
        blocks=_blocks(power @ k_weights(spec), rate),
        strokes=_strokes(onset_envelope, rate),
        bass_rise=_bass_rise(power[:, group_hz(spec) < _BASS].sum(axis=1), rate),
    )


def song_intensity(drives: Sequence[Drive]) -> float | None:
    """How driving a song is, 0 to 1: the share of recordings that are less so.

    Loudness, strokes and bass count alike, each by its distance from the mean of recordings. None
    where nothing was measured.
    """
    if not drives:
        return None
    blocks = np.concatenate([drive.blocks for drive in drives])
    facts = (
        (gated_loudness(blocks), *_LOUDNESS),
        (float(np.mean([drive.strokes for drive in drives])), *_STROKES),
        (float(np.mean([drive.bass_rise for drive in drives])), *_BASS_RISE),
    )
    total = sum((found - mean) / deviation for found, mean, deviation in facts)
    return 0.5 * (1 + math.erf(total / _SPREAD / math.sqrt(2)))


def gated_loudness(blocks: NDArray[np.float32]) -> float:
    """Loudness in LUFS of blocks [n] of the mono sound, gated twice (ITU-R BS.1770-4)."""
    levels = _lufs(blocks)
    heard = blocks[levels > _ABSOLUTE_GATE]
    if not len(heard):
        return _QUIETEST
    gate = float(_lufs(heard.mean())) + _RELATIVE_GATE
    return float(_lufs(heard[_lufs(heard) > gate].mean()))


@cache
def k_weights(spec: FeatureSpec) -> NDArray[np.float32]:
    """What the power of each group of bins adds to the weighted mean square [groups].

    The filters are BS.1770's for 48 kHz: a shelf for the head, a high-pass for low sounds.
    """
    z = np.exp(-2j * np.pi * group_hz(spec) / 48_000)  # one sample of delay
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z) / np.polyval(
        [0.73248077421585, -1.69065929318241, 1.0], z
    )
    high = (1 - z) ** 2 / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    window = hann_window(spec.n_fft)
    # Parseval: the spectrum has half of the bins of a real signal.
    scale = 2 / (spec.n_fft * float(np.sum(window.astype(np.float64) ** 2)))
    return np.asarray(scale * np.abs(shelf * high) ** 2, np.float32)


def _lufs(power: NDArray[np.float32] | np.floating) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def _blocks(power: NDArray[np.float32], rate: float) -> NDArray[np.float32]:
    """Means [blocks] over overlapping blocks of power [frames]; one where there are few."""
    length, step = max(1, round(_BLOCK * rate)), max(1, round(_STEP * rate))
    windows = sliding_window_view(power, min(length, len(power)))[::step]
    return np.asarray(windows.mean(axis=1), np.float32)


def _strokes(onset_envelope: NDArray[np.float32], rate: float) -> float:
    """Peaks a second that are strong for this excerpt."""
    reach = max(1, round(_APART * rate))
    padded = np.pad(onset_envelope, reach)
    highest = sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    least = _STROKE * float(np.quantile(onset_envelope, 0.98))
    peaks = (onset_envelope >= highest) & (onset_envelope > max(least, 1e-6))
    return float(np.count_nonzero(peaks)) * rate / len(onset_envelope)


def _bass_rise(bass: NDArray[np.float32], rate: float) -> float:
    """dB a second that the bass [frames] rises, from a floor below its strongest moment on."""
    floor = max(float(bass.max(initial=0.0)) * _BASS_FLOOR, 1e-12)
    level = 10 * np.log10(bass + floor)
    return float(np.maximum(np.diff(level), 0.0).sum()) * rate / max(1, len(bass))
