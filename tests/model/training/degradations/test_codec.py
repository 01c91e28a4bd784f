"""Lossy files in memory: where they were, and lossy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.degradations.codec import recode, through_file
from pacetag.model.training.degradations.settings import CodecSettings
from tests.conftest import RATE

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def sound() -> Samples:
    """Chirps and noise, which no encoder passes unharmed."""
    rng = np.random.default_rng(0)
    time = np.arange(8 * RATE) / RATE
    chirp = 0.3 * np.sin(2 * np.pi * (200 * time + 300 * (time % 1) ** 2))
    return (chirp + rng.normal(0, 0.05, len(time))).astype(np.float32)


def _error(before: Samples, after: Samples) -> float:
    """Decibels of what was changed, below the sound."""
    return -20 * float(np.log10(np.std(after - before) / np.std(before)))


@pytest.mark.parametrize("encoder", ["libmp3lame", "libopus"])
def test_sound_comes_back_to_the_sample_where_it_was(sound: Samples, encoder: str) -> None:
    after = through_file(sound, RATE, encoder, 64)

    product = np.fft.irfft(np.conj(np.fft.rfft(sound)) * np.fft.rfft(after))
    lag = int(np.argmax(product))
    assert len(after) == len(sound)
    assert min(lag, len(sound) - lag) <= 1
    assert np.std(after) == pytest.approx(np.std(sound), rel=0.1)


@pytest.mark.parametrize("encoder", ["libmp3lame", "libopus"])
def test_fewer_bits_do_more_harm(sound: Samples, encoder: str) -> None:
    many, few = (_error(sound, through_file(sound, RATE, encoder, k)) for k in (96, 32))

    assert 3 < few < many < 60


@pytest.mark.parametrize("kilobits", [rate // 2 for rate in CodecSettings().mp3_rates])
def test_the_encoder_takes_every_rate_of_the_settings(sound: Samples, kilobits: int) -> None:
    assert len(through_file(sound[:RATE], RATE, "libmp3lame", kilobits)) == RATE


def test_both_kinds_of_file_are_met(sound: Samples) -> None:
    kinds = {
        share: [recode(sound[: RATE // 2], RATE, np.random.default_rng(7), s) for s in [settings]]
        for share, settings in ((m, CodecSettings(mp3_share=m)) for m in (0.0, 1.0))
    }

    assert not np.array_equal(kinds[0.0][0], kinds[1.0][0])
