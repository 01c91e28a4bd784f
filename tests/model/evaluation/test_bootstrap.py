"""Bootstrap intervals over songs."""

import numpy as np
import pytest

from pacetag.model.evaluation.bootstrap import NOTHING, Figure, figure, ratio, resampled


def test_every_resample_holds_as_many_songs_and_the_seed_decides_which() -> None:
    counts = resampled(7, resamples=50, seed=3)

    assert counts.shape == (50, 7)
    assert set(counts.sum(axis=1)) == {7.0}
    assert np.array_equal(counts, resampled(7, resamples=50, seed=3))
    assert not np.array_equal(counts, resampled(7, resamples=50, seed=4))


def test_the_interval_of_a_mean_is_that_of_the_textbook() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(5.0, 2.0, 400)

    found = figure(ratio(values, np.ones(400)), resampled(400, resamples=4_000), songs=400)

    error = 1.96 * values.std() / np.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.03)
    assert found.high == pytest.approx(values.mean() + error, abs=0.03)


def test_a_ratio_divides_sums_and_not_songs() -> None:
    """One song with nine claims weighs more than one with a single claim."""
    found = figure(ratio(np.array([9.0, 0.0]), np.array([9.0, 1.0])), resampled(2), songs=2)

    assert found.value == pytest.approx(0.9)
    assert (found.low, found.high) == (0.0, 1.0)


def test_one_song_has_a_figure_but_no_interval_and_none_has_nothing() -> None:
    one = figure(ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])), resampled(2), songs=1)
    none = figure(ratio(np.zeros(0), np.zeros(0)), resampled(0), songs=0)

    assert one == Figure(value=0.5, low=None, high=None)
    assert none == NOTHING
