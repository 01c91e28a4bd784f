"""Which parts of a song are heard, and when: probe excerpts first, then the gaps if needed."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Span, spread_spans, usable_span
from pacetag.model.judge_settings import ScheduleSettings


def excerpt_schedule(duration: float, settings: ScheduleSettings) -> tuple[tuple[Span, ...], ...]:
    """The excerpts of a song of `duration` seconds, round by round.

    A song with little sound between its edges is heard at once. Of any other the probe excerpts
    come first, and in a second round the gaps between them, or the middles of long gaps.
    """
    usable = usable_span(duration, settings)
    probes = spread_spans(usable, settings.probes, settings.probe_seconds)
    gaps = [
        _middle(before.start + before.seconds, after.start, settings.gap_seconds)
        for before, after in pairwise(probes)
    ]
    # A gap shorter than a clip of the network's is not worth a second round.
    if not gaps or gaps[0].seconds < settings.probe_seconds:
        return ((usable,),)
    return (probes, tuple(gaps))


def expected_errors(present: NDArray[np.float64]) -> float:
    """How many levels are expected to be judged wrongly, from their probabilities [k]."""
    return float(np.minimum(present, 1.0 - present).sum())


def _middle(start: float, stop: float, most: float) -> Span:
    seconds = min(most, stop - start)
    return Span(start=start + (stop - start - seconds) / 2, seconds=seconds)
