"""For every test: sounds made by formula, no flushes, and only the programs that it names."""

import functools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
        help="run test files that need outside programs as if none were installed",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(MissingSummary())
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":  # it runs tests
        config.pluginmanager.register(OutsidePlugin(bare=config.getoption("bare")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores, since many tests wait: for signals, pauses, other processes."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests that are marked as `first` begin first; the others stay in their order."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


class HastyConnection(sqlite3.Connection):
    """A connection whose commits do not wait for the disk."""

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if sql == "PRAGMA synchronous = FULL":
            sql = "PRAGMA synchronous = OFF"
        return super().execute(sql, *rest)


@pytest.fixture(autouse=True)
def hasty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip flushes to the disk in the tests' own process, since no test cuts the power.

    Processes that tests start do flush, and so do tests that are marked `flushes`.
    """
    if request.node.get_closest_marker("flushes") is None:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        connect = functools.partial(sqlite3.connect, factory=HastyConnection)
        monkeypatch.setattr(sqlite3, "connect", connect)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def click_track() -> ClickTrack:
    """Make clicks at a steady tempo over quiet noise, as mono samples at 22 050 Hz."""

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
