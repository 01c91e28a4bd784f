"""Rooms: direct sound first, then a tail that decays as it should."""

import numpy as np
import pytest

from pacetag.model.training.degradations.room import impulse_response, room
from pacetag.model.training.degradations.settings import Between, RoomSettings
from tests.conftest import RATE


def _click(seconds: float = 3.0) -> np.ndarray:
    sound = np.zeros(round(seconds * RATE), np.float32)
    sound[RATE] = 1.0
    return sound


def test_nothing_is_heard_before_the_direct_sound_and_that_is_loudest() -> None:
    after = room(_click(), RATE, np.random.default_rng(1))

    assert np.abs(after[:RATE]).max() < 1e-6
    assert np.argmax(np.abs(after)) == RATE


@pytest.mark.parametrize("wet", [0.05, 0.4])
def test_the_room_has_its_share_of_the_energy(wet: float) -> None:
    settings = RoomSettings(wet=Between(low=wet, high=wet))

    after = room(_click(), RATE, np.random.default_rng(2), settings)

    energy = after.astype(np.float64) ** 2
    assert 1 - energy[RATE] / energy.sum() == pytest.approx(wet, abs=0.01)
    assert energy.sum() == pytest.approx(1.0, rel=1e-3)  # as loud as before


@pytest.mark.parametrize("rt60", [0.3, 1.2])
def test_the_tail_is_60_db_down_when_it_should_be(rt60: float) -> None:
    """Schroeder's backward integration (1965): the decay between -5 and -25 dB, extended."""
    settings = RoomSettings(rt60=Between(low=rt60, high=rt60), reflections=Between(low=1, high=1))

    tail = impulse_response(RATE, np.random.default_rng(3), settings).astype(np.float64)

    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1] / np.sum(tail**2))
    first, last = np.argmax(left < -5), np.argmax(left < -25)
    assert 3 * (last - first) / RATE == pytest.approx(rt60, rel=0.15)


def test_reverberation_fills_the_time_after_a_click() -> None:
    long = RoomSettings(rt60=Between(low=1.0, high=1.0), wet=Between(low=0.4, high=0.4))

    after = room(_click(), RATE, np.random.default_rng(4), long)

    assert np.std(after[RATE + RATE // 10 : RATE + RATE // 5]) > 1e-4
