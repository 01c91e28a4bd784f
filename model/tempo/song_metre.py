"""Whether the pulses of a song go together by two or by three, as its levels and its sound say."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.tempo.family import TOLERANCE

DUPLE, TRIPLE = "duple", "triple"
HEARD = 0.5  # probability from which a level is taken to be there
CLEAR = 1.0  # metre log-odds of a lone level from which they are believed


def heard_metre(
    bpms: NDArray[np.float64], there: NDArray[np.float64], threes: NDArray[np.float64]
) -> str | None:
    """The metre of levels [k] that are there with a probability [k]; None where nothing tells.

    Two levels of which one is three times as fast are triple wherever else the song doubles: a
    waltz has halves of its beats, too. The metre log-odds `threes` [k] decide on a lone level.
    """
    levels = bpms[there >= HEARD]
    if not len(levels):
        return None
    ratios = levels[None, :] / levels[:, None]
    for name, steps in ((TRIPLE, (3, 6)), (DUPLE, (2, 4))):
        if any((np.abs(ratios / step - 1) <= TOLERANCE).any() for step in steps):
            return name
    odds = float(threes[int(np.argmax(there))])
    if abs(odds) < CLEAR:
        return None
    return TRIPLE if odds > 0 else DUPLE
