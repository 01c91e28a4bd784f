"""Which of a song's tempos become cases, and at which places."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder
from pacetag.model.training.degradations.gaps import Gap, gap_share
from pacetag.model.training.songs import LabelledTempo

MOST_GAP = 0.25  # share of a case in which the music may be interrupted
PLACES = 16  # tried for a case where there are interruptions


def draw_tempos(
    known: Sequence[LabelledTempo], rng: np.random.Generator, *, positives: int, negatives: int
) -> list[LabelledTempo]:
    """So many right and wrong tempos, every one once before any is drawn twice."""
    right = [t for t in known if t.compatible]
    wrong = [t for t in known if not t.compatible]
    chosen: list[LabelledTempo] = []
    for pool, count in ((right, positives), (wrong, negatives)):
        if pool and count:
            # Few songs have six right ones, so some come again, at another place.
            order = [rng.permutation(len(pool)) for _ in range(-(-count // len(pool)))]
            chosen += [pool[i] for i in np.concatenate(order)[:count]]
    return chosen


def draw_starts(
    folder: TempoFolder,
    bpms: NDArray[np.float64],
    gaps: Sequence[Gap],
    rng: np.random.Generator,
    spec: FeatureSpec,
) -> NDArray[np.float64]:
    """Where cases at tempos [k] begin [k], in frames.

    nan where more than `MOST_GAP` of the case would lie in gaps at all places that were tried.
    """
    spans = np.array([folder.span(bpm) for bpm in bpms])
    if not gaps:
        return np.asarray((folder.frames - spans) * rng.random(len(bpms)))
    starts = (folder.frames - spans)[:, None] * rng.random((len(bpms), PLACES))
    lost = gap_share(gaps, starts / spec.frame_rate, spans[:, None] / spec.frame_rate)
    good = lost <= MOST_GAP
    first = starts[np.arange(len(bpms)), good.argmax(axis=1)]
    return np.where(good.any(axis=1), first, np.nan)
