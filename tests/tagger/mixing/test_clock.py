"""The clock of steps runs with the cadence of each block, and along ramps."""

import numpy as np
import pytest

from pacetag.tagger.mixing.clock import clock_of
from pacetag.tagger.sessions.plan import Block

PLAN = (
    Block(seconds=60.0, first=150.0, last=150.0),
    Block(seconds=120.0, first=150.0, last=170.0),
    Block(seconds=30.0, first=160.0, last=160.0),
)


def test_steps_add_up_over_blocks_and_ramps() -> None:
    clock = clock_of(PLAN)

    found = clock.steps_at([0.0, 30.0, 60.0, 180.0, 210.0])

    assert found == pytest.approx([0, 75, 150, 150 + 320, 150 + 320 + 80])


def test_the_time_of_a_step_is_the_inverse_also_before_the_run_and_behind_it() -> None:
    clock = clock_of(PLAN)
    seconds = np.linspace(-10.0, 250.0, 500)

    assert clock.time_of(clock.steps_at(seconds)) == pytest.approx(seconds, abs=1e-9)


def test_steps_on_a_ramp_come_closer_as_the_cadence_rises() -> None:
    clock = clock_of(PLAN)

    times = clock.time_of(np.arange(150, 470))

    assert 60 / np.diff(times)[[0, -1]] == pytest.approx([150, 170], abs=0.1)
    assert (np.diff(times, 2) < 0).all()
    assert clock.cadence_at(120.0) == pytest.approx(160)
    assert clock.seconds == 210
