"""A network whose zero mistakes fewest of the cases that it did not learn from."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.fitting.fit import network_logits
from pacetag.model.training.fitting.threshold import best_threshold, shift_threshold
from tests.model.training.linear_network import linear_network

pytestmark = pytest.mark.usefixtures("keras")

CASES = 400
LIFT = 2.5  # log-odds by which the network is too sure of everything


@pytest.fixture
def megabatch(spec: FeatureSpec) -> Megabatch:
    """Cases as loud as they are right, and a little by chance."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, CASES).astype(np.uint8)
    levels = 2.0 * labels - 1 + rng.normal(0, 1, CASES)
    shape = (CASES, spec.beats, spec.samples_per_beat, spec.n_bands)
    # network_input adds the shift and divides by the scale.
    power = spec.log_scale * levels - spec.log_shift
    same = np.full(CASES, "validation")
    return Megabatch(
        cases=np.broadcast_to(power[:, None, None, None], shape).astype(np.float16),
        labels=labels,
        bpm=np.full(CASES, 120, np.float32),
        song=same,
        source=same,
        group=same,
        split=same,
    )


def network(spec: FeatureSpec) -> Any:
    """Says how loud a case is, and always LIFT more."""
    shape = (spec.beats, spec.samples_per_beat, spec.n_bands)
    return linear_network(shape, slope=1.0, offset=LIFT)


def test_zero_becomes_the_threshold_with_fewest_mistakes(
    megabatch: Megabatch, spec: FeatureSpec
) -> None:
    model = network(spec)
    before = network_logits(model, megabatch, np.arange(CASES), spec)

    shift_threshold(model, megabatch, spec)

    after = network_logits(model, megabatch, np.arange(CASES), spec)
    assert np.ptp(after - before) < 1e-5  # one shift for all
    assert (after - before).mean() == pytest.approx(-LIFT, abs=0.4)
    assert ((after > 0) == megabatch.labels).mean() > (
        (before > 0) == megabatch.labels
    ).mean() + 0.1


def test_without_right_and_wrong_cases_a_network_stays(
    megabatch: Megabatch, spec: FeatureSpec
) -> None:
    model = network(spec)

    shift_threshold(model, replace(megabatch, labels=np.ones(CASES, np.uint8)), spec)

    assert float(model.layers[-1].bias[0]) == LIFT


def test_a_source_of_right_cases_alone_does_not_count(
    megabatch: Megabatch, spec: FeatureSpec
) -> None:
    alone, beside = network(spec), network(spec)
    half = np.arange(CASES) % 2 == 0
    sources = np.where(half & (megabatch.labels == 1), "own", "validation")
    kept = sources == "validation"

    shift_threshold(beside, replace(megabatch, source=sources), spec)
    shift_threshold(alone, replace(megabatch, split=np.where(kept, "validation", "train")), spec)

    assert float(beside.layers[-1].bias[0]) == float(alone.layers[-1].bias[0]) != LIFT


def test_a_small_source_counts_as_much_as_a_large_one() -> None:
    """The large one alone would have its threshold at 1, the small one at -1."""
    large = np.repeat([0.9, 1.1], 500), np.repeat([0, 1], 500).astype(np.uint8)
    small = np.repeat([-1.1, -0.9], 5), np.repeat([0, 1], 5).astype(np.uint8)

    assert best_threshold([large]) == pytest.approx(1.0, abs=0.05)
    assert best_threshold([small]) == pytest.approx(-1.0, abs=0.05)
    assert best_threshold([large, small]) == pytest.approx(0.0, abs=0.05)
