"""What a judge says about a song: plain values that worker, memory, tags and index pass on."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

MIN_CONFIDENCE = 0.5  # more likely right than wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """A tempo as a rate of steps: one step falls on each felt beat."""

    bpm: float  # steps a minute
    confidence: float  # probability that a runner can step to it, 0 to 1, calibrated


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """What is known about the sound of a song."""

    paces: tuple[Pace, ...]  # that a runner can step to, most confident first
    duration: float | None  # s, as decoding showed; None where only the file's header tells
    stability: float | None = None  # coefficient of variation of the tempo, 0: rock steady
    tempo_segments: tuple[float, ...] = ()  # bpm of its parts in turn; () where the tempo stays
    intensity: float | None = None  # how driving it is, 0 to 1; None where that was not measured
    metre: str | None = None  # "duple" or "triple"; None where it is unclear or was not kept
    # Every judged tempo, improbable ones too; () if not kept. They are too many to print.
    candidates: tuple[Pace, ...] = field(default=(), repr=False)

    @property
    def seconds(self) -> float:
        """The duration in s; 0 where it is unknown."""
        return self.duration or 0.0

    def with_duration(self, seconds: float | None) -> "Analysis":
        """The same, `seconds` long where its own duration is unknown."""
        return self if self.duration is not None else replace(self, duration=seconds)

    def rounded(self) -> "Analysis":
        """The same with as many decimals as index and tags keep."""
        return replace(
            self,
            stability=None if self.stability is None else round(self.stability, 5),
            tempo_segments=tuple(round(bpm, 2) for bpm in self.tempo_segments),
            intensity=None if self.intensity is None else round(self.intensity, 2),
        )


def compatible_paces(
    tempos: Iterable[Pace], min_confidence: float = MIN_CONFIDENCE
) -> tuple[Pace, ...]:
    """The tempos that a runner can step to, most confident first; equal ones by rising rate.

    Rates have two decimals, confidences four.
    """
    found = [
        Pace(bpm=round(tempo.bpm, 2), confidence=round(tempo.confidence, 4))
        for tempo in tempos
        if tempo.confidence >= min_confidence
    ]
    return tuple(sorted(found, key=lambda pace: (-pace.confidence, pace.bpm)))
