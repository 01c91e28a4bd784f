"""The small language that rhythms are written in: "X..x.." is a bar of 6/8 with two beats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

REST = "."
_MARKS = frozenset(".XxoR358012345 |")
_LOUDNESS: Mapping[str, float] = {"X": 1.0, "x": 0.82, "o": 0.5}
_PLAIN = 0.85


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """One note of a pattern."""

    at: Fraction  # of the bar
    lasts: Fraction  # of the bar, until the next stroke or the bar's end
    mark: str  # the character

    @property
    def loudness(self) -> float:
        """Its share of the loudest stroke."""
        return _LOUDNESS.get(self.mark, _PLAIN)


class PatternError(ValueError):
    """A rhythm holds a character that means nothing."""


class Pattern:
    """Bars that take turns, each with its strokes."""

    def __init__(self, text: str) -> None:
        if unknown := set(text) - _MARKS:
            raise PatternError(f"{text!r} holds {', '.join(map(repr, sorted(unknown)))}")
        self.text = text

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    @cached_property
    def bars(self) -> tuple[tuple[Stroke, ...], ...]:
        """The strokes of each bar, in order."""
        return tuple(_strokes("".join(bar.split())) for bar in self.text.split("|"))

    def bar(self, number: int) -> tuple[Stroke, ...]:
        """The strokes of the bar `number` of a section, counted from 0."""
        return self.bars[number % len(self.bars)]


def _strokes(text: str) -> tuple[Stroke, ...]:
    places = [place for place, mark in enumerate(text) if mark != REST]
    ends = [*places[1:], len(text)]
    return tuple(
        Stroke(
            at=Fraction(place, len(text)),
            lasts=Fraction(end - place, len(text)),
            mark=text[place],
        )
        for place, end in zip(places, ends, strict=False)
    )
