"""Noise floors and crowds: as loud as said, of the right colour, without a tempo."""

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.degradations.noise import babble, claps, crowd, noise_floor
from pacetag.model.training.degradations.settings import Between, CrowdSettings, NoiseSettings
from tests.conftest import RATE

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def tone() -> Samples:
    time = np.arange(10 * RATE) / RATE
    return (0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


@pytest.mark.parametrize("snr", [10.0, 40.0])
def test_the_noise_is_as_far_below_the_music_as_said(tone: Samples, snr: float) -> None:
    settings = NoiseSettings(snr=Between(low=snr, high=snr))
    for seed in range(5):
        noise = noise_floor(tone, RATE, np.random.default_rng(seed), settings) - tone

        assert 20 * np.log10(np.std(tone) / np.std(noise)) == pytest.approx(snr, abs=0.5)


def test_noise_is_white_pink_or_brown(tone: Samples) -> None:
    """Power falls by 0, 3 or 6 dB an octave."""
    slopes = []
    for seed in range(20):
        noise = noise_floor(tone, RATE, np.random.default_rng(seed)) - tone
        power = np.abs(np.fft.rfft(noise)) ** 2
        pitch = np.fft.rfftfreq(len(noise), 1 / RATE)
        low, high = (power[(pitch > f) & (pitch < 1.4 * f)].mean() for f in (150, 2_400))
        slopes.append(10 * np.log10(high / low) / 4)

    near = [min((0, -3, -6), key=lambda s: abs(s - slope)) for slope in slopes]
    assert set(near) == {0, -3, -6}
    assert np.abs(np.array(slopes) - near).max() < 0.5


def test_a_crowd_talks_in_the_band_of_voices_and_swells() -> None:
    sound = babble(20 * RATE, RATE, np.random.default_rng(1), CrowdSettings())

    power = np.abs(np.fft.rfft(sound)) ** 2
    pitch = np.fft.rfftfreq(len(sound), 1 / RATE)
    assert power[(pitch > 200) & (pitch < 4_500)].sum() > 0.75 * power.sum()
    levels = sound[: 20 * RATE].reshape(200, -1).std(axis=1)  # every 100 ms
    assert levels.std() > 0.2 * levels.mean()


def test_claps_are_as_many_and_as_loud_as_said() -> None:
    settings = CrowdSettings(claps=Between(low=5, high=5), clap_level=Between(low=2, high=2))

    sound = claps(60 * RATE, RATE, np.random.default_rng(2), settings)

    loud = np.flatnonzero(np.abs(sound) > 0.2)
    starts = loud[np.insert(np.diff(loud) > RATE // 50, 0, True)]
    assert 150 < len(starts) < 330  # of 300, some too soft or too close to be told apart
    assert 1.5 < np.abs(sound).max() < 4.5


def test_a_crowd_has_no_tempo(spec: FeatureSpec) -> None:
    """Its onsets repeat at no lag between 0.2 and 1.5 s as clicks repeat at theirs."""
    sound = crowd(np.full(30 * RATE, 1e-3, np.float32), RATE, np.random.default_rng(3))
    onsets = librosa.onset.onset_strength(y=sound, sr=RATE, hop_length=spec.hop_length)
    centred = onsets - onsets.mean()
    likeness = np.correlate(centred, centred, "full")[len(centred) - 1 :]

    assert (likeness[spec.min_lag : spec.max_lag] / likeness[0]).max() < 0.25
