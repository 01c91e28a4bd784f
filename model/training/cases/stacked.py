"""Cases of several files one after the other, as if they were in one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class StackedCases:
    """Cases of several files one after the other, as if they were in one array."""

    def __init__(self, parts: Sequence[Cases]) -> None:
        self._parts = list(parts)
        self._ends = np.cumsum([len(part) for part in parts])

    @property
    def shape(self) -> tuple[int, ...]:
        """[n, beats, samples per beat, bands]."""
        return (len(self), *self._parts[0].shape[1:])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, rows: NDArray[np.int64] | slice | int) -> NDArray[np.float16]:
        """One case, or those at `rows` [k] or of a slice."""
        if isinstance(rows, slice):
            rows = np.arange(len(self))[rows]
        if isinstance(rows, int | np.integer):
            return self._one(int(rows))
        return np.stack([self._one(int(row)) for row in rows])

    def _one(self, row: int) -> NDArray[np.float16]:
        part = int(np.searchsorted(self._ends, row, side="right"))
        return self._parts[part][row - int(self._ends[part])]  # from the part's end, backwards


Cases = NDArray[np.float16] | StackedCases
