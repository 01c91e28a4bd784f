"""The step clock of a run: when each step falls, by the cadence of each of its blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pacetag.tagger.sessions.plan import Block


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A block on the clock: its cadence is the same all the time, or changes evenly."""

    begins: float  # s since the run began
    steps: float  # that were taken before it
    seconds: float
    first: float  # steps a minute where it begins
    last: float  # and where it ends

    def steps_after(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Steps that are taken in so many seconds [n] of it; beyond its ends at the end's pace."""
        inside = np.clip(seconds, 0.0, self.seconds)
        rise = (self.last - self.first) / max(self.seconds, 1e-9)
        taken = self.first * inside + rise * np.square(inside) / 2
        outside = np.where(seconds < 0, self.first, self.last) * (seconds - inside)
        return np.asarray((taken + outside) / 60)

    @property
    def count(self) -> float:
        """Steps that are taken in all of it."""
        return (self.first + self.last) / 2 * self.seconds / 60

    def seconds_after(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds [n] in which so many steps of it are taken, the inverse of `steps_after`."""
        inside = np.clip(steps, 0.0, self.count)
        first, last = self.first / 60, self.last / 60
        rise = (last - first) / max(self.seconds, 1e-9)
        # Of the two solutions the one that is exact, too, where the cadence hardly changes.
        root = np.sqrt(np.maximum(first**2 + 2 * rise * inside, 0.0))
        taken = 2 * inside / (first + root)
        outside = (steps - inside) / np.where(steps < 0, first, last)
        return np.asarray(taken + outside)


@dataclass(frozen=True, kw_only=True)
class StepClock:
    """When steps fall. Before its first leg and behind its last the cadence stays."""

    legs: tuple[Leg, ...]

    def steps_at(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """Steps that were taken after so many seconds."""
        return self._by_leg(
            seconds,
            [leg.begins for leg in self.legs],
            lambda leg, asked: leg.steps + leg.steps_after(asked - leg.begins),
        )

    def time_of(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Seconds after which so many steps were taken."""
        return self._by_leg(
            steps,
            [leg.steps for leg in self.legs],
            lambda leg, asked: leg.begins + leg.seconds_after(asked - leg.steps),
        )

    def _by_leg(
        self,
        values: ArrayLike,
        begins: Sequence[float],
        found: Callable[[Leg, NDArray[np.float64]], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """What `found` returns for each value and the leg that it lies in."""
        asked = np.asarray(values, np.float64)
        which = np.searchsorted(begins[1:], asked, side="right")
        answers = np.empty(asked.shape)
        for place, leg in enumerate(self.legs):
            here = which == place
            answers[here] = found(leg, asked[here])
        return answers

    def cadence_at(self, seconds: float) -> float:
        """Steps a minute at a moment."""
        leg = [leg for leg in self.legs if leg.begins <= seconds or leg is self.legs[0]][-1]
        part = min(1.0, max(0.0, (seconds - leg.begins) / max(leg.seconds, 1e-9)))
        return leg.first + (leg.last - leg.first) * part

    @property
    def seconds(self) -> float:
        """The end of the last leg."""
        return self.legs[-1].begins + self.legs[-1].seconds


def clock_of(blocks: Sequence[Block]) -> StepClock:
    """Return the clock of blocks that follow one another; there must be one at least."""
    legs, begins, steps = list[Leg](), 0.0, 0.0
    for block in blocks:
        leg = Leg(
            begins=begins, steps=steps, seconds=block.seconds, first=block.first, last=block.last
        )
        legs.append(leg)
        begins, steps = begins + leg.seconds, steps + leg.count
    return StepClock(legs=tuple(legs))
