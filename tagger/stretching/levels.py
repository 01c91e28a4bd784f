"""The true peak of sound, and the level at which nothing of it is clipped.

The samples of a copy lie elsewhere on the wave than those of the original, and the phases of its
tones are others, so its peaks can be higher.
"""

import numpy as np
from numpy.typing import NDArray

OVERSAMPLED = 4  # times, as ITU-R BS.1770 has it
_BLOCK, _AROUND = 1 << 18, 256  # samples that are looked at together, and beside them


def true_peak(samples: NDArray[np.float32]) -> float:
    """Return the highest level of the wave through samples [channels, n], 1 being full scale."""
    from scipy.signal import resample_poly

    peak = float(np.abs(samples).max(initial=0.0))
    for start in range(0, samples.shape[1], _BLOCK):
        part = samples[:, max(0, start - _AROUND) : start + _BLOCK + _AROUND]
        if 2 * np.abs(part).max(initial=0.0) > peak:  # between samples it is less than twice that
            wave = resample_poly(part, OVERSAMPLED, 1, axis=1)
            peak = max(peak, float(np.abs(wave).max(initial=0.0)))
    return peak


def within(samples: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """Return the samples, all of them as much softer as their true peak is above the ceiling."""
    peak = true_peak(samples)
    return samples if peak <= ceiling else samples * np.float32(ceiling / peak)
