"""Cases in memory for trials: a fixed sample to learn from, whole groups held out to score on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.cases.build import Megabatch

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What one trial sees."""

    train: Megabatch  # split "train" only
    held: Megabatch  # cases of groups that `train` has nothing of


def take(megabatch: Megabatch, rows: NDArray[np.int64]) -> Megabatch:
    """The cases at `rows` [k], read into memory."""
    return Megabatch(
        cases=np.stack([megabatch.cases[row] for row in rows]),
        labels=megabatch.labels[rows],
        bpm=megabatch.bpm[rows],
        song=megabatch.song[rows],
        source=megabatch.source[rows],
        group=megabatch.group[rows],
        split=megabatch.split[rows],
    )


def group_folds(megabatch: Megabatch, seed: int = 1) -> list[list[str]]:
    """The groups that may be learnt from, in `FOLDS` parts of about as many cases each.

    Style families and packages are dealt out apart, the largest first, each to the part that has
    least of its kind. The test split is in none of them.
    """
    folds: list[list[str]] = [[] for _ in range(FOLDS)]
    learnt = megabatch.split != "test"
    for source in np.unique(megabatch.source):
        here = megabatch.group[learnt & (megabatch.source == source)]
        names, counts = np.unique(here, return_counts=True)
        order = np.random.default_rng(seed).permutation(len(names))
        weight = np.zeros(FOLDS)
        for place in sorted(order, key=lambda i: -counts[i]):
            lightest = int(np.argmin(weight))
            weight[lightest] += counts[place]
            folds[lightest].append(str(names[place]))
    return folds


def trial_pool(
    megabatch: Megabatch, held: Sequence[str], *, cases: int | None, seed: int = 1
) -> Pool:
    """Hold the groups `held` out; learn from `cases` of the rest, as many of every source.

    With None for `cases` all are taken.
    """
    rng = np.random.default_rng(seed)
    outside = np.isin(megabatch.group, held)
    learnable = (megabatch.split != "test") & ~outside
    rows = np.flatnonzero(learnable)
    if cases is not None:
        sources = np.unique(megabatch.source[rows])
        each = cases // len(sources)
        parts = [np.flatnonzero(learnable & (megabatch.source == source)) for source in sources]
        rows = np.concatenate([rng.permutation(part)[:each] for part in parts])
    train = take(megabatch, np.sort(rows))
    train = replace(train, split=np.full(len(rows), "train"))
    return Pool(train=train, held=take(megabatch, np.flatnonzero(outside)))
