"""Clips to one answer for the song: those in which a beat is heard count for more."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

# What a clip without any beat still counts for, so that a song of nothing else is judged by all.
LEAST = 0.02


def clip_weights(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each clip counts for, [clips], together 1, from the logits [tempos, clips].

    A clip is as clear as its surest tempo: in a break, a spoken passage or a rubato opening no
    tempo is likely, and it must not speak against that of the rest.
    """
    clear = expit(logits.max(axis=0)) + LEAST
    return np.asarray(clear / clear.sum())


def song_logits(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """One logit [tempos] from those of the clips [tempos, clips]."""
    if not logits.size:
        return np.zeros(len(logits))
    return np.asarray(logits @ clip_weights(logits))
