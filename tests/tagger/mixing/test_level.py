"""Loudness as the standard defines it, and a limiter below whose ceiling everything stays."""

import math

import numpy as np
import pytest

from pacetag.tagger.mixing.limiter import Limiter
from pacetag.tagger.mixing.loudness import LoudnessMeter, loudness
from pacetag.tagger.stretching.levels import true_peak

Samples = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def tone(hertz: float, seconds: float, level: float, rate: int = 48_000) -> Samples:
    """A sine in stereo at a level in dB of full scale."""
    clock = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (level / 20) * np.sin(2 * np.pi * hertz * clock)
    return np.stack([wave, wave]).astype(np.float32)


def measured(samples: Samples, rate: int = 48_000) -> float:
    meter = LoudnessMeter(rate, 2)
    for start in range(0, samples.shape[1], 10_007):
        meter.add(samples[:, start : start + 10_007])
    return loudness(meter.tenths)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_tone_of_1_khz_in_stereo_is_as_loud_as_its_level(rate: int) -> None:
    """EBU Tech 3341, cases 1 and 2."""
    assert measured(tone(1_000, 20, -23, rate), rate) == pytest.approx(-23, abs=0.1)
    assert measured(tone(1_000, 20, -33, rate), rate) == pytest.approx(-33, abs=0.1)


def test_quiet_passages_do_not_count() -> None:
    """EBU Tech 3341, case 3."""
    parts = [tone(1_000, seconds, level) for seconds, level in ((10, -36), (60, -23), (10, -36))]

    assert measured(np.concatenate(parts, axis=1)) == pytest.approx(-23, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert math.isinf(measured(np.zeros((2, 96_000), np.float32)))


def limited(samples: Samples, ceiling: float) -> Samples:
    limiter = Limiter(44_100, 2, ceiling)
    parts = [
        limiter.push(samples[:, start : start + 30_011])
        for start in range(0, samples.shape[1], 30_011)
    ]
    return np.concatenate([*parts, limiter.flush()], axis=1)


def test_no_peak_between_samples_is_above_the_ceiling_and_nothing_is_moved() -> None:
    rng = np.random.default_rng(0)
    sound = 0.25 * rng.normal(size=(2, 200_000)).astype(np.float32)
    sound[:, 50_000:52_000] *= 4

    found = limited(sound, 0.5)

    assert found.shape == sound.shape
    assert true_peak(found) <= 0.5 * 1.003
    assert (np.sign(found) == np.sign(sound)).all()


def test_what_is_far_from_a_peak_stays_as_it_was() -> None:
    sound = tone(300, 3.0, -20, 44_100)
    sound[:, 66_000:66_040] = 0.9

    found = limited(sound, 0.5)

    away = np.r_[0:60_000, 72_000 : sound.shape[1]]
    assert np.abs(found[:, away] - sound[:, away]).max() < 1e-7
    assert np.abs(found).max() <= 0.5


def test_sound_below_the_ceiling_is_passed_through() -> None:
    sound = tone(300, 2.0, -12, 44_100)

    assert np.array_equal(limited(sound, 0.5), sound)
