"""Cut a run where its cadence changes: the cheapest cut under a penalty for each block.

Optimal partitioning (Jackson et al. 2005): a block costs the squared distances of its values from
their mean, or from a straight line if it is a ramp, and a penalty. A block in
the midst of another is found if its seconds times the square of its distance are more than two
penalties: 30 seconds at 12 steps a minute more, or five minutes at 4 more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.runs.series import Series

BIN = 5  # seconds
MOST_BINS = 2_400  # beyond, in a run of more than 3:20 hours, bins are wider
PENALTY = 2_000.0  # squared steps a minute, times seconds, for each block
FOR_A_RAMP = 2_000.0  # the same, in addition
SHORTEST = 15.0  # seconds of a block
SHORTEST_RAMP = 180.0  # seconds
LEAST_RISE = 10.0  # steps a minute from the start of a ramp to its end


@dataclass(frozen=True, kw_only=True)
class Block:
    """A time at a steady cadence, or on a ramp from one to another."""

    start: float  # seconds since the recording began
    end: float  # the same; what lies between may hold pauses
    seconds: float  # of moving
    cadence: float  # steps a minute; where a ramp begins
    to: float | None = None  # where a ramp ends

    @property
    def middle(self) -> float:
        """The mean cadence."""
        return self.cadence if self.to is None else (self.cadence + self.to) / 2


def cut(series: Series) -> list[Block]:
    """Return the blocks of a run, in order."""
    count = len(series.steps)
    width = BIN * max(1, -(-count // (BIN * MOST_BINS)))
    edges = np.append(np.arange(0, max(count - width // 2, 1), width), count)
    sums = np.add.reduceat(series.steps, edges[:-1])
    values = sums / np.diff(edges)
    blocks = []
    for first, last in _cheapest_cut(values, width):
        start, end = int(edges[first]), int(edges[last])
        cadence, to = _ends(values[first:last], width)
        blocks.append(
            Block(
                start=float(series.times[start]),
                end=float(series.times[end - 1]) + 1.0,
                seconds=float(end - start),
                cadence=cadence,
                to=to,
            )
        )
    return blocks


def _cheapest_cut(values: NDArray[np.float64], width: int) -> list[tuple[int, int]]:
    """Return first bin and end of each block."""
    count, least = len(values), max(1, round(SHORTEST / width))
    costs = _Costs(values, width)
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    came_from = np.zeros(count + 1, dtype=int)
    for end in range(1, count + 1):
        starts = np.arange(0, max(1, end - least + 1))
        total = best[starts] + costs.of(starts, end)
        came_from[end] = int(total.argmin())
        best[end] = total[came_from[end]]
    found, end = list[tuple[int, int]](), count
    while end:
        found.append((int(came_from[end]), end))
        end = int(came_from[end])
    return found[::-1]


class _Costs:
    """What blocks cost, by sums over the bins before each."""

    def __init__(self, values: NDArray[np.float64], width: int) -> None:
        centred = values - values.mean()  # so that sums of squares stay exact
        self._width = width
        self._sum, self._squares, self._moments = (
            np.concatenate(([0.0], np.cumsum(each)))
            for each in (centred, centred**2, centred * np.arange(len(values)))
        )

    def of(self, starts: NDArray[np.int_], end: int) -> NDArray[np.float64]:
        """Return the cost of a block from each start to an end."""
        bins = end - starts
        total = self._sum[end] - self._sum[starts]
        flat = self._squares[end] - self._squares[starts] - total**2 / bins
        moment = self._moments[end] - self._moments[starts] - total * (starts + end - 1) / 2
        spread = np.maximum(bins * (bins.astype(float) ** 2 - 1) / 12, 1.0)
        rise = moment / spread * (bins - 1)
        sloped = flat - moment**2 / spread + FOR_A_RAMP / self._width
        may_slope = (bins * self._width >= SHORTEST_RAMP) & (np.abs(rise) >= LEAST_RISE)
        cheapest: NDArray[np.float64] = np.where(may_slope, np.minimum(flat, sloped), flat)
        return cheapest + PENALTY / self._width


def _ends(values: NDArray[np.float64], width: int) -> tuple[float, float | None]:
    """Return a block's cadence, and that at its end if a ramp was cheaper."""
    mean = float(values.mean())
    if len(values) * width < SHORTEST_RAMP:
        return mean, None
    slope, base = np.polyfit(np.arange(len(values)), values, 1)
    line = base + slope * np.arange(len(values))
    gain = float(((values - mean) ** 2).sum() - ((values - line) ** 2).sum())
    if abs(line[-1] - line[0]) < LEAST_RISE or gain * width <= FOR_A_RAMP:
        return mean, None
    return float(line[0]), float(line[-1])
