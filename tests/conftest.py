"""Sounds made by formula, for every test; and what each may see of the machine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.outside_plugin import MissingSummary, OutsidePlugin

RATE = 22_050

ClickTrack = Callable[..., NDArray[np.float32]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bare",
        action="store_true",
        help="run the files of tests that name what is outside as if nothing of it were installed",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(MissingSummary())
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":  # it runs tests
        config.pluginmanager.register(OutsidePlugin(bare=config.getoption("bare")))


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
