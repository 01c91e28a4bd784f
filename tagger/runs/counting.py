"""Whether a recording counts strides (one foot) or steps (both), told from its numbers.

The same run is 82.5 strides or 165 steps a minute. People run at 140 to 210 steps a minute and walk
at 90 to 130, and a step is about a metre long, so nearly every recording makes sense in one of the
two ways only.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pacetag.tagger.runs.run import Run

LEAST, MOST = 20.0, 250.0  # steps a minute of people who move
_RUNNING = (0.90, 168.0, 16.0)  # share, mean and deviation of steps a minute
_WALKING = (0.05, 112.0, 12.0)
_ANY = 0.05  # share of all other values, between LEAST and MOST
_NEVER = 1e-6  # density outside them
_LENGTHS = 0.4  # deviation of the logarithm of a step's length in metres
_ODDEST = -6.0  # log-odds that a strange length, as from a lost satellite, may cost
_MOVING = 0.5  # metres a second; below, the length of a step tells nothing
_LONGEST = 30.0  # seconds that a sample may count for
SURE = 1.0  # log-odds a second


class Counting(StrEnum):
    """What a recording's cadence counts."""

    STRIDES = "strides"
    STEPS = "steps"

    @property
    def factor(self) -> float:
        """How many steps one of them is."""
        return 2.0 if self is Counting.STRIDES else 1.0


def said_counting(strides: bool | None) -> Counting | None:
    """Return what `--strides` or `--steps` says; None where neither was given."""
    if strides is None:
        return None
    return Counting.STRIDES if strides else Counting.STEPS


SENTENCES = {
    Counting.STRIDES: "The file counts strides, one foot, so its numbers are doubled.",
    Counting.STEPS: "The file counts steps, both feet.",
}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is counted, and how that is known."""

    counting: Counting
    detected: bool  # told from the numbers, not said by the user
    sentence: str


def counted(run: Run, said: Counting | None = None) -> Counted:
    """Return what a run's cadence counts: what was `said`, else what its numbers tell."""
    if said is not None:
        return Counted(counting=said, detected=False, sentence=f"Taken for {said}, as you said.")
    odds = stride_log_odds(run)
    counting = Counting.STRIDES if odds > 0 else Counting.STEPS
    sentence = SENTENCES[counting]
    if abs(odds) < SURE:
        sentence += " That is not certain: --strides or --steps decides it."
    return Counted(counting=counting, detected=True, sentence=sentence)


def stride_log_odds(run: Run) -> float:
    """Return the mean log-odds, by time, that the cadence counts strides and not steps."""
    total = weight = 0.0
    for seconds, cadence, speed in _moving(run):
        odds = _log_density(2 * cadence, speed) + math.log(2) - _log_density(cadence, speed)
        total += seconds * odds
        weight += seconds
    return total / weight if weight else 0.0


def _moving(run: Run) -> Iterator[tuple[float, float, float | None]]:
    """Yield seconds, cadence and speed of each sample that has a cadence."""
    following = [*(sample.time for sample in run.samples[1:]), run.samples[-1].time + 1.0]
    for sample, then in zip(run.samples, following, strict=True):
        if sample.cadence:
            yield min(then - sample.time, _LONGEST), sample.cadence, sample.speed


def _log_density(steps: float, speed: float | None) -> float:
    """Return how likely people move at so many steps a minute and, if known, at that speed."""
    density = _NEVER
    if LEAST <= steps <= MOST:
        density += _ANY / (MOST - LEAST) + sum(
            share * math.exp(-(((steps - mean) / deviation) ** 2) / 2) / (deviation * 2.507)
            for share, mean, deviation in (_RUNNING, _WALKING)
        )
    found = math.log(density)
    if speed is not None and speed > _MOVING:
        found += max(_ODDEST, -((math.log(60 * speed / steps) / _LENGTHS) ** 2) / 2)
    return found
