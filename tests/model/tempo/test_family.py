"""One metrical family, made from tempos that were judged one by one."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from pacetag.model.judge_settings import FamilySettings
from pacetag.model.tempo.family import is_related, reconciled

SETTINGS = FamilySettings()


def judged(
    bpms: list[float], logits: list[float], odds: list[float] | None = None
) -> NDArray[np.float64]:
    known = np.array(odds or [0.0] * len(bpms))
    return reconciled(np.array(bpms), np.array(logits), known, SETTINGS)


def step_cost(slow: float, fast: float, log_odds: float) -> float | None:
    """Log-odds of a step of a chain; None where it is none. `log_odds` of the faster tempo."""
    leap = -np.log(356)  # of leaving out the level between
    for step, cost in {2: 0.0, 3: 0.0, 4: leap, 6: leap}.items():
        if abs(fast / slow / step - 1) <= 0.04:
            shares = {2: expit(-log_odds), 3: expit(log_odds), 4: expit(-log_odds), 6: 0.5}
            return float(cost + np.log(2 * shares[step]))
    return None


def by_enumeration(bpms: list[float], logits: list[float], odds: list[float]) -> list[float]:
    """The same probabilities from all subsets, one by one."""
    total, with_tempo = 0.0, np.zeros(len(bpms))
    for size in range(len(bpms) + 1):
        for chosen in combinations(range(len(bpms)), size):
            chain = sorted(chosen, key=lambda i: bpms[i])
            costs = [step_cost(bpms[i], bpms[j], odds[j]) for i, j in pairwise(chain)]
            known = [cost for cost in costs if cost is not None]
            if len(known) == len(costs):
                weight = float(np.exp(sum(known) + sum(logits[i] for i in chosen)))
                total += weight
                with_tempo[list(chosen)] += weight
    return list(with_tempo / total)


def test_the_marginals_are_those_of_all_chains_counted_one_by_one() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        base = rng.uniform(40, 60)
        ratios = np.array([1, 1.5, 2, 8 / 3, 3, 4, 4.5, 6])
        bpms = list(rng.permutation(base * ratios * rng.uniform(0.99, 1.01, 8)))
        logits, odds = (list(rng.normal(0, spread, 8)) for spread in (3, 2))

        found = judged(bpms, logits, odds)

        assert found == pytest.approx(by_enumeration(bpms, logits, odds), abs=1e-9)


def test_a_tempo_alone_keeps_its_probability() -> None:
    assert judged([120.0], [1.3])[0] == pytest.approx(expit(1.3))


def test_levels_of_one_family_do_not_disturb_each_other() -> None:
    found = judged([172.0, 86.0], [3.0, -1.0])

    assert found == pytest.approx(expit(np.array([3.0, -1.0])))


def test_who_steps_to_every_pulse_and_every_fourth_steps_to_every_second() -> None:
    found = judged([260.0, 130.0, 65.0], [2.0, -0.5, 4.0])

    assert found[0] > 0.7
    assert found[1] > 0.7  # 0.38 by itself
    assert found[2] > 0.95


def test_a_level_that_is_not_a_candidate_is_skipped() -> None:
    found = judged([260.0, 65.0], [6.0, 8.0])

    assert found.min() > 0.5


def test_duple_or_triple_is_decided_once() -> None:
    """A waltz at 186: its bars of 62 and its halves of 93 both sound likely, but not together."""
    beat, bar, half = judged([186.0, 62.0, 93.0], [5.0, 2.5, 1.0])

    assert beat > 0.95
    assert bar > 0.7
    assert half < 0.3


@pytest.mark.parametrize(("odds", "half_is_in"), [(3.0, False), (-3.0, True)])
def test_what_the_pulses_do_decides_between_halves_and_thirds(
    odds: float, half_is_in: bool
) -> None:
    _, bar, half = judged([186.0, 62.0, 93.0], [5.0, 1.0, 1.0], [odds, 0.0, 0.0])

    assert (half > 0.6) == half_is_in
    assert (bar > 0.6) == (not half_is_in)


def test_much_likelier_families_suppress_the_others() -> None:
    found = judged([86.0, 172.0, 115.0, 129.0], [4.0, 4.0, 2.0, 2.0])

    assert found[:2].min() > 0.9
    assert found[2:].max() < 0.02


def test_logits_beyond_all_measure_do_not_overflow() -> None:
    found = judged([80.0, 160.0, 107.0], [900.0, 900.0, -900.0])

    assert found == pytest.approx([1.0, 1.0, 0.0])


def test_nothing_in_gives_nothing_out() -> None:
    assert judged([], []).shape == (0,)


@pytest.mark.parametrize("other", [86.0, 172.5, 43.0, 258.0, 57.3])
def test_levels_of_duple_and_triple_metres_are_related(other: float) -> None:
    assert is_related(86.0, other, SETTINGS) or is_related(172.0, other, SETTINGS)


@pytest.mark.parametrize("other", [115.0, 129.0, 107.0])
def test_tempos_in_other_ratios_are_not(other: float) -> None:
    assert not is_related(86.0, other, SETTINGS)
