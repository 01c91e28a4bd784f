"""Intensity: loudness as the standard has it, and what drives stands above what does not."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.features.features import extract_features
from pacetag.model.features.intensity import Drive, gated_loudness, song_intensity
from pacetag.model.spec import FeatureSpec

SECONDS = 10
Sound = NDArray[np.float32]


@pytest.fixture
def spec() -> FeatureSpec:
    return FeatureSpec(percussive_margin=1.5)


def times(spec: FeatureSpec) -> NDArray[np.float64]:
    return np.arange(SECONDS * spec.sample_rate) / spec.sample_rate


def sine(spec: FeatureSpec, hz: float, peak: float = 1.0) -> Sound:
    return (peak * np.sin(2 * np.pi * hz * times(spec))).astype(np.float32)


def drums(spec: FeatureSpec, bpm: float, peak: float) -> Sound:
    """A bass drum at `bpm`, and a click between its strokes."""
    since = times(spec) % (60 / bpm)
    bass = np.sin(2 * np.pi * 60 * since) * np.exp(-12 * since)
    off = (times(spec) + 30 / bpm) % (60 / bpm)
    noise = np.random.default_rng(1).normal(size=len(since)) * np.exp(-60 * off)
    return (peak * (0.7 * bass + 0.2 * noise)).astype(np.float32)


def drive(samples: Sound, spec: FeatureSpec) -> Drive:
    found = extract_features(samples, spec).drive
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hz", "lufs"),
    # BS.1770: 997 Hz at full scale in one channel is -3.01. The others are FFmpeg's, by `ebur128`.
    [(997.0, -3.01), (50.0, -7.6), (4000.0, 0.3)],
)
def test_loudness_is_that_of_the_standard(spec: FeatureSpec, hz: float, lufs: float) -> None:
    assert gated_loudness(drive(sine(spec, hz), spec).blocks) == pytest.approx(lufs, abs=0.1)


def test_rests_do_not_count_for_loudness(spec: FeatureSpec) -> None:
    sound = sine(spec, 997.0)
    sound[len(sound) // 2 :] = 0.0

    assert gated_loudness(drive(sound, spec).blocks) == pytest.approx(-3.1, abs=0.3)
    assert gated_loudness(np.zeros(20, np.float32)) == -70.0


def test_strokes_are_counted(spec: FeatureSpec) -> None:
    assert drive(drums(spec, 150.0, 0.5), spec).strokes == pytest.approx(5.0, abs=0.4)
    assert drive(drums(spec, 90.0, 0.5), spec).strokes == pytest.approx(3.0, abs=0.4)


def test_what_is_louder_busier_or_has_more_bass_drives_more(spec: FeatureSpec) -> None:
    plain = drums(spec, 120.0, 0.3)

    def intensity(samples: Sound) -> float:
        found = song_intensity([drive(samples, spec)])
        assert found is not None
        return found

    assert intensity(drums(spec, 120.0, 0.9)) > intensity(plain) + 0.1
    assert intensity(drums(spec, 170.0, 0.3)) > intensity(plain) + 0.05
    assert intensity(sine(spec, 440.0, 0.05)) < 0.1 < intensity(plain)
    assert 0 <= intensity(sine(spec, 440.0, 0.001)) <= 1


def test_a_song_has_one_intensity_whatever_the_order_of_its_excerpts(spec: FeatureSpec) -> None:
    parts = [drive(drums(spec, bpm, 0.4), spec) for bpm in (90.0, 120.0, 160.0)]

    whole = song_intensity(parts)

    assert whole is not None
    assert math.isclose(whole, song_intensity(parts[::-1]) or 0.0, rel_tol=1e-6)
    assert song_intensity([]) is None


def test_the_whole_sound_is_not_measured() -> None:
    spec = FeatureSpec(percussive_margin=0.0)

    assert extract_features(sine(spec, 440.0), spec).drive is None
