"""Which of the tempos that fit people accept as a pace."""

import numpy as np
from numpy.typing import NDArray

# Share of people who accept a level that is plainly there, by its rate: from the 2019 labels of
# 115 songs, where of the halves that came to 40 to 50 five of twelve were named, of those from 50
# to 57 eight of ten, above that nine of ten and more; of the doubles from 200 to 230 all, to 260
# four of five, to 290 eleven of twenty, to 320 half. Between the middles of these classes the
# share is drawn as a straight line.
_RATES = (40.0, 46.0, 52.0, 57.0, 65.0, 230.0, 250.0, 275.0, 290.0, 320.0)  # bpm
_SHARES = (0.15, 0.35, 0.52, 0.85, 1.0, 1.0, 0.9, 0.6, 0.5, 0.45)


def acceptance(bpms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of people [k] who step to tempos [k] in bpm, where these are there to step to."""
    return np.interp(bpms, _RATES, _SHARES)
