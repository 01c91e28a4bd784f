"""Decoded sound in memory, read as a file's is."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.downmix import BLOCK, Downmix
from pacetag.model.audio.stored import StoredSound

SLOWEST, FASTEST = 1_000, 768_000  # Hz
# Full scale is 1. A file with floats may exceed it, but 40 dB more are numbers of 16 bit that were
# not divided by 32768.
LOUDEST = 100.0
NAME = Path("samples")  # stands for the path in errors


class Samples:
    """Checked samples with their rate; a Decoder."""

    def __init__(self, y: NDArray[Any], sr: float) -> None:
        """Take mono samples [n] or several channels [channels, n] of floats, full scale 1.

        Raises ValueError for anything else, for samples that are not finite, and for a rate that
        is not a whole number of Hz from SLOWEST to FASTEST.
        """
        self._channels = _checked_samples(np.asarray(y))
        self.rate = _checked_rate(sr)

    @property
    def seconds(self) -> float:
        """Length of all samples."""
        frames: int = self._channels.shape[1]
        return frames / self.rate

    def read(self, start: float, seconds: float) -> NDArray[np.float32]:
        """Mono samples [n] from `start` seconds on, at `rate`; fewer than asked at the end."""
        count, frames = self._channels.shape
        first = min(round(start * self.rate), frames)
        length = min(round(seconds * self.rate), frames - first)
        mix = Downmix(length, count)
        for place in range(first, first + length, BLOCK):
            part = self._channels[:, place : min(place + BLOCK, first + length)]
            mix.add(np.ascontiguousarray(part.T, np.float32))
        return mix.mono(self.rate)

    def close(self) -> None:
        """Do nothing; a file would be closed."""


Sound = Path | StoredSound | Samples  # a file, here or in a store, or sound that is decoded


def name_of(sound: Sound) -> Path:
    """The path of a sound, for errors; `samples` where it has none."""
    if isinstance(sound, StoredSound):
        return sound.path
    return NAME if isinstance(sound, Samples) else sound


def _checked_samples(y: NDArray[Any]) -> NDArray[Any]:
    """The samples as [channels, n]. Raises ValueError."""
    if y.dtype.kind != "f":
        raise ValueError(
            f"samples must be floating-point numbers with full scale 1, not {y.dtype}; "
            "divide 16-bit ones by 32768"
        )
    if y.ndim not in (1, 2):
        raise ValueError(f"samples must have the shape (n,) or (channels, n), not {y.shape}")
    channels = y if y.ndim == 2 else y[np.newaxis]
    if not channels.size:
        raise ValueError(f"there are no samples: their shape is {y.shape}")
    if channels.shape[0] > channels.shape[1]:
        raise ValueError(f"samples must have the shape (channels, n), not {y.shape}; pass y.T")
    peak = max(float(channels.max()), -float(channels.min()))  # NaN where any sample is
    if not np.isfinite(peak):
        raise ValueError("some samples are not finite numbers")
    if peak > LOUDEST:
        raise ValueError(
            f"samples reach {peak:g}, but full scale is 1; divide those of 16 bit by 32768"
        )
    return channels


def _checked_rate(sr: float) -> int:
    """The rate as a whole number. Raises ValueError."""
    try:
        if SLOWEST <= sr <= FASTEST and int(sr) == sr:
            return int(sr)
    except TypeError:
        pass
    raise ValueError(
        f"the sample rate must be a whole number from {SLOWEST} to {FASTEST} Hz, not {sr!r}"
    )
