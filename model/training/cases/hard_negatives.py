"""Which wrong tempos are mistaken most easily, so that they are drawn more often."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.cases.build import Megabatch

OCTAVES = (-2, -1, 1, 2)  # from a right tempo to a wrong one: the quarter, half, double, quadruple
TOLERANCE = 0.03


def octave_errors(megabatch: Megabatch) -> NDArray[np.bool_]:
    """Which cases [n] are wrong though an octave or two away from a right tempo of their song.

    Half the beat of a waltz is such: two of three beats. Elsewhere the half is nearly always right,
    so they are rare where a network that took all halves for right would find many.
    """
    found = np.zeros(len(megabatch.labels), dtype=bool)
    song = np.unique(megabatch.song, return_inverse=True)[1]
    order = np.argsort(song, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(song[order])) + 1):
        right = rows[megabatch.labels[rows] == 1]
        wrong = rows[megabatch.labels[rows] == 0]
        octaves = np.log2(megabatch.bpm[wrong][:, None] / megabatch.bpm[right][None, :])
        whole = np.rint(octaves)
        near = np.abs(octaves - whole) <= np.log2(1 + TOLERANCE)
        found[wrong] = (near & np.isin(whole, OCTAVES)).any(axis=1)
    return found
