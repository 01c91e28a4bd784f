"""The cadence of a run second by second, without spikes and pauses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.runs.counting import LEAST, MOST, Counting
from pacetag.tagger.runs.run import Run

Seconds = NDArray[np.float64]  # one value for each second
HOLD = 30.0  # seconds that a sample holds; watches record less often while little changes
SPARSE = 120.0  # the same where all samples are far apart
BRIDGE = 10  # seconds without a cadence that are a fault of the sensor and no stop
MEDIAN = 11  # seconds of the running median: an odd number
SPIKE = 15.0  # steps a minute off that median that no person is


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """The seconds in which a person moved."""

    times: Seconds  # since the first sample
    steps: Seconds  # a minute, without spikes
    paused: int  # seconds in which nothing was recorded
    standing: int  # seconds at a cadence of 0
    silent: int  # seconds recorded without a cadence


def even_series(run: Run, counting: Counting) -> Series:
    """Return a run's cadence in steps for each second in which there is one."""
    times, steps, paused = _every_second(run, counting.factor)
    _bridge(times, steps)
    moving = steps > 0
    return Series(
        times=times[moving],
        steps=_without_spikes(steps[moving]),
        paused=paused,
        standing=int(np.count_nonzero(steps == 0)),
        silent=int(np.count_nonzero(np.isnan(steps))),
    )


def _every_second(run: Run, factor: float) -> tuple[Seconds, Seconds, int]:
    """Return the recorded seconds, their steps (NaN where missing), and the seconds between."""
    start = run.samples[0].time
    at = np.array([round(sample.time - start) for sample in run.samples])
    values = np.array([_steps(sample.cadence, factor) for sample in run.samples])
    gaps = np.diff(at)
    usual = int(np.median(gaps[gaps > 0])) if gaps.any() else 1
    hold = min(max(HOLD, 3 * usual), SPARSE)
    gaps = np.append(gaps, min(usual, int(hold)))
    held = np.where(gaps <= hold, gaps, 1)
    first = np.repeat(at, held)
    inside = np.arange(len(first)) - np.repeat(np.cumsum(held) - held, held)
    return (first + inside).astype(float), np.repeat(values, held), int((gaps - held).sum())


def _steps(cadence: float | None, factor: float) -> float:
    if cadence == 0:
        return 0.0
    steps = np.nan if cadence is None else cadence * factor
    return steps if LEAST <= steps <= MOST else np.nan


def _bridge(times: Seconds, steps: Seconds) -> None:
    """Fill short gaps in the cadence with the last value before them."""
    moving = steps > 0
    for start, end in _stretches(~moving):
        if start > 0 and end < len(steps) and times[end] - times[start - 1] <= BRIDGE + 1:
            steps[start:end] = steps[start - 1]


def _stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _without_spikes(steps: Seconds) -> Seconds:
    """Return the values, those far off the running median replaced by it (Hampel 1974).

    The median itself would not do: of whole strides, 82 or 83, it is never 82.5.
    """
    if not len(steps):
        return steps
    padded = np.pad(steps, MEDIAN // 2, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN), axis=1)
    return np.where(np.abs(steps - middle) > SPIKE, middle, steps)
