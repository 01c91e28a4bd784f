"""Several channels to one signal: their mean, or one of them where they cancel each other.

Where a cable or an editor has inverted one channel of a stereo song, the mean is silence, while two
loudspeakers still play the song. Nothing is decoded twice: one channel is kept beside the mean
until it is clear which of the two is used.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 16  # frames mixed at a time: they stay in the cache, and many channels need no more
BLOCK_SECONDS = 1.0  # s over which powers are compared
# Least power of the sum of all channels, as a share of the power of one. Two unrelated channels sum
# to twice the power of one; less than a fifth is left only where they correlate below -0.9.
LEAST_POWER = 0.2
MOST_CANCELLED = 0.1  # share of the blocks with sound that may cancel before the mean is dropped
STEP = 8  # every eighth sample is read: thousands a block are enough for its power
SILENCE = 1e-4  # root mean square, full scale 1; quieter blocks are not compared

Samples = NDArray[np.float32]


class Kept:
    """One channel of a part of a song, kept beside the mean of all; none of a mono song."""

    def __init__(self, length: int) -> None:
        self._length = length  # samples of the part
        self._samples: Samples | None = None  # from the first sound in several channels on
        self._channels = self._which = 0

    def add(self, planes: Sequence[NDArray[Any]], place: int) -> None:
        """Keep one of the channels [n], which begin at a place in the part or before it.

        It is the channel that is loudest where sound begins.
        """
        if self._samples is None and not self._begin(planes):
            return
        plane = planes[self._which if self._which < len(planes) else 0]
        part = plane[max(0, -place) : self._length - place]
        held = self._samples[max(0, place) : max(0, place) + len(part)]  # type: ignore[index]
        held[:] = part
        if plane.dtype.kind != "f":
            to_full_scale(held, plane.dtype)

    def _begin(self, planes: Sequence[NDArray[Any]]) -> bool:
        which = _loudest(planes) if len(planes) > 1 else None
        if which is not None:
            self._samples = np.zeros(self._length, np.float32)
            self._channels, self._which = len(planes), which
        return which is not None

    def unless_cancelled(self, mean: Samples, rate: int) -> Samples:
        """The mean [n] of the channels, or the kept channel where the mean is mostly cancelled."""
        if self._samples is None or not len(mean):
            return mean
        one = self._samples[: len(mean)]
        block = min(len(mean), round(BLOCK_SECONDS * rate))
        with np.errstate(invalid="ignore", over="ignore"):  # such samples are refused later
            alone, sums = _powers(one, block), _powers(mean, block) * self._channels**2
            loud = alone > SILENCE**2
            cancelled = loud & (sums < LEAST_POWER * alone)
        return one if cancelled.sum() > MOST_CANCELLED * loud.sum() else mean


class Downmix:
    """A part of a song as one signal, made from blocks of all its channels."""

    def __init__(self, length: int, channels: int) -> None:
        self._one = Kept(length)
        self._mean = np.empty(length, np.float32)
        # A product with the channels' shares is thirty times as fast as numpy's mean of short rows.
        self._shares = np.full(channels, 1 / channels, np.float32)
        self._place = 0

    def add(self, block: Samples) -> None:
        """Take the next samples [n, channels]."""
        held = self._mean[self._place : self._place + len(block)]
        with np.errstate(invalid="ignore", over="ignore"):  # the reader of the mix checks for those
            np.matmul(block, self._shares, out=held)
        self._one.add(list(block.T), self._place)
        self._place += len(block)

    def mono(self, rate: int) -> Samples:
        """The mean [n] of the channels, or one of them where they cancel each other."""
        return self._one.unless_cancelled(self._mean[: self._place], rate)


def to_full_scale(samples: Samples, kind: "np.dtype[Any]") -> None:
    """Scale samples stored as numbers of that kind to full scale 1, in place."""
    if kind.kind == "i":
        samples /= np.float32(2.0 ** (8 * kind.itemsize - 1))
    elif kind.kind == "u":  # 8 bit
        samples -= np.float32(128)
        samples /= np.float32(128)


def mix(planes: Sequence[NDArray[Any]], mean: Samples) -> None:
    """Put the mean of channels [n] into `mean` [n], full scale at 1."""
    mean[:] = planes[0]
    for plane in planes[1:]:
        mean += plane
    if len(planes) > 1:
        mean /= np.float32(len(planes))
    to_full_scale(mean, planes[0].dtype)


def _loudest(planes: Sequence[NDArray[Any]]) -> int | None:
    """The first of the channels that are about as loud as any; None while all are silent."""
    powers = []
    for plane in planes:
        samples = plane.astype(np.float32)
        to_full_scale(samples, plane.dtype)
        with np.errstate(invalid="ignore", over="ignore"):
            powers.append(float(samples @ samples) / max(1, len(samples)))
    most = max(powers)
    if not most > SILENCE**2:  # or not a number
        return None
    return next((at for at, power in enumerate(powers) if power >= most / 2), 0)


def _powers(samples: Samples, block: int) -> Samples:
    """Mean square of each whole block [blocks]; a remainder at the end does not count."""
    blocks = samples[: len(samples) // block * block].reshape(-1, block)[:, ::STEP]
    powers: Samples = np.einsum("bn,bn->b", blocks, blocks) / np.float32(blocks.shape[1])
    return powers
