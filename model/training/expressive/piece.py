"""A composed piece as it is written: parts, notes in beats, and where its phrases end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["melody", "accompaniment", "bass"]


@dataclass(frozen=True, kw_only=True)
class Metre:
    """A time signature by its felt beats."""

    name: str
    beats: int  # felt beats of a bar
    compound: bool = False  # whether the beat divides by three


METRES: Mapping[str, Metre] = {
    metre.name: metre
    for metre in (
        Metre(name="2/4", beats=2),
        Metre(name="3/4", beats=3),
        Metre(name="4/4", beats=4),
        Metre(name="6/8", beats=2, compound=True),
        Metre(name="9/8", beats=3, compound=True),
        Metre(name="12/8", beats=4, compound=True),
    )
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One player, or one hand."""

    program: int  # General MIDI, 0..127
    role: Role
    loudness: float  # velocity of a plain note, 1..127
    legato: float  # share of the written length that a note sounds
    pedal: bool  # whether the instrument has one


@dataclass(frozen=True, kw_only=True, order=True)
class Tone:
    """A written note."""

    beat: float  # felt beats from the start of the piece
    key: int  # 60 is middle C
    length: float  # beats
    part: int = 0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A whole piece."""

    bpm: float  # of the felt beat
    metre: Metre
    parts: tuple[Part, ...]
    tones: tuple[Tone, ...]  # by beat
    bars: int
    phrases: tuple[int, ...]  # the bars with which they begin, from 0
    sections: tuple[int, ...]  # the same
    harmonies: tuple[float, ...]  # beats at which the harmony changes

    @property
    def beats(self) -> int:
        """Length in felt beats."""
        return self.bars * self.metre.beats
