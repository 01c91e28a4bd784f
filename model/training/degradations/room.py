"""A room around the music: reflections and reverberation behind the direct sound."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, oaconvolve

from pacetag.model.training.degradations.loudness import at_level, rms
from pacetag.model.training.degradations.settings import RoomSettings

AUDIBLE = 40.0  # dB; what is further down than this is left off the tail
DECAY = np.log(1_000.0)  # natural-log units in 60 dB


def room(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: RoomSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] as heard in a room, as loud as before.

    The direct sound stays where it was, so that onsets do.
    """
    settings = settings or RoomSettings()
    wet = settings.wet.draw(rng)
    echo = oaconvolve(samples, impulse_response(rate, rng, settings))[: len(samples)]
    direct = np.float32(np.sqrt(1 - wet)) * samples
    mixed = direct + at_level(echo, np.sqrt(wet) * rms(samples))
    return at_level(mixed, rms(samples))


def impulse_response(
    rate: int, rng: np.random.Generator, settings: RoomSettings
) -> NDArray[np.float32]:
    """All of a room's answer but the direct sound [k], of energy 1.

    Noise that decays exponentially (Moorer, 1979) after a few reflections that stand out.
    """
    rt60 = settings.rt60.draw(rng)
    first = settings.first.draw(rng)
    time = np.arange(round((first + rt60 * AUDIBLE / 60) * rate)) / rate
    tail = rng.standard_normal(len(time)) * np.exp(-DECAY * time / rt60) * (time >= first)
    # One pole: what walls and air take from the highs.
    pole = np.exp(-2 * np.pi * settings.brightness.draw(rng) / rate)
    tail = np.asarray(lfilter([1 - pole], [1, -pole], tail))
    tail /= np.sqrt(np.sum(tail**2))
    places = np.sort(rng.uniform(first, settings.last, round(settings.reflections.draw(rng))))
    places[0] = first
    for place in places[places < time[-1]]:
        height = np.exp(-DECAY * place / rt60) * rng.uniform(0.2, 0.5)
        tail[round(place * rate)] += height * rng.choice([-1, 1])
    return np.asarray(tail / np.sqrt(np.sum(tail**2)), np.float32)
