"""Tempo that drifts: music read faster here and slower there, and at its own tempo on the whole."""

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.degradations.settings import DriftSettings

CONTROL = 20  # values of the tempo curve a second: far more than its shape needs
WAVES = 3  # swings of different periods, so that the curve does not repeat


def drift(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: DriftSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] with a tempo that varies slowly around its own; n, start and end stay.

    Pitch moves with the tempo, by less than a sixth of a semitone.
    """
    places = read_places(len(samples), rate, rng, settings or DriftSettings())
    return _read(samples, places)


def read_places(
    count: int, rate: int, rng: np.random.Generator, settings: DriftSettings
) -> NDArray[np.float64]:
    """Where each of `count` samples is read from [n], in samples; first and last stay."""
    seconds = count / rate
    time = np.arange(max(4, round(seconds * CONTROL))) / CONTROL
    curve = np.zeros(len(time))
    for _ in range(WAVES):
        phase = rng.uniform(0, 2 * np.pi)
        curve += rng.random() * np.sin(2 * np.pi * time / settings.period.draw(rng) + phase)
    curve -= curve.mean()  # the mean tempo is kept, exactly
    curve *= settings.depth.draw(rng) / max(float(np.abs(curve).max()), 1e-12)
    way = np.concatenate([[0.0], np.cumsum(1 + curve)])
    grid = np.linspace(0, count - 1, len(way))
    return np.asarray(np.interp(np.arange(count), grid, way * ((count - 1) / way[-1])))


def _read(samples: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Samples between samples, by Catmull and Rom's cubic: a straight line would dull the highs."""
    padded = np.pad(samples, (1, 2), mode="edge")
    whole = places.astype(np.int64)
    t = (places - whole).astype(np.float32)
    a, b, c, d = (padded[whole + k] for k in range(4))
    half = np.float32(0.5)
    return b + half * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
