"""Missing bands, compression, cut peaks."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.degradations.settings import BandSettings, Between, CompressionSettings
from pacetag.model.training.degradations.tone import band_limit, compress
from tests.conftest import RATE

Samples = NDArray[np.float32]


def _noise(seconds: float = 5.0) -> Samples:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def _power(sound: Samples, low: float, high: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    pitch = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(spectrum[(pitch >= low) & (pitch < high)].sum())


def _rms(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def test_bands_are_missing_below_and_sometimes_above() -> None:
    """Of white noise, against the middle: bass goes each time, treble with two kinds of three."""
    sound = _noise()
    bass, treble = [], []
    for seed in range(30):
        after = band_limit(sound, RATE, np.random.default_rng(seed))
        kept = _power(after, 1_000, 2_000) / _power(sound, 1_000, 2_000)
        bass.append(_power(after, 0, 50) / _power(sound, 0, 50) / kept)
        treble.append(_power(after, 9_000, 11_000) / _power(sound, 9_000, 11_000) / kept)

    assert max(bass) < 0.5
    gone = np.array(treble) < 0.05
    assert 0.4 < gone.mean() < 0.9
    assert (np.array(treble)[~gone] > 0.5).all()


def test_what_is_left_is_as_loud_as_before() -> None:
    sound = _noise()

    assert _rms(band_limit(sound, RATE, np.random.default_rng(1))) == pytest.approx(_rms(sound))


def test_no_high_edge_lies_beyond_what_the_rate_can_hold() -> None:
    wide = BandSettings(
        phone_high=Between(low=20_000, high=20_001), record_high=Between(low=20_000, high=20_001)
    )
    for seed in range(6):
        assert np.isfinite(band_limit(_noise(1), RATE, np.random.default_rng(seed), wide)).all()


@pytest.fixture
def steps() -> Samples:
    """A tone that is 20 dB louder in every second second."""
    time = np.arange(6 * RATE) / RATE
    loud = np.where(time.astype(int) % 2 == 1, 0.5, 0.05)
    return (loud * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def _contrast(sound: Samples) -> float:
    """Decibels between the late halves of loud and of quiet seconds."""
    parts = sound.reshape(6, RATE)[:, RATE // 2 :]
    return 20 * float(np.log10(_rms(parts[3]) / _rms(parts[2])))


def test_compression_brings_loud_and_quiet_together(steps: Samples) -> None:
    """At 4:1 from 6 dB below the mean level on, which is 3 dB below the loud parts'."""
    even = CompressionSettings(
        threshold=Between(low=-6, high=-6),
        ratio=Between(low=4, high=4),
        release=Between(low=0.05, high=0.05),
        drive=Between(low=0, high=1e-6),
    )
    clipped = [compress(steps, RATE, np.random.default_rng(s), even) for s in range(3)]

    assert _contrast(steps) == pytest.approx(20.0, abs=0.1)
    for after in clipped:
        # 8.9 dB over the threshold become 2.2.
        assert 11.0 < _contrast(after) < 14.5
        assert _rms(after) == pytest.approx(_rms(steps), rel=1e-4)


def test_gain_falls_quickly_and_comes_back_slowly(steps: Samples) -> None:
    slow = CompressionSettings(
        threshold=Between(low=-6, high=-6),
        ratio=Between(low=8, high=8),
        attack=Between(low=0.005, high=0.005),
        release=Between(low=0.2, high=0.2),
        drive=Between(low=0, high=1e-6),
    )
    after = compress(steps, RATE, np.random.default_rng(2), slow)

    def level(start: float, seconds: float = 0.02) -> float:
        return _rms(after[round(start * RATE) : round((start + seconds) * RATE)])

    assert level(3.05) == pytest.approx(level(3.9), rel=0.05)  # turned down within 50 ms
    assert level(4.02) < 0.6 * level(4.9)  # still turned down 20 ms after the loud part


def test_drive_cuts_peaks() -> None:
    sound = _noise()
    hard = CompressionSettings(
        threshold=Between(low=60, high=60), drive=Between(low=6, high=6)
    )  # nothing but the cut
    for seed in range(4):
        after = compress(sound, RATE, np.random.default_rng(seed), hard)

        crest = [np.abs(s).max() / _rms(s) for s in (sound, after)]
        assert 3.0 < 20 * np.log10(crest[0] / crest[1]) < 9.0
