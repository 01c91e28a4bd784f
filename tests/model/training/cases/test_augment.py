from dataclasses import replace

import numpy as np
import pytest

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.augment import AugmentSettings, augment

STILL = AugmentSettings(
    gain_sd=0.0, equaliser_sd=0.0, floor_low=-60.0, floor_high=-59.0, short_share=0.0
)


def cases(spec: FeatureSpec, count: int = 4) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    shape = (count, spec.beats, spec.samples_per_beat, spec.n_bands)
    return np.random.default_rng(1).normal(-3, 2, shape).astype(np.float32)


def test_without_gain_equaliser_and_noise_only_the_first_beat_differs(spec: FeatureSpec) -> None:
    before = cases(spec)

    after = augment(before, np.random.default_rng(0), STILL, spec)

    for old, new in zip(before, after, strict=True):
        rolls = [k for k in range(spec.beats) if np.allclose(np.roll(old, -k, 0), new, atol=1e-4)]
        assert len(rolls) == 1


def test_a_short_case_repeats_the_beats_it_has(spec: FeatureSpec) -> None:
    before = cases(spec, 40)

    after = augment(before, np.random.default_rng(0), replace(STILL, short_share=1.0), spec)

    for old, new in zip(before, after, strict=True):
        heard = [int(np.argmin(np.abs(old - beat).sum(axis=(1, 2)))) for beat in new]
        whole = heard[1:].index(heard[0]) + 1
        assert spec.beats // 3 <= whole < spec.beats
        assert heard[:whole] == [(heard[0] + k) % spec.beats for k in range(whole)]
        assert heard == [heard[k % whole] for k in range(spec.beats)]


def test_gain_and_equaliser_are_the_same_at_all_times(spec: FeatureSpec) -> None:
    """They move whole bands, so the pattern in time is kept."""
    settings = AugmentSettings(floor_low=-60.0, floor_high=-59.0)
    before = np.zeros_like(cases(spec))

    after = augment(before, np.random.default_rng(0), settings, spec)

    assert np.ptp(after, axis=(1, 2)).max() < 1e-4
    assert after.std(axis=3).min() > 0.1
    assert np.abs(np.diff(after[:, 0, 0], n=1, axis=1)).max() < 1.0


def test_nothing_falls_below_the_noise_floor(spec: FeatureSpec) -> None:
    settings = AugmentSettings(floor_low=-3.0, floor_high=-3.0)

    after = augment(np.full_like(cases(spec), -20.0), np.random.default_rng(0), settings, spec)

    assert after.min() == pytest.approx(-3.0, abs=1e-3)


def test_the_same_seed_gives_the_same_cases(spec: FeatureSpec) -> None:
    first, second = (
        augment(cases(spec), np.random.default_rng(5), AugmentSettings(), spec) for _ in range(2)
    )

    assert np.array_equal(first, second)
