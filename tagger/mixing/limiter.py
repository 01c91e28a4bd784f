"""A look-ahead limiter: the true peak of sound stays below a ceiling, and nothing is clipped."""

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.stretching.levels import OVERSAMPLED

REACH = 0.04  # s before and behind a peak over which the gain falls and rises again
_MARGIN = 64  # samples at the ends of a piece whose wave is not known exactly

Samples = NDArray[np.float32]


class Limiter:
    """Limits sound that comes in pieces.

    The gain at each sample is a mean, by a Hann window, of the least gain that any sample within
    REACH needs: so it is never above what its own sample needs, and has no corners.
    """

    def __init__(self, rate: int, channels: int, ceiling: float) -> None:
        from scipy.signal.windows import hann

        self._ceiling = ceiling  # 1 is full scale
        self._reach = round(REACH * rate)
        window = hann(2 * self._reach + 1)
        self._window = (window / window.sum()).astype(np.float32)
        self._around = 2 * self._reach + _MARGIN
        # What was given out stays, for the gain of what follows depends on it.
        self._held = np.zeros((channels, self._around), np.float32)
        self.least_gain = 1.0  # that was needed so far

    def push(self, samples: Samples) -> Samples:
        """Take the next samples [channels, n]; returns those [channels, m] that are done."""
        self._held = np.concatenate([self._held, samples], axis=1)
        done = self._held.shape[1] - 2 * self._around
        if done <= 0:
            return self._held[:, :0]
        gain = self._gain(self._held)[self._around : self._around + done]
        self.least_gain = min(self.least_gain, float(gain.min()))
        found = self._held[:, self._around : self._around + done] * gain
        self._held = self._held[:, done:].copy()
        return found

    def flush(self) -> Samples:
        """Return what is left."""
        return self.push(np.zeros((len(self._held), self._around), np.float32))

    def _gain(self, samples: Samples) -> Samples:
        from scipy.ndimage import minimum_filter1d
        from scipy.signal import oaconvolve

        needed = np.minimum(1.0, self._ceiling / np.maximum(_peaks(samples), 1e-9))
        if needed.min() >= 1.0:
            return np.ones(samples.shape[1], np.float32)
        least = minimum_filter1d(needed, 2 * self._reach + 1, mode="nearest")
        # Only what falls below 1 is averaged, so that rounding leaves the rest as it is.
        less = oaconvolve(1.0 - least, self._window, mode="same")
        return np.asarray(1.0 - np.clip(less, 0.0, 1.0), np.float32)


def _peaks(samples: Samples) -> Samples:
    """The highest level of the wave around each sample [n] of any channel [channels, n]."""
    from scipy.signal import resample_poly

    wave = np.abs(resample_poly(samples, OVERSAMPLED, 1, axis=1)).max(axis=0)
    return np.asarray(wave.reshape(-1, OVERSAMPLED).max(axis=1), np.float32)
