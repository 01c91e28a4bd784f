"""What a run proposes for the next one: a cadence, and a plan that goes as the run went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pacetag.tagger.runs.change_points import Block, cut
from pacetag.tagger.runs.counting import Counted, Counting, counted
from pacetag.tagger.runs.intervals import CLOSE, WALK, PlanPart, parts_of
from pacetag.tagger.runs.plan_text import plan_text
from pacetag.tagger.runs.run import Run, RunFileError
from pacetag.tagger.runs.series import Seconds, Series, even_series
from pacetag.tagger.text.formatting import clock

LEAST = 60.0  # seconds of running that a proposal needs
STEADY = 0.95  # share of the time near one cadence that makes a run steady
NEAR = 5.0  # steps a minute around the median that count for the cadence
SAID = 5.0  # seconds; what is shorter is left out without a word


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Seconds of a recording that a plan does not have."""

    walking: float
    standing: float  # at a cadence of 0
    pauses: float  # in which nothing was recorded
    without_cadence: float


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A cadence and a plan for music."""

    cadence: int  # steps a minute, the usual one while running
    steady: bool  # the cadence alone says it all; the plan is one block then
    plan: str  # as in "10m@150 5x(1m@180 1m@160)"
    seconds: float  # of the run that the plan follows
    blocks: tuple[Block, ...]  # as the run went, in order
    counted: Counted
    left_out: LeftOut
    reasons: tuple[str, ...]  # sentences


def propose(run: Run, said: Counting | None = None) -> Proposal:
    """Return what a run proposes; `said` overrides whether it counts strides or steps.

    Raises RunFileError if a person ran for less than a minute in it.
    """
    found = counted(run, said)
    series = even_series(run, found.counting)
    running = series.steps[series.steps >= WALK]
    parts, walked = parts_of(cut(series)) if len(running) >= LEAST else ([], 0.0)
    if not parts:
        raise RunFileError(run.path, _no_run(series, found))
    cadence = _usual(running)
    seconds = sum(block.seconds for part in parts for block in part.blocks)
    steady = _is_steady(parts, cadence)
    if steady:
        parts = [_one_part(parts, cadence)]
    left_out = LeftOut(
        walking=walked,
        standing=float(series.standing),
        pauses=float(series.paused),
        without_cadence=float(series.silent),
    )
    return Proposal(
        cadence=cadence,
        steady=steady,
        plan=plan_text(parts),
        seconds=seconds,
        blocks=tuple(block for part in parts for block in part.blocks),
        counted=found,
        left_out=left_out,
        reasons=(found.sentence, *run.notes, *_left_out_sentence(left_out)),
    )


def _usual(running: Seconds) -> int:
    """Return the mean of what lies near the median, which whole strides cannot shift.

    Of two cadences that were run for as long the slower one counts: between them was none.
    """
    median = np.quantile(running, 0.5, method="lower")
    near = running[np.abs(running - median) <= NEAR]
    return round(float(near.mean()))


def _no_run(series: Series, found: Counted) -> str:
    if len(series.steps) < LEAST:
        return "has less than a minute with a cadence; name a longer run"
    other = Counting.STEPS if found.counting is Counting.STRIDES else Counting.STRIDES
    return (
        f"has no minute of running: its median is {np.median(series.steps):.0f} steps a minute, "
        f"which is walking, counted in {found.counting}; --{other} counts it the other way"
    )


def _is_steady(parts: Sequence[PlanPart], cadence: int) -> bool:
    if any(part.count > 1 for part in parts):
        return False
    blocks = [part.unit[0] for part in parts]
    near = sum(
        block.seconds
        for block in blocks
        if block.to is None and abs(block.cadence - cadence) < CLOSE
    )
    return near >= STEADY * sum(block.seconds for block in blocks)


def _one_part(parts: Sequence[PlanPart], cadence: int) -> PlanPart:
    blocks = [block for part in parts for block in part.blocks]
    whole = Block(
        start=blocks[0].start,
        end=blocks[-1].end,
        seconds=sum(block.seconds for block in blocks),
        cadence=float(cadence),
    )
    return PlanPart(count=1, unit=(whole,), blocks=(whole,))


def _left_out_sentence(left_out: LeftOut) -> Iterator[str]:
    named = (
        (left_out.walking, "of walking"),
        (left_out.standing, "of standing"),
        (left_out.pauses, "of pauses"),
        (left_out.without_cadence, "without a cadence"),
    )
    said = [f"{clock(seconds)} {what}" for seconds, what in named if seconds >= SAID]
    if said:
        yield f"Left out: {', '.join(said)}."
