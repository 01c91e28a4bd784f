"""Features equal those of librosa, the reference, on real music and in edge cases."""

from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import read_window
from pacetag.model.features.features import Features, extract_features
from pacetag.model.features.mel import mel_filters
from pacetag.model.spec import FeatureSpec

Numbers = NDArray[np.floating]


def librosa_features(samples: NDArray[np.float32], spec: FeatureSpec) -> Features:
    mel = librosa.feature.melspectrogram(
        y=samples,
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        hop_length=spec.hop_length,
        n_mels=spec.n_bands,
    )
    onset = librosa.onset.onset_strength(
        S=librosa.power_to_db(mel), sr=spec.sample_rate, hop_length=spec.hop_length
    )
    local = librosa.feature.tempogram(
        onset_envelope=onset,
        sr=spec.sample_rate,
        hop_length=spec.hop_length,
        win_length=spec.tempogram_window,
    )
    return Features(mel=mel, onset_envelope=onset, autocorrelation=local.mean(axis=1))


SAMPLES = sorted(
    p for p in (Path(__file__).parents[3] / "sample_audio").iterdir() if p.suffix != ".csv"
)


def assert_equal(heard: Features, reference: Features) -> None:
    """Compare results of two Fourier transforms, whose quiet bands of pure tones share no digit."""
    floor = 1e-6 * float(reference.mel.max(initial=0.0)) + 1e-12
    assert_close(heard.mel, reference.mel, np.maximum(1e-3 * np.abs(reference.mel), floor))
    assert_close(heard.onset_envelope, reference.onset_envelope, 2e-3)
    assert_close(heard.autocorrelation, reference.autocorrelation, 1e-4)


def assert_close(heard: Numbers, reference: Numbers, tolerance: Numbers | float) -> None:
    """What pytest.approx does, which takes a second for so many numbers."""
    assert heard.shape == reference.shape
    assert (np.abs(heard - reference) <= tolerance).all()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_music_sounds_as_it_does_to_librosa(path: Path, spec: FeatureSpec) -> None:
    samples = read_window(path, 3.0, 14.0, spec)

    assert_equal(extract_features(samples, spec), librosa_features(samples, spec))


@pytest.mark.parametrize("count", [2_048, 22_050, 100_001, 22_050 * 6 + 255])
def test_any_length_sounds_as_it_does_to_librosa(count: int, spec: FeatureSpec) -> None:
    samples = np.random.default_rng(count).standard_normal(count).astype(np.float32)

    assert_equal(extract_features(samples, spec), librosa_features(samples, spec))


def test_silence_and_a_single_click_sound_as_they_do_to_librosa(spec: FeatureSpec) -> None:
    samples = np.zeros(5 * spec.sample_rate, np.float32)
    assert_equal(extract_features(samples, spec), librosa_features(samples, spec))

    samples[40_000] = 1.0
    assert_equal(extract_features(samples, spec), librosa_features(samples, spec))


def test_the_filters_are_those_of_librosa(spec: FeatureSpec) -> None:
    reference = librosa.filters.mel(sr=spec.sample_rate, n_fft=spec.n_fft, n_mels=spec.n_bands)

    assert mel_filters(spec).toarray() == pytest.approx(reference, abs=1e-7)
