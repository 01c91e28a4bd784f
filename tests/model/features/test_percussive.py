"""The percussive part: medians as their definition has them, shares as librosa has them."""

from dataclasses import replace
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import read_window
from pacetag.model.features.features import extract_features
from pacetag.model.features.percussive import moving_median, percussive_share
from pacetag.model.spec import FeatureSpec

SAMPLE = Path(__file__).parents[3] / "sample_audio/01-kerbside-rock.mp3"
MARGIN = 1.5


@pytest.fixture(scope="module")
def samples() -> NDArray[np.float32]:
    return read_window(SAMPLE, 3.0, 10.0, FeatureSpec())


@pytest.fixture
def spec() -> FeatureSpec:
    return FeatureSpec(percussive_margin=MARGIN)


@pytest.mark.parametrize("width", [2, 4, 8, 16, 32])
def test_a_moving_median_is_the_middle_of_its_rows(width: int) -> None:
    values = np.random.default_rng(width).integers(0, 256, (200, 7)).astype(np.uint8)

    windows = np.sort(sliding_window_view(values, width, axis=0), axis=-1)

    assert (moving_median(values, width) == windows[..., width // 2 - 1]).all()


def test_the_share_of_strokes_is_librosas(samples: NDArray[np.float32]) -> None:
    """Of every second frame, as librosa's separation has them; medians of 32 and of 31 differ."""
    power = np.abs(librosa.stft(samples, hop_length=512)) ** 2
    _, reference = librosa.decompose.hpss(np.sqrt(power), margin=MARGIN, mask=True)

    # Frames twice as dense, as the features have them, of which the share is read at each second.
    dense = np.abs(librosa.stft(samples, hop_length=256)) ** 2
    found = percussive_share(np.ascontiguousarray(dense.T.astype(np.float32)), MARGIN)[::2]

    assert np.corrcoef(found.ravel(), np.square(reference).T.ravel())[0, 1] > 0.95
    assert np.abs(found - np.square(reference).T).mean() < 0.05


def test_a_held_tone_goes_and_a_stroke_stays(spec: FeatureSpec) -> None:
    seconds, rate = 6, spec.sample_rate
    times = np.arange(seconds * rate) / rate
    tone = (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    strokes = np.zeros_like(tone)
    strokes[rate // 2 :: rate] = 0.9

    whole = extract_features(tone + strokes, replace(spec, percussive_margin=0.0))
    part = extract_features(tone + strokes, spec)

    loudest = int(whole.mel.mean(axis=1).argmax())  # the band of the tone
    still = round(1.0 * spec.frame_rate)  # between two strokes
    assert part.mel[loudest, still] < 0.01 * whole.mel[loudest, still]
    struck = round(0.5 * spec.frame_rate)
    assert part.mel[100:, struck].sum() > 0.8 * whole.mel[100:, struck].sum()


def test_what_is_not_separated_sounds_as_it_did(samples: NDArray[np.float32]) -> None:
    """With the smallest margin all is kept: grouped bins and mel bands lose nothing."""
    whole = extract_features(samples, FeatureSpec())
    kept = extract_features(samples, FeatureSpec(percussive_margin=1e-6))

    assert kept.mel.shape == whole.mel.shape
    heard = whole.mel > 1e-4 * whole.mel.max()
    assert np.abs(np.log(kept.mel[heard] / whole.mel[heard])).mean() < 0.03


def test_silence_stays_silent(spec: FeatureSpec) -> None:
    found = extract_features(np.zeros(5 * spec.sample_rate, np.float32), spec)

    assert not found.mel.any()
    assert not found.onset_envelope.any()
