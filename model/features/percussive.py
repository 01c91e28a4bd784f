"""The percussive part of a sound, by medians of its spectrum over time and over frequency.

What sounds on is a line along time and stands out in the median over time; a stroke is a line
along frequency and stands out in that over frequency (Fitzgerald, 2010). Where strokes stand out
by a margin, the spectrum is kept (Driedger, Müller and Disch, 2014).
"""

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

WIDTH = 32  # values that a median is taken of: 340 Hz, and .7 s of every second frame
_BEFORE, _AFTER = WIDTH // 2 - 1, WIDTH // 2  # values before and after the one in the middle
_STEPS = 8  # levels an octave of power: .4 dB, and 256 of them are 96 dB
_LOWEST = -14  # octaves; a full-scale tone has a power of 2^18
_BLOCK = 192  # rows and columns at a time: what they are sorted in fits into the processor's cache
_BIAS = 127  # of a float's exponent
_SHIFT = 23 - 3  # bits of its mantissa that say less than an eighth of an octave


def percussive_share(power: NDArray[np.float32], margin: float) -> NDArray[np.float32]:
    """Share of the power [frames, frequencies] that belongs to strokes, same shape, 0 to 1.

    Equal to the mask of librosa.decompose.hpss with that margin but for its medians: they are of
    levels in steps of .4 dB, and that over time is of every second frame.
    """
    levels = _levels(power)
    sustained = np.repeat(_centred_median(levels[::2]), 2, axis=0)[: len(levels)]
    struck = np.ascontiguousarray(_centred_median(np.ascontiguousarray(levels.T)).T)
    found = np.empty(power.shape, np.float32)
    for first in range(0, len(power), _BLOCK):
        part = slice(first, first + _BLOCK)
        ratio = _ratio(struck[part], sustained[part])
        np.divide(ratio, ratio + np.float32(margin**2), out=found[part])
    # Driedger's mask with exponent 2 weighs amplitudes, so the power takes its square.
    return np.square(found, out=found)


def moving_median(values: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """The lower median of `width` rows, from each row [n, m] on: [n - width + 1, m].

    `width` is a power of two. Sorted stretches of one row, two, four and so on are merged as in
    Batcher's odd-even mergesort (1968), and the two last ones share their neighbours' work: 107
    minima and maxima of whole arrays for 32 rows. Bytes go through them 3.5 times as fast as floats
    through bottleneck.move_median, whose work does not grow with the width.
    """
    ranks = [values]  # the i-th smallest of each stretch so far
    size = 1
    while 2 * size < width:
        room = len(ranks[0]) - size
        ranks = [rank[:room] for rank in ranks] + [rank[size:] for rank in ranks]
        for low, high in _merges(2 * size):
            a, b = ranks[low], ranks[high]
            ranks[low], ranks[high] = np.minimum(a, b), np.maximum(a, b)
        size *= 2
    room = len(ranks[0]) - size
    # The smaller half of two sorted stretches: each rank of the one against the last but it.
    lower = [np.minimum(ranks[i][:room], ranks[-1 - i][size:]) for i in range(size)]
    return np.asarray(np.maximum.reduce(lower))


def _centred_median(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The median of `WIDTH` rows around each row, the outermost repeated beyond the edges."""
    padded = np.pad(levels, ((_BEFORE, _AFTER), (0, 0)), mode="edge")
    found = np.empty(levels.shape, np.uint8)
    for first, left in product(*(range(0, length, _BLOCK) for length in levels.shape)):
        part = padded[first : first + _BLOCK + WIDTH - 1, left : left + _BLOCK]
        found[first : first + _BLOCK, left : left + _BLOCK] = moving_median(part, WIDTH)
    return found


def _levels(power: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Logarithm of the power in `_STEPS` an octave, from 0 to 255, same shape.

    A float's own bits hold it: the exponent counts octaves, and the mantissa divides them in parts
    that are nearly even.
    """
    bits = power.view(np.int32) >> _SHIFT
    bits -= (_BIAS + _LOWEST) * _STEPS
    return np.asarray(np.clip(bits, 0, 255, out=bits), np.uint8)


def _ratio(levels: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ratio of the powers of levels to those of other levels, same shape; read back as written."""
    bits = levels.astype(np.int32)
    bits -= others
    bits += _BIAS * _STEPS
    bits <<= _SHIFT
    return bits.view(np.float32)


@cache
def _merges(size: int) -> tuple[tuple[int, int], ...]:
    """The places that are compared, in turn, to merge two sorted halves of `size` values."""

    def merge(first: int, length: int, step: int) -> list[tuple[int, int]]:
        if 2 * step >= length:
            return [(first, first + step)]
        inner = range(first + step, first + length - step, 2 * step)
        return [
            *merge(first, length, 2 * step),
            *merge(first + step, length, 2 * step),
            *((place, place + step) for place in inner),
        ]

    return tuple(merge(0, size, 1))
