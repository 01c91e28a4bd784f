"""From judged tempos to the paces that go into tags and index: pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

MIN_CONFIDENCE = 0.5  # more likely right than wrong
SLOWEST, QUICKEST = 20.0, 400.0  # steps a minute, of what a person may set
MOST = 12  # paces that a person may set of one song


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A rate at which one step falls on each felt beat."""

    bpm: float  # steps per minute, two decimals
    confidence: float  # 0 to 1


class JudgedTempoLike(Protocol):
    """A tempo as a judge gives it."""

    @property
    def bpm(self) -> float:
        """Beats per minute."""

    @property
    def probability(self) -> float:
        """How likely a runner can step to it, 0 to 1."""


class JudgementLike(Protocol):
    """What a judge says of one song."""

    @property
    def tempos(self) -> Sequence[JudgedTempoLike]:
        """Every tempo that was judged."""

    @property
    def duration(self) -> float:
        """Seconds."""

    @property
    def spread(self) -> float | None:
        """How far the tempo wanders, as a share of it; None where there is none to follow."""

    @property
    def changes(self) -> Sequence[float]:
        """The tempos of the song's parts in turn, in bpm, if it changes tempo."""


def compatible_paces(
    judgement: JudgementLike, min_confidence: float = MIN_CONFIDENCE
) -> tuple[Pace, ...]:
    """The tempos a runner can step to, most confident first; equal ones by rising rate."""
    found = [
        Pace(bpm=round(float(tempo.bpm), 2), confidence=round(float(tempo.probability), 4))
        for tempo in judgement.tempos
        if tempo.probability >= min_confidence
    ]
    return tuple(sorted(found, key=lambda pace: (-pace.confidence, pace.bpm)))


def are_settable(paces: Sequence[float]) -> bool:
    """Whether a person may set these as the paces of a song, in steps per minute."""
    return len(paces) <= MOST and all(SLOWEST <= bpm <= QUICKEST for bpm in paces)


class HasRate(Protocol):
    """Anything with a rate."""

    @property
    def bpm(self) -> float:
        """Steps per minute."""


def whole_paces(paces: Iterable[HasRate]) -> list[int]:
    """Whole steps per minute in the given order, each once; halves round up as people do.

    Rounding starts from the two decimals that are stored, so that the whole number always follows
    from what is stored beside it.
    """
    return list(dict.fromkeys(int(round(pace.bpm, 2) + 0.5) for pace in paces))
