"""What the parts of a kind of piece do: tunes, figures, and the voices of a choir."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pacetag.model.training.expressive.melody import Motion
from pacetag.model.training.expressive.piece import Role

PIANOS = (0, 0, 0, 1, 2)
_LOUD = 74


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one part does, and the instruments that may do it."""

    programs: Sequence[int]  # General MIDI, one is drawn
    centre: int  # key
    loudness: float  # velocity of a plain note
    figure: str = ""  # of FIGURES; empty for a melody or a voice
    voice: int | None = None  # of a chorale: 0 is the soprano, 3 the bass
    motions: Sequence[Motion] = ()  # of a melody
    enters: int = 0  # bars of the first section that it waits
    double: int | None = None  # plays what the first line plays, so many keys higher
    legato: tuple[float, float] = (0.9, 1.05)  # share of the written length
    pedal: bool = False

    @property
    def role(self) -> Role:
        """What it is to the others."""
        if self.motions or self.voice == 0 or self.double is not None:
            return "melody"
        low = self.voice == 3 or self.figure in ("cello", "deep", "timpani")
        return "bass" if low else "accompaniment"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of piece."""

    tempos: tuple[float, float]  # felt beats per minute
    metres: Mapping[str, float]  # and how often each is drawn
    bands: Sequence[Sequence[Line]]  # one is drawn
    split: str = "train"
    chords: Sequence[float] = (1.0, 1.0, 0.5)  # lengths of a chord in bars; one is drawn a section
    together: bool = False  # one player: the parts share their programs


def hand(
    figure: str,
    loudness: float = 52,
    programs: Sequence[int] = PIANOS,
    centre: int = 55,
    legato: tuple[float, float] = (0.85, 1.1),
    pedal: bool = True,
) -> Line:
    """An accompaniment, of the piano unless other programs are named."""
    return Line(
        programs=programs,
        centre=centre,
        loudness=loudness,
        figure=figure,
        legato=legato,
        pedal=pedal,
    )


def tune(
    *motions: Motion,
    programs: Sequence[int] = PIANOS,
    centre: int = 74,
    loudness: float = _LOUD,
    pedal: bool = True,
    enters: int = 0,
    legato: tuple[float, float] = (0.85, 1.05),
) -> Line:
    """A melody in one of the motions."""
    return Line(
        programs=programs,
        centre=centre,
        loudness=loudness,
        motions=motions,
        pedal=pedal,
        enters=enters,
        legato=legato,
    )


def choir(
    programs: Sequence[Sequence[int]],
    loudness: float = 66,
    pedal: bool = False,
    legato: tuple[float, float] = (0.92, 1.04),
) -> tuple[Line, ...]:
    """Four voices; the programs of each in turn."""
    return tuple(
        Line(
            programs=programs[voice % len(programs)],
            centre=(72, 65, 58, 46)[voice],
            loudness=loudness + (8 if voice == 0 else 0),
            voice=voice,
            legato=legato,
            pedal=pedal,
        )
        for voice in range(4)
    )
