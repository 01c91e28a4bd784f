"""Judged candidates to one metrical family: duple or triple is decided once, for all levels."""

import numpy as np
from numpy.typing import NDArray

# From one accepted level to the next faster one, and what it costs in nepers of odds. Who can step
# to every pulse and to every fourth can step to every second: among 355 such pairs of levels of
# rendered training songs the level between was always right, so that it is left out at most once
# in 356. It may be missing among the candidates, and so is not forbidden.
_LEAP = -np.log(356.0)
STEPS = {2: 0.0, 3: 0.0, 4: _LEAP, 6: _LEAP}
# By how much such a step may miss its ratio: the usual tolerance of tempo estimation.
TOLERANCE = 0.04


def reconciled(
    bpms: NDArray[np.float64], logits: NDArray[np.float64], threes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probability [k] that each tempo [k] is accepted, given that what is accepted is one family.

    `logits` [k] are of each tempo by itself, `threes` [k] say in nepers of odds how much likelier
    its pulses go together by three than by two. A family is a chain of tempos, each two, three,
    four or six times the one before: 62, 186 is one and 86, 172 is one, but 115 and 172 never stand
    in the same. Over all such chains, the empty one among them, the probability is that of its
    tempos being right and all others wrong, and of its steps; what comes back are its exact
    marginals, summed from the slow end and from the fast one. Tempos that mean the same level must
    be merged before.
    """
    order = np.argsort(bpms, kind="stable")
    steps = _steps(bpms[order], threes[order])
    # In logarithms: the odds of a sure tempo and of a hopeless one differ by a factor of 10^10.
    weight = logits[order]
    up = np.zeros(len(order))  # of all chains that begin with a tempo
    for i in reversed(range(len(order))):
        up[i] = weight[i] + _log_sum(up + steps[i], start=0.0)
    down = np.zeros(len(order))  # of all chains that end with it
    for i in range(len(order)):
        down[i] = weight[i] + _log_sum(down + steps[:, i], start=0.0)
    found = np.empty(len(order))
    found[order] = np.exp(up + down - weight - _log_sum(up, start=0.0))
    return found


def is_related(bpm: float, other: float) -> bool:
    """Whether both tempos can be levels of one family, or are the same."""
    ratio = max(bpm, other) / min(bpm, other)
    return any(abs(ratio / step - 1) <= TOLERANCE for step in (1, *STEPS, 8, 9, 12))


def _steps(bpms: NDArray[np.float64], threes: NDArray[np.float64]) -> NDArray[np.float64]:
    """What it costs that tempo j follows tempo i in a chain, [i, j]; minus infinity: it cannot."""
    ratio = bpms[None, :] / bpms[:, None]
    # Against even odds, so that not to know is as good as to be the slowest of the chain.
    by_two = np.log(2.0) - np.logaddexp(0.0, threes)
    by_three = np.log(2.0) - np.logaddexp(0.0, -threes)
    said = {2: by_two, 3: by_three, 4: by_two, 6: np.zeros(len(bpms))}  # six are both
    found = np.full(ratio.shape, -np.inf)
    for step, cost in STEPS.items():
        fits = np.abs(ratio / step - 1) <= TOLERANCE
        found = np.where(fits, cost + said[step][None, :], found)
    return found


def _log_sum(terms: NDArray[np.float64], *, start: float) -> float:
    return float(np.logaddexp.reduce(terms, initial=start))
