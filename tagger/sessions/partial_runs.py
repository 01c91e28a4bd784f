"""Partial runs as rows of arrays, and which of them are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.sessions.losses import AGAIN

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

BUCKET = 10.0  # s; of partial runs of the same time some are kept in any case
OF_BUCKET = 2
SIFTED = 8  # times the width: the runs that are sorted at all


@dataclass(kw_only=True)
class PartialRuns:
    """Partial runs, one a row."""

    stretch: Whole  # that is filled next
    time: Numbers  # s in it
    drift: Numbers  # s that the stretches before are too long
    loss: Numbers
    cadence: Numbers  # where the last song ended; NaN before the first
    pace: Numbers
    artists: Whole  # of the last songs, the latest first [runs, 3]; -1: unknown
    used: Whole  # a hash of the pieces
    last: Whole  # the last piece; -1: none
    parent: Whole  # row in the layer before
    pick: Whole  # row of the stretch's offers; -1: the stretch was ended without one

    def __len__(self) -> int:
        return len(self.stretch)

    def of(self, rows: Flags | Whole) -> "PartialRuns":
        """Return some of the rows."""
        return PartialRuns(**{name: values[rows] for name, values in vars(self).items()})


def the_start() -> PartialRuns:
    """Return the one run that has not begun."""
    zero, none = np.zeros(1), np.zeros(1, dtype=np.int64)
    nan = np.full(1, np.nan)
    return PartialRuns(
        stretch=none,
        time=zero,
        drift=zero,
        loss=zero,
        cadence=nan,
        pace=nan,
        artists=np.full((1, len(AGAIN)), -1),
        used=none,
        last=none - 1,
        parent=none,
        pick=none - 1,
    )


def joined(parts: Sequence[PartialRuns]) -> PartialRuns:
    """Return the rows of all parts."""
    names = vars(parts[0])
    return PartialRuns(**{name: np.concatenate([vars(p)[name] for p in parts]) for name in names})


def sifted(runs: PartialRuns, hope: Numbers, width: int) -> tuple[PartialRuns, bool]:
    """Return at most `width` of the runs, and whether any was dropped that could become the best.

    Of runs with the same future that with the least loss is kept, then those with the least `hope`,
    the loss that each is expected to end with; of each time at least some.
    """
    rows: Whole = np.arange(len(runs))
    cut = False
    if len(rows) > SIFTED * width:
        cut = True
        rows = np.sort(np.argpartition(hope, SIFTED * width)[: SIFTED * width])
    rows = rows[np.argsort(hope[rows], kind="stable")]
    rows = rows[np.sort(np.unique(_futures(runs.of(rows)), return_index=True)[1])]
    if len(rows) > width:
        cut = True
        rows = rows[_of_each_time(runs.of(rows), width)]
    return runs.of(rows), cut


def _futures(runs: PartialRuns) -> Whole:
    """Return hashes that are equal for runs with the same future."""
    key = runs.used.copy()
    parts = (
        runs.stretch,
        np.round(runs.time * 64).astype(np.int64),
        np.round(runs.drift * 64).astype(np.int64),
        runs.last,
        runs.artists[:, 1],
        runs.artists[:, 2],
    )
    for part in parts:
        key = key * 6_364_136_223_846_793_005 + part * 1_442_695_040_888_963_407 + (key >> 29)
    return key


def _of_each_time(runs: PartialRuns, width: int) -> Whole:
    """Return `width` rows: the first of each time, then the first of all."""
    bucket = runs.stretch * 100_000 + (runs.time // BUCKET).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    starts = np.flatnonzero(np.diff(bucket[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    special = np.flatnonzero(rank < OF_BUCKET)[: width // 2]
    rest = np.setdiff1d(np.arange(len(order)), special)[: width - len(special)]
    return np.sort(np.concatenate([special, rest]))
