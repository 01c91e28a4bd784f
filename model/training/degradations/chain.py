"""Rendered music as if it had been played, recorded, broadcast and stored.

Degradations as those of Mauch and Ewert, "The Audio Degradation Toolbox", 2013.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.degradations.codec import recode
from pacetag.model.training.degradations.drift import drift
from pacetag.model.training.degradations.gaps import DegradedSound, Gap, silence, speech
from pacetag.model.training.degradations.noise import crowd, noise_floor
from pacetag.model.training.degradations.room import room
from pacetag.model.training.degradations.settings import DegradationSettings
from pacetag.model.training.degradations.tone import band_limit, compress

Effect = Callable[
    [NDArray[np.float32], int, np.random.Generator], NDArray[np.float32] | DegradedSound
]


def degraded(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: DegradationSettings,
) -> DegradedSound:
    """Samples [n] at `rate` Hz through effects drawn by chance, in the order sound meets them.

    Length and mean tempo stay; but for the drift, every onset stays where it was. Each effect draws
    from a source of its own: switching one off changes nothing about the others.
    """
    gaps: list[Gap] = []
    chain = _chain(settings)
    for own, (chance, effect) in zip(rng.spawn(len(chain)), chain, strict=True):
        if own.random() >= chance:
            continue
        heard = effect(samples, rate, own)
        if isinstance(heard, DegradedSound):
            gaps += heard.gaps
            heard = heard.samples
        samples = heard
    return DegradedSound(samples=samples, gaps=tuple(gaps))


def _chain(s: DegradationSettings) -> list[tuple[float, Effect]]:
    """Chance and effect: played, in a room, among people, mixed, through equipment, on the air,
    stored."""
    return [
        (s.drift_chance, lambda x, rate, rng: drift(x, rate, rng, s.drift)),
        (s.room_chance, lambda x, rate, rng: room(x, rate, rng, s.room)),
        (s.crowd_chance, lambda x, rate, rng: crowd(x, rate, rng, s.crowd)),
        (s.compression_chance, lambda x, rate, rng: compress(x, rate, rng, s.compression)),
        (s.band_chance, lambda x, rate, rng: band_limit(x, rate, rng, s.band)),
        (s.silence_chance, lambda x, rate, rng: silence(x, rate, rng, s.silence)),
        (s.speech_chance, lambda x, rate, rng: speech(x, rate, rng, s.speech)),
        (s.noise_chance, lambda x, rate, rng: noise_floor(x, rate, rng, s.noise)),
        (s.codec_chance, lambda x, rate, rng: recode(x, rate, rng, s.codec)),
    ]
