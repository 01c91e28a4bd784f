"""Sounds made by formula, for every test."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 22_050

ClickTrack = Callable[..., NDArray[np.float32]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def click_track() -> ClickTrack:
    """Clicks at a steady tempo over a whisper of noise, as mono samples at 22 050 Hz."""

    def make(bpm: float, *, seconds: float = 30.0, seed: int = 0) -> NDArray[np.float32]:
        rng = np.random.default_rng(seed)
        sound = rng.normal(0.0, 1e-4, round(seconds * RATE))
        time = np.arange(800) / RATE
        click = 0.5 * np.exp(-time * 150) * np.sin(2 * np.pi * 1_000 * time)
        for beat in np.arange(0.0, seconds, 60.0 / bpm):
            at = round(beat * RATE)
            sound[at : at + 800] += click[: len(sound) - at]
        return sound.astype(np.float32)

    return make
