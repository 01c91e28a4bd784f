"""How loud a sound is: what effects measure and keep."""

import numpy as np
from numpy.typing import NDArray


def rms(samples: NDArray[np.float32]) -> float:
    """Root of the mean square of samples [n]; 0 where there are none."""
    if not len(samples):
        return 0.0
    return float(np.sqrt(np.mean(np.square(samples), dtype=np.float64)))


def at_level(samples: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """Samples [n] scaled to a root mean square of `level`; silence stays silence."""
    now = rms(samples)
    return (samples * np.float32(level / now if now > 0 else 0.0)).astype(np.float32)


def ratio(decibels: float) -> float:
    """The ratio of amplitudes that so many decibels are."""
    return float(10.0 ** (decibels / 20.0))
