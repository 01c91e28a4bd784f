"""The similarity of a case's beats, without a network."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.evidence.case_analyses import (
    column_variance,
    row_correlation,
    tempo_figures,
    tempo_power,
    transformed,
)
from pacetag.model.features.features import Features, extract_features
from pacetag.model.spec import FeatureSpec

ClickTrack = Callable[..., NDArray[np.float32]]


def case_of(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    """The same in three bands of very different loudness."""
    return np.asarray(rows[:, :, None] + np.array([0.0, 50.0, -50.0]), np.float32)


def test_equal_beats_correlate_fully_and_opposite_ones_negatively() -> None:
    beat = np.sin(np.arange(16) / 16 * 2 * np.pi)

    found = row_correlation(case_of(np.array([beat, beat, -beat, -beat])))

    expected = np.kron([[1, -1], [-1, 1]], np.ones((2, 2)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_loud_and_soft_bands_alone_make_no_correlation() -> None:
    """Noise in bands of different loudness: raw rows would correlate at .999."""
    noise = np.random.default_rng(1).normal(size=(16, 16))

    found = row_correlation(case_of(noise))

    assert np.abs(found[np.triu_indices(16, k=1)]).mean() < 0.3
    np.testing.assert_array_equal(np.diag(found), 1.0)


def test_silence_correlates_with_nothing_and_does_not_vary() -> None:
    silence = np.full((16, 16, 8), -2.0, np.float32)

    np.testing.assert_array_equal(row_correlation(silence), np.eye(16))
    np.testing.assert_array_equal(column_variance(silence), np.zeros(16))


def test_only_the_column_in_which_beats_differ_varies() -> None:
    rows = np.zeros((16, 16))
    rows[::2, 3] = 2.0

    found = column_variance(case_of(rows))

    assert found[3] == pytest.approx(16 / 15)  # 0 and 2 by turns, unbiased
    assert np.delete(found, 3).max() == 0.0


def test_a_single_beat_has_no_variance() -> None:
    assert column_variance(np.ones((1, 16, 4), np.float32)).tolist() == [0.0] * 16


@pytest.fixture(scope="module")
def clicks(click_track: ClickTrack, spec: FeatureSpec) -> list[Features]:
    return [extract_features(click_track(120, seconds=20), spec)]


def test_the_true_tempo_varies_less_and_correlates_more(
    clicks: list[Features], spec: FeatureSpec
) -> None:
    true, wrong = tempo_figures(clicks, [120.0, 97.0], spec)

    assert (true.bpm, true.pairs) == (120.0, 120)
    assert true.variance < 0.5 * wrong.variance
    assert true.correlation > 0.9 * true.pairs
    assert wrong.correlation < 0.5 * wrong.pairs


def test_a_case_holds_no_beat_twice(clicks: list[Features], spec: FeatureSpec) -> None:
    """In 20 s there are six beats at 20 bpm: repeated ones would be exactly alike."""
    power = tempo_power(clicks, 20.0, spec)

    assert power.shape == (6, 16, 128)
    assert transformed(power, spec).shape == power.shape
    assert len(np.unique(power, axis=0)) == 6
    assert tempo_power(clicks, 120.0, spec).shape == (16, 16, 128)
