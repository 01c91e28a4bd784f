"""Which rates people step to."""

import numpy as np
import pytest

from pacetag.model.tempo.prior import acceptance


@pytest.mark.parametrize("bpm", [65.0, 86.0, 120.0, 172.0, 230.0])
def test_a_rate_that_people_can_step_to_is_accepted_by_all(bpm: float) -> None:
    assert acceptance(np.array([bpm]))[0] == 1.0


def test_most_refuse_what_is_slower_than_52_or_faster_than_290() -> None:
    assert (acceptance(np.array([40.0, 48.0, 51.0, 291.0, 320.0])) < 0.5).all()
    assert (acceptance(np.array([52.0, 54.0, 280.0])) >= 0.5).all()


def test_acceptance_falls_towards_both_ends() -> None:
    slow = acceptance(np.linspace(40.0, 65.0, 30))
    fast = acceptance(np.linspace(230.0, 320.0, 30))

    assert (np.diff(slow) > 0).all()
    assert (np.diff(fast) < 0).all()
