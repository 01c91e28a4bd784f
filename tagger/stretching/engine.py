"""Change the tempo of sound and keep its pitch, by Signalsmith Stretch.

docs/stretching.md has the measurement by which it was chosen. It takes a whole song at once.
"""

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.errors import MissingExtraError

EXTRA = "stretch"
ENGINE = "signalsmith-1"  # stands in the mark of copies; another one makes all of them anew
_AROUND = 0.2  # s of silence at both ends, for without it attacks close to them are softened


def check_installed(option: str = "--stretch") -> None:
    """Raise MissingExtraError, which names the option, unless the package is there."""
    if find_spec("python_stretch") is None:
        raise MissingExtraError(option, EXTRA)


def stretched(samples: NDArray[np.float32], rate: int, factor: float) -> NDArray[np.float32]:
    """Return samples [channels, n] that last `factor` times as long, at the same pitch.

    They are round(n * factor) in number. `rate` is theirs, in Hz.
    """
    from python_stretch.Signalsmith import Stretch

    around = round(_AROUND * rate)
    engine = Stretch()
    engine.preset(len(samples), float(rate))
    engine.setTimeFactor(1 / factor)
    made = np.asarray(engine.process(np.pad(samples, ((0, 0), (around, around)))), np.float32)
    first, wanted = round(around * factor), round(samples.shape[1] * factor)
    return np.ascontiguousarray(made[:, first : first + wanted])
