"""Strides are told from steps by their numbers, and by the length of a step."""

from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.tagger.runs.counting import SENTENCES, Counting, counted
from pacetag.tagger.runs.run import Run, RunFormat, Sample
from tests.tagger.runs.recordings import INTERVALS, Doing, run_of

STRIDES, STEPS = Counting


def steady(cadence: float, speed: float | None = None) -> Run:
    """A run in which every second is alike."""
    samples = tuple(
        Sample(time=float(second), cadence=cadence, speed=speed) for second in range(600)
    )
    return Run(path=Path("run.fit"), format=RunFormat.FIT, sport="running", samples=samples)


@pytest.mark.parametrize("steps", range(140, 205, 5))
@pytest.mark.parametrize("counting", [STRIDES, STEPS])
def test_the_cadences_of_runners_are_told_without_a_speed(steps: int, counting: Counting) -> None:
    found = counted(steady(steps / counting.factor))

    assert found.counting is counting
    assert found.detected


@pytest.mark.parametrize("factor", [0.5, 1.0])
@pytest.mark.parametrize(
    "doing",
    [
        INTERVALS,
        ((600, 165.0), (900, 110.0)),  # more walking than running
        ((120, 112.0), (120, 164.0)) * 6,
        ((300, 0.0), (600, 150.0), (300, None), (30, 208.0)),
    ],
    ids=["intervals", "walking home", "run and walk", "stops"],
)
def test_walks_stops_and_intervals_do_not_mislead(doing: Doing, factor: float) -> None:
    found = counted(run_of(doing, factor=factor))

    assert found.counting is (STRIDES if factor == 0.5 else STEPS)
    assert found.sentence == SENTENCES[found.counting]


def test_the_length_of_a_step_decides_between_a_walk_and_a_sprint() -> None:
    assert counted(steady(100, speed=1.3)).counting is STEPS  # 0.8 m a step
    assert counted(steady(100, speed=5.2)).counting is STRIDES  # 1.6 m a step


def test_what_is_uncertain_is_said_to_be() -> None:
    assert "--strides or --steps decides it" in counted(steady(106)).sentence


@pytest.mark.parametrize("said", Counting)
def test_what_the_user_says_counts(said: Counting) -> None:
    found = counted(steady(165), said)

    assert (found.counting, found.detected) == (said, False)
    assert found.sentence == f"Taken for {said}, as you said."


def test_a_lost_satellite_does_not_decide() -> None:
    run = steady(82, speed=3.0)
    jumps = [replace(sample, speed=300.0) for sample in run.samples[:60]]

    assert counted(replace(run, samples=(*jumps, *run.samples[60:]))).counting is STRIDES
