"""A voice that says nothing in particular: syllables of vowels and hisses between pauses."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

# First three formants of vowels in Hz, means of adult speakers (Peterson and Barney, 1952).
VOWELS = (
    (730, 1_090, 2_440), (660, 1_720, 2_410), (530, 1_840, 2_480), (270, 2_290, 3_010),
    (570, 840, 2_410), (300, 870, 2_240), (640, 1_190, 2_390), (490, 1_350, 1_690),
)  # fmt: skip
WIDTHS = (80.0, 110.0, 160.0)  # Hz; of the three formants
HISS = 0.25  # share of syllables that begin with a consonant of noise
PAUSE = 0.2  # share of syllables after which the speaker pauses


def speech_sound(count: int, rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Syllables of one speaker [n], peaks near 1.

    Pulses at the pitch of a voice, or noise, through the resonances of a vowel.
    """
    sound = np.zeros(count, np.float32)
    pitch = rng.uniform(90.0, 230.0)  # Hz
    place = 0
    while place < count:
        # Lengths of real syllables vary this much; so no tempo comes of them.
        syllable = _syllable(round(rng.uniform(0.09, 0.32) * rate), rate, pitch, rng)
        part = syllable[: count - place]
        sound[place : place + len(part)] = part
        place += len(syllable)
        pause = rng.uniform(0.15, 0.7) if rng.random() < PAUSE else rng.uniform(0.0, 0.05)
        place += round(pause * rate)
    return sound


def _syllable(
    length: int, rate: int, pitch: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    begin, end = pitch * rng.uniform(0.85, 1.2, 2)
    glide = np.linspace(begin, end, length)  # Hz
    phase = np.cumsum(glide / rate)
    pulses = np.diff(np.floor(phase), prepend=0.0)  # one a period
    voice = lfilter([1.0], [1.0, -0.9], pulses + 0.01 * rng.standard_normal(length))
    for centre, width in zip(VOWELS[rng.integers(len(VOWELS))], WIDTHS, strict=True):
        voice = _resonate(np.asarray(voice), centre, width, rate)
    voice *= np.hanning(length + 2)[1:-1] ** 0.5 / max(float(np.abs(voice).max()), 1e-12)
    if rng.random() < HISS:
        size = min(round(rng.uniform(0.04, 0.09) * rate), length)
        high = butter(1, rng.uniform(0.15, 0.3) * rate, "highpass", fs=rate, output="sos")
        voice[:size] *= np.linspace(0, 1, size)
        voice[:size] += 0.2 * np.hanning(size) * sosfilt(high, rng.standard_normal(size))
    return np.asarray(rng.uniform(0.5, 1.0) * voice, np.float32)


def _resonate(
    sound: NDArray[np.float64], centre: float, width: float, rate: int
) -> NDArray[np.float64]:
    """One formant: two conjugate poles, no change at 0 Hz (Klatt, 1980)."""
    radius = np.exp(-np.pi * width / rate)
    b = 2 * radius * np.cos(2 * np.pi * centre / rate)
    c = -(radius**2)
    return np.asarray(lfilter([1 - b - c], [1.0, -b, -c], sound))
