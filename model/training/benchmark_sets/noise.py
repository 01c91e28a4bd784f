"""Sounds without a beat, made by formula: noise, wind, rain, surf, drones, and a crowd of voices.

Swells and onsets fall on random times, so nothing has a tempo.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

RATE = 22_050  # Hz
SECONDS = 60.0

Sound = NDArray[np.float64]  # [n], at RATE
Maker = Callable[[np.random.Generator], Sound]


def coloured(rng: np.random.Generator, slope: float) -> Sound:
    """Noise whose power falls with frequency as 1/f^slope: 0 white, 1 pink, 2 brown."""
    count = round(SECONDS * RATE)
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    shape = np.maximum(frequency, 20.0) ** (-slope / 2)  # below hearing it would wander off
    bins = shape * (rng.normal(size=len(shape)) + 1j * rng.normal(size=len(shape)))
    return _peak(np.fft.irfft(bins, count))


def swell(rng: np.random.Generator, count: int, slowest: float, fastest: float) -> Sound:
    """A curve [n] from 0 to 1 that wanders: straight lines between heights drawn at random
    times, `slowest` to `fastest` seconds apart."""
    times = np.concatenate([[0.0], np.cumsum(rng.uniform(fastest, slowest, 2_000))])
    heights = rng.random(len(times))
    return np.asarray(np.interp(np.arange(count) / RATE, times, heights))


def wind(rng: np.random.Generator) -> Sound:
    """Gusts: bands of pink noise, each with a swelling of its own."""
    sound = np.zeros(round(SECONDS * RATE))
    for centre in rng.uniform(150, 1_200, 4):
        band = butter(2, (centre / 1.3, centre * 1.3), "bandpass", fs=RATE, output="sos")
        gusts = swell(rng, len(sound), slowest=6.0, fastest=1.0)
        sound += gusts**2 * _peak(np.asarray(sosfilt(band, coloured(rng, 1.0))))
    return _peak(sound)


def rain(rng: np.random.Generator) -> Sound:
    """Drops at random times (a Poisson process) over a hiss."""
    sound = 0.1 * rng.uniform(0.2, 1.0) * coloured(rng, 0.5)
    time = np.arange(round(0.03 * RATE)) / RATE
    drops = rng.poisson(rng.uniform(5, 60) * SECONDS)
    for place in rng.integers(0, len(sound) - len(time), drops):
        ring = np.sin(2 * np.pi * rng.uniform(1_000, 6_000) * time)
        sound[place : place + len(time)] += rng.exponential(0.15) * np.exp(-time / 0.004) * ring
    return _peak(sound)


def surf(rng: np.random.Generator) -> Sound:
    """Waves that break 4 to 11 s apart, each of its own length."""
    sound = 0.05 * coloured(rng, 1.0)
    time = np.arange(len(sound)) / RATE
    at = 0.0
    while at < SECONDS:
        at += rng.uniform(4.0, 11.0)
        rise, fall = rng.uniform(0.8, 2.0), rng.uniform(1.5, 4.0)
        shape = np.where(time < at, np.exp((time - at) / rise), np.exp((at - time) / fall))
        sound += rng.uniform(0.4, 1.0) * shape * coloured(rng, 0.7)
    return _peak(sound)


def drone(rng: np.random.Generator) -> Sound:
    """Held partials of a low tone that swell one by one over seconds."""
    count = round(SECONDS * RATE)
    time = np.arange(count) / RATE
    sound = 0.02 * coloured(rng, 1.0)
    root = rng.uniform(45, 120)  # Hz
    for number in range(1, 9):
        drift = np.cumsum(swell(rng, count, slowest=9.0, fastest=3.0) - 0.5) / RATE
        phase = 2 * np.pi * (root * number * time + drift) + rng.uniform(0, 6.28)
        sound += swell(rng, count, slowest=9.0, fastest=3.0) ** 2 * np.sin(phase) / number
    return _peak(sound)


def crowd(rng: np.random.Generator, voices: Sequence[Sound], people: int) -> Sound:
    """Many people who speak at once: recorded voices at random places, near and far, on end."""
    count = round(SECONDS * RATE)
    sound = np.zeros(count)
    for _ in range(people):
        at, near = 0, rng.uniform(0.2, 1.0)
        while at < count:
            voice = voices[int(rng.integers(len(voices)))]
            voice = np.roll(voice, int(rng.integers(len(voice))))[: count - at]
            sound[at : at + len(voice)] += near * voice
            at += len(voice)
    return _peak(sound)


def _peak(sound: Sound, height: float = 0.7) -> Sound:
    return sound * (height / max(float(np.abs(sound).max()), 1e-12))


# What it is -> how it is made, and how often.
MADE: Mapping[str, tuple[Maker, int]] = {
    "white noise": (lambda rng: coloured(rng, 0.0), 1),
    "pink noise": (lambda rng: coloured(rng, 1.0), 1),
    "brown noise": (lambda rng: coloured(rng, 2.0), 1),
    "wind": (wind, 3),
    "rain": (rain, 3),
    "surf": (surf, 2),
    "drone": (drone, 4),
}
