"""Judged candidates to one metrical family: duple or triple is decided once, for all levels."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.judge_settings import FamilySettings

STEPS = (2, 3, 4, 6)  # from one accepted level to the next faster one
LEAPS = (4, 6)  # those that leave out a level between


def reconciled(
    bpms: NDArray[np.float64],
    logits: NDArray[np.float64],
    metre_log_odds: NDArray[np.float64],
    settings: FamilySettings,
) -> NDArray[np.float64]:
    """Probability [k] that each tempo [k] is a level, given that the levels are one family.

    `logits` [k] are of each tempo by itself, `metre_log_odds` [k] those of triple over duple metre.
    A family is a chain of tempos, each two, three, four or six times the one before: 62, 186 is one
    and 86, 172 is one, but 115 and 172 are never in the same. The probability of a chain, the empty
    one included, is that of its tempos being right, all others wrong, and of its steps. Returned
    are the exact marginals over all chains, summed from the slow end and from the fast one. Tempos
    that mean the same level must be merged before.
    """
    order = np.argsort(bpms, kind="stable")
    steps = _steps(bpms[order], metre_log_odds[order], settings)
    # In logarithms: the odds of a sure and of an unlikely tempo differ by a factor of 10^10.
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


def is_related(bpm: float, other: float, settings: FamilySettings) -> bool:
    """Whether both tempos can be levels of one family, or are the same."""
    ratio = max(bpm, other) / min(bpm, other)
    return any(abs(ratio / step - 1) <= settings.tolerance for step in (1, *STEPS, 8, 9, 12))


def _steps(
    bpms: NDArray[np.float64], metre_log_odds: NDArray[np.float64], settings: FamilySettings
) -> NDArray[np.float64]:
    """Log-odds that tempo j follows tempo i in a chain [i, j]; minus infinity where it cannot."""
    ratio = bpms[None, :] / bpms[:, None]
    # Against even odds, so that an unknown metre counts as much as being the slowest of the chain.
    duple = np.log(2.0) - np.logaddexp(0.0, metre_log_odds)
    triple = np.log(2.0) - np.logaddexp(0.0, -metre_log_odds)
    metre = {2: duple, 3: triple, 4: duple, 6: np.zeros(len(bpms))}  # six is both
    found = np.full(ratio.shape, -np.inf)
    for step in STEPS:
        fits = np.abs(ratio / step - 1) <= settings.tolerance
        leap = settings.leap if step in LEAPS else 0.0
        found = np.where(fits, leap + metre[step][None, :], found)
    return found


def _log_sum(terms: NDArray[np.float64], *, start: float) -> float:
    return float(np.logaddexp.reduce(terms, initial=start))
