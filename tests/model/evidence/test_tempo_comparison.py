"""The test between two tempos, on sound made by formula."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pacetag.model.evidence.tempo_comparison import TempoComparison, check_tempos, compare_tempos
from pacetag.model.features.features import Features
from pacetag.model.spec import FeatureSpec

FRAMES = 3_000  # 35 s
Pulse = Callable[..., Features]


def made(mel: NDArray[np.float64]) -> Features:
    """Features with nothing but a spectrogram."""
    empty = np.zeros(1, np.float32)
    return Features(mel=mel.astype(np.float32), onset_envelope=empty, autocorrelation=empty)


def music(bpm: float | None, spec: FeatureSpec, *, seed: int = 0, frames: int = FRAMES) -> Features:
    """Sixteen voices, each with a figure of its own within the beat and noise as loud.

    Without a tempo there is the noise alone.
    """
    rng = np.random.default_rng(seed)
    # As smooth as spectra that overlap.
    voices = 2.5 * gaussian_filter1d(rng.normal(size=(16, frames)), 1.5, axis=1)
    if bpm is not None:
        phase = np.arange(frames) / spec.lag(bpm) % 1.0
        for voice in voices:
            voice += np.interp(phase, np.arange(24) / 24, 1.5 * rng.normal(size=24), period=1.0)
    sound = np.repeat(voices, spec.n_bands // 16, axis=0)
    return made(np.exp(sound))


@pytest.mark.parametrize("bpm", [58.3, 86.13, 129.4, 187.7])
@pytest.mark.parametrize("ratio", [3 / 2, 4 / 3, 2 / 3, 3 / 4])
def test_the_true_tempo_wins(bpm: float, ratio: float, spec: FeatureSpec) -> None:
    found = compare_tempos([music(bpm, spec)], spec, bpm, bpm * ratio)

    assert found.better == bpm
    assert found.significant
    assert found.wins_a + found.wins_b == found.components >= 12


def test_the_order_of_the_tempos_does_not_matter(spec: FeatureSpec) -> None:
    sound = [music(90.0, spec)]

    one, other = compare_tempos(sound, spec, 90.0, 120.0), compare_tempos(sound, spec, 120.0, 90.0)

    assert (one.wins_a, one.wins_b, one.p_value) == (other.wins_b, other.wins_a, other.p_value)
    assert one.better == other.better == 90.0


@pytest.mark.parametrize("bpm", [86.4, 128.6, 171.5])
def test_a_tempo_rounded_to_whole_bpm_still_wins(bpm: float, spec: FeatureSpec) -> None:
    found = compare_tempos([music(bpm, spec)], spec, round(bpm), round(bpm * 3 / 2))

    assert found.better == round(bpm)
    assert found.significant


def test_p_is_that_of_the_binomial_test(spec: FeatureSpec) -> None:
    found = compare_tempos([music(90.0, spec)], spec, 90.0, 120.0)

    n, won = found.components, found.wins_a
    by_hand = sum(math.comb(n, k) for k in range(won, n + 1)) / 2**n
    assert found.p_value == pytest.approx(by_hand)


@pytest.mark.parametrize(("a", "b"), [(60.0, 90.0), (100.0, 257.0), (86.13, 129.2)])
def test_noise_favours_neither_the_slower_nor_the_faster(
    a: float, b: float, spec: FeatureSpec
) -> None:
    """86.13 bpm is 60 whole frames: were nothing read between frames there, 129.2 would win."""
    found = [compare_tempos([music(None, spec, seed=seed)], spec, a, b) for seed in range(10)]

    share = sum(one.wins_a for one in found) / sum(one.components for one in found)
    assert 0.35 < share < 0.65


def test_all_excerpts_count(spec: FeatureSpec) -> None:
    """A noisy excerpt first decides nothing; two that hold the beat do, in any phase."""
    parts = [music(None, spec, frames=900)] + [music(100.0, spec, frames=1_300)] * 2

    assert not compare_tempos(parts[:1], spec, 100.0, 133.3).significant
    assert compare_tempos(parts, spec, 100.0, 133.3).better == 100.0
    assert compare_tempos(parts, spec, 100.0, 133.3).significant


def test_silence_supports_nothing(spec: FeatureSpec) -> None:
    found = compare_tempos([made(np.zeros((spec.n_bands, 1_000)))], spec, 100.0, 140.0)

    assert (found.wins_a, found.wins_b, found.p_value) == (0, 0, 1.0)
    assert not found.significant


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (19.9, 100.0, "19.9 bpm is not between 20 and 400"),
        (100.0, 401.0, "401 bpm is not"),
        (math.nan, 100.0, "nan bpm is not"),
        (100.0, 100.0, "are the same tempo"),
        (100.0, 101.0, "are the same tempo"),
    ],
)
def test_tempos_that_cannot_be_compared_are_reported(
    a: float, b: float, said: str, spec: FeatureSpec
) -> None:
    assert said in (check_tempos(a, b) or "")
    with pytest.raises(ValueError, match=said):
        compare_tempos([], spec, a, b)


@pytest.mark.parametrize(
    ("a", "b", "multiple"), [(86, 172, True), (186, 62, True), (86, 129, False)]
)
def test_a_multiple_is_known(a: float, b: float, multiple: bool) -> None:
    found = TempoComparison(a=a, b=b, components=9, wins_a=9, wins_b=0, p_value=0.002, better=a)

    assert found.multiple is multiple
    assert found.decided is not multiple
    assert found.significant
