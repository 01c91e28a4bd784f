"""How loud sound is, in LUFS (ITU-R BS.1770-4): K-weighted power, gated over blocks of 400 ms."""

import math

import numpy as np
from numpy.typing import NDArray

TARGET = -14.0  # LUFS; what streaming services play at
SILENCE = -70.0  # LUFS; blocks below it do not count
_RELATIVE = 10.0  # LU below the mean of the others, and a block does not count either
_BLOCK = 4  # tenths of a second
# The two filters of the weighting by the analog ones from which the standard's table was made, so
# that they hold at any rate: frequency in Hz, gain in dB, quality.
_SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
_HIGH_PASS = (38.13547087602444, 0.5003270373238773)
_SHELF_MIDDLE = 0.4996667741545416  # power of the shelf's gain at its frequency


class LoudnessMeter:
    """Measures sound that comes in pieces."""

    def __init__(self, rate: int, channels: int) -> None:
        self._sections = _k_weighting(rate)
        self._state = np.zeros((2, channels, 2))
        self._tenth = round(rate / 10)  # samples
        self._rest = np.zeros((channels, 0))
        self._powers: list[NDArray[np.float64]] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        """Hear the next samples [channels, n]."""
        from scipy.signal import sosfilt

        weighted, self._state = sosfilt(
            self._sections, samples.astype(np.float64), axis=1, zi=self._state
        )
        held = np.concatenate([self._rest, weighted], axis=1)
        count = held.shape[1] // self._tenth
        whole = held[:, : count * self._tenth].reshape(len(held), count, self._tenth)
        self._powers.append(np.square(whole).mean(axis=2).sum(axis=0))
        self._rest = held[:, count * self._tenth :]

    @property
    def tenths(self) -> NDArray[np.float64]:
        """Weighted power of each tenth of a second, all channels together [tenths]."""
        return np.concatenate([*self._powers, np.zeros(0)])


def loudness(tenths: NDArray[np.float64]) -> float:
    """Integrated loudness in LUFS of powers as a meter gives them; -inf where all is silent."""
    if not len(tenths):
        return -math.inf
    window = min(_BLOCK, len(tenths))
    blocks = np.convolve(tenths, np.full(window, 1 / window), mode="valid")
    heard = blocks[blocks > _power(SILENCE)]
    if not len(heard):
        return -math.inf
    kept = heard[heard > heard.mean() * 10 ** (-_RELATIVE / 10)]
    return -0.691 + 10 * math.log10(float(kept.mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _k_weighting(rate: int) -> NDArray[np.float64]:
    """The weighting as second-order sections [2, 6]: a shelf, and a high pass."""
    frequency, gain, quality = _SHELF
    bend = math.tan(math.pi * frequency / rate)
    high = 10 ** (gain / 20)
    middle = high**_SHELF_MIDDLE
    whole = 1 + bend / quality + bend**2
    shelf = [
        (high + middle * bend / quality + bend**2) / whole,
        2 * (bend**2 - high) / whole,
        (high - middle * bend / quality + bend**2) / whole,
        *_poles(bend, quality),
    ]
    frequency, quality = _HIGH_PASS
    return np.array(
        [shelf, [1.0, -2.0, 1.0, *_poles(math.tan(math.pi * frequency / rate), quality)]]
    )


def _poles(bend: float, quality: float) -> list[float]:
    whole = 1 + bend / quality + bend**2
    return [1.0, 2 * (bend**2 - 1) / whole, (1 - bend / quality + bend**2) / whole]
