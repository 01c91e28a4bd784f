"""Figures with the interval in which they would lie on other songs of the same kind."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
SEED = 1
LEVEL = 0.95

# How often each song was drawn [resamples, songs] -> the figure [resamples], nan where it has none.
Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and its 95 % interval; None where there is nothing to measure."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Figure(value=None, low=None, high=None)


def resampled(songs: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> NDArray[np.float64]:
    """How often each song is drawn [resamples, songs] if as many are drawn with replacement.

    Whole songs are drawn, since what is heard in one song is not independent of the rest of it
    (Efron, 1979).
    """
    if not songs:
        return np.zeros((resamples, 0))
    rng = np.random.default_rng(seed)
    return rng.multinomial(songs, np.full(songs, 1 / songs), size=resamples).astype(float)


def figure(statistic: Statistic, counts: NDArray[np.float64], *, songs: int) -> Figure:
    """The statistic over all songs, with its percentile interval over `counts`.

    `songs` is how many of them it is made from: one alone has no interval.
    """
    value = float(statistic(np.ones((1, counts.shape[1])))[0])
    if np.isnan(value):
        return NOTHING
    if songs < 2:
        return Figure(value=value, low=None, high=None)
    drawn = statistic(counts)
    known = drawn[~np.isnan(drawn)]  # a resample may hold none of the songs that matter
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(value=value, low=float(low), high=float(high))


def ratio(numerators: NDArray[np.float64], denominators: NDArray[np.float64]) -> Statistic:
    """The sum of what each song adds [songs] to the one, divided by the sum of the other."""

    def statistic(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return divided(counts @ numerators, counts @ denominators)

    return statistic


def divided(
    numerators: NDArray[np.float64], denominators: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quotients [n]; nan where nothing is divided by nothing."""
    none = np.full(len(numerators), np.nan)
    return np.asarray(np.divide(numerators, denominators, out=none, where=denominators > 0))
