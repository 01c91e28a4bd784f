"""How a take swings is measured from its offbeats."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.drummers.swing import Swing, clearness, find_swing
from tests.model.training.drummers.made_takes import swung_beat


def swing_of(hits: Sequence[tuple[float, int]], spread: float = 0.015) -> Swing:
    """Measure hits (beat, key), played with a human spread in beats."""
    rng = np.random.default_rng(3)
    onsets = np.array([beat for beat, _ in hits]) + rng.normal(0, spread, len(hits))
    hats: NDArray[np.bool_] = np.array([key in (22, 42, 51) for _, key in hits])
    return find_swing(onsets, hats)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_the_long_short_of_eighths_is_measured(ratio: float) -> None:
    swing = swing_of(swung_beat(16, ratio / (1 + ratio)))

    assert swing.pulses == 1
    assert swing.ratio == pytest.approx(ratio, rel=0.1)
    assert swing.swung == (ratio > 1.4)
    assert swing.straight == (ratio == 1)


def test_the_long_short_of_sixteenths_is_found_below_even_eighths() -> None:
    half = [(beat / 2, key) for beat, key in swung_beat(32, 2 / 3)]

    swing = swing_of(half, spread=0.005)

    assert swing.pulses == 2
    assert swing.ratio == pytest.approx(2.0, rel=0.1)


def test_triplets_are_a_shuffle_rather_than_uneven_sixteenths() -> None:
    triplets = [(third / 3, 42) for third in range(180)]

    assert swing_of(triplets) == Swing(ratio=2.0)


def test_dotted_kicks_under_quarters_on_the_hi_hat_are_no_swing() -> None:
    dotted = [hit for beat in range(64) for hit in ((beat, 42), (beat + 0.76, 36))]

    assert swing_of(dotted).ratio is None


def test_notes_away_from_the_click_are_not_clear() -> None:
    rng = np.random.default_rng(5)

    assert clearness(np.sort(rng.uniform(0, 64, 300))) < 0.2
    assert clearness(np.arange(200) / 2 + rng.normal(0, 0.02, 200)) > 0.9
