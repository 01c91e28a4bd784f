"""Which parts of a song are listened to, and in which order: little first, more only in doubt."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import AUDIO, AudioSettings, Span, spread_spans, usable_span


@dataclass(frozen=True, kw_only=True)
class ListeningSettings:
    """How long a song is listened to before its tempos are settled."""

    glance_seconds: float = 15.0  # s; 16 beats at 64 a minute
    glances: int = 3  # spread over the song, they show whether the tempo stays
    most_between: float = 30.0  # s listened to of each gap between the glances, if doubt remains
    # Sum over the tempos of how probable it is that the verdict on each is wrong, from which on
    # more is listened to. What other values cost and gain stands in docs/performance.md.
    doubt: float = 0.2


LISTENING = ListeningSettings()


def listening_rounds(
    duration: float, settings: ListeningSettings = LISTENING, audio: AudioSettings = AUDIO
) -> tuple[tuple[Span, ...], ...]:
    """The parts of a song of `duration` seconds that are listened to, round by round.

    A song of which little is left between its edges is listened to at once. Of any other some
    glances come first; in a second round what lies between them, the middle of it if it is long.
    """
    usable = usable_span(duration, audio)
    glances = spread_spans(usable, settings.glances, settings.glance_seconds)
    gaps = [
        _middle(before.start + before.seconds, after.start, settings.most_between)
        for before, after in pairwise(glances)
    ]
    # A gap shorter than a clip of the network's tells nothing that is worth a second round.
    if not gaps or gaps[0].seconds < settings.glance_seconds:
        return ((usable,),)
    return (glances, tuple(gaps))


def doubt(there: NDArray[np.float64]) -> float:
    """How many of the verdicts on tempos are expected to be wrong, from their probabilities [k]."""
    return float(np.minimum(there, 1.0 - there).sum())


def _middle(start: float, stop: float, most: float) -> Span:
    seconds = min(most, stop - start)
    return Span(start=start + (stop - start - seconds) / 2, seconds=seconds)
