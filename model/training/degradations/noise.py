"""What else is heard beside the music: noise floors and a crowd."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from pacetag.model.training.degradations.loudness import at_level, ratio, rms
from pacetag.model.training.degradations.settings import CrowdSettings, NoiseSettings

# White to pink noise within 0.3 dB over the audible range: a filter of third order published by
# Julius O. Smith (Spectral Audio Signal Processing, 2011).
PINK = (
    [0.049922035, -0.095993537, 0.050612699, -0.004408786],
    [1.0, -2.494956002, 2.017265875, -0.522189400],
)
BROWN = ([1.0], [1.0, -0.998])  # an integrator that forgets, else the noise would wander off
BABBLE_BANDS = ((250.0, 700.0, 1.0), (700.0, 1_800.0, 0.5), (1_800.0, 4_000.0, 0.2))  # Hz, height
CLAP_BAND = (900.0, 3_500.0)  # Hz
CLAP_SECONDS = 0.03
ENVELOPE_RATE = 25  # values of a swelling a second


def noise_floor(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: NoiseSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] over white, pink or brown noise."""
    settings = settings or NoiseSettings()
    noise = rng.standard_normal(len(samples), dtype=np.float32)
    colour = rng.integers(3)
    if colour:
        noise = lfilter(*(PINK, BROWN)[colour - 1], noise).astype(np.float32)
    return samples + at_level(noise, rms(samples) / ratio(settings.snr.draw(rng)))


def crowd(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: CrowdSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] among people who talk, and clap at times of their own."""
    settings = settings or CrowdSettings()
    level = rms(samples)
    talk = at_level(
        babble(len(samples), rate, rng, settings), level / ratio(settings.snr.draw(rng))
    )
    return samples + talk + np.float32(level) * claps(len(samples), rate, rng, settings)


def babble(
    count: int, rate: int, rng: np.random.Generator, settings: CrowdSettings
) -> NDArray[np.float32]:
    """Many voices at once [n]: noise in three bands, each swelling and ebbing on its own."""
    noise = rng.standard_normal(count, dtype=np.float32)
    sound = np.zeros(count, np.float32)
    for low, high, height in BABBLE_BANDS:
        band = butter(1, (low, min(high, 0.45 * rate)), "bandpass", fs=rate, output="sos")
        swell = _swell(count, rate, rng, settings.syllables.draw(rng))
        sound += np.float32(height) * swell * sosfilt(band, noise).astype(np.float32)
    return sound


def claps(
    count: int, rate: int, rng: np.random.Generator, settings: CrowdSettings
) -> NDArray[np.float32]:
    """Claps at random times [n], so that they have no tempo; the loudest possible peaks at
    `settings.clap_level`."""
    width = min(round(CLAP_SECONDS * rate), count)
    time = np.arange(width) / rate
    band = butter(1, CLAP_BAND, "bandpass", fs=rate, output="sos")
    hands = sosfilt(band, rng.standard_normal((8, width))) * np.exp(-time / 0.006)
    hands /= np.abs(hands).max(axis=1, keepdims=True)
    level = settings.clap_level.draw(rng)
    sound = np.zeros(count, np.float32)
    for place in rng.integers(
        0, count - width + 1, rng.poisson(settings.claps.draw(rng) * count / rate)
    ):
        sound[place : place + width] += level * rng.random() * hands[rng.integers(len(hands))]
    return sound


def _swell(count: int, rate: int, rng: np.random.Generator, speed: float) -> NDArray[np.float32]:
    """A random positive curve that goes up and down about `speed` times a second [n]."""
    grid = np.arange(0, count / rate + 2 / ENVELOPE_RATE, 1 / ENVELOPE_RATE)
    smooth = butter(2, min(speed, 0.45 * ENVELOPE_RATE), fs=ENVELOPE_RATE, output="sos")
    curve = np.exp(1.5 * sosfilt(smooth, rng.standard_normal(len(grid))))
    return np.asarray(np.interp(np.arange(count) / rate, grid, curve), np.float32)
