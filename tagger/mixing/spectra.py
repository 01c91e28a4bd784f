"""How each beat of a song sounds, by which places that sound alike are found."""

import numpy as np
from numpy.typing import NDArray

_WINDOW = 8_192  # samples
_BANDS = 48
_LOWEST, _HIGHEST = 60.0, 8_000.0  # Hz


class BeatSpectra:
    """Collects short spectra of sound that comes in pieces."""

    def __init__(self, rate: int) -> None:
        frequencies = np.fft.rfftfreq(_WINDOW, 1 / rate)
        edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1)
        self._starts = np.searchsorted(frequencies, edges)
        self._hop = _WINDOW / 2 / rate  # s
        self._rest = np.zeros(0, np.float32)
        self._frames: list[NDArray[np.float32]] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        """Hear the next samples [channels, n]."""
        held = np.concatenate([self._rest, samples.mean(axis=0)])
        count = max(0, len(held) // (_WINDOW // 2) - 1)
        for place in range(count):
            part = held[place * _WINDOW // 2 :][:_WINDOW]
            power = np.abs(np.fft.rfft(part * np.hanning(_WINDOW))) ** 2
            bands = np.add.reduceat(power[: self._starts[-1]], self._starts[:-1])
            self._frames.append(np.log1p(bands).astype(np.float32))
        self._rest = held[count * _WINDOW // 2 :]

    def of(self, times: NDArray[np.float64]) -> NDArray[np.float32]:
        """The spectrum of each beat [beats, bands], without the mean of all, of length 1."""
        if not self._frames:
            return np.zeros((len(times), _BANDS), np.float32)
        frames = np.array(self._frames)
        total = np.concatenate([np.zeros((1, _BANDS)), np.cumsum(frames, axis=0)])
        ends = np.concatenate([times[1:], times[-1:] + (times[-1] - times[-2])])
        low = np.clip(np.rint(times / self._hop - 0.5).astype(int), 0, len(frames) - 1)
        high = np.clip(np.rint(ends / self._hop - 0.5).astype(int), low + 1, len(frames))
        mean = (total[high] - total[low]) / (high - low)[:, None]
        mean -= mean.mean(axis=0)
        size = np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return np.asarray(mean / size, np.float32)
