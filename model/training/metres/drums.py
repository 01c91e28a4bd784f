"""What a drummer makes of a kind's pattern: few drums in thin sections, fills and crashes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pacetag.model.training.metres.draw import Density
from pacetag.model.training.metres.kinds import Kind
from pacetag.model.training.metres.patterns import Pattern

KEYS: Mapping[str, int] = {  # of General MIDI's drums
    "kick": 36, "side": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "open": 46,
    "crash": 49, "ride": 51, "tambourine": 54, "bell": 67, "high_conga": 63, "low_conga": 64,
    "shaker": 70,
}  # fmt: skip
_FILL_KEYS = (38, 45, 47, 50)
_LIGHT = ("hat", "ride", "shaker", "tambourine", "low_conga", "side", "bell", "kick", "snare")
_FAST = frozenset({"hat", "ride", "shaker", "tambourine"})
KITS = (0, 0, 8, 16)
TIGHT_KITS = (24, 25)
_SOFTER: Mapping[str, float] = {"hat": 0.8, "shaker": 0.75, "ride": 0.85, "tambourine": 0.8}
_CRASH = 49


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One stroke on a drum."""

    at: Fraction  # of the bar
    key: int
    loudness: float  # share of the loudest


class Drummer:
    """Plays one song."""

    def __init__(self, kind: Kind, rng: random.Random, *, lean: bool) -> None:
        self._kind, self._rng = kind, rng
        lines = [_leaner(line) for line in kind.drums] if lean else kind.drums
        chosen = rng.sample(lines, min(2, len(lines)))
        # Mostly one pattern all along; else another one for the second theme.
        self._lines = chosen if rng.random() < 0.4 else chosen[:1]
        self._fills = rng.choice((0.0, 0.4, 0.8))

    def section(self, density: Density, theme: int, bars: int) -> Iterator[tuple[int, Hit]]:
        """The hits of a section, each with its bar."""
        line = self._lines[theme % len(self._lines)]
        played = self._playing(line, density)
        fill = density != "thin" and self._rng.random() < self._fills
        if density == "full" and self._rng.random() < 0.6:
            yield 0, Hit(at=Fraction(0), key=_CRASH, loudness=0.8)
        for bar in range(bars):
            until = Fraction(1)
            if fill and bar == bars - 1:
                until = 1 - Fraction(min(self._rng.choice((1, 2)), self._kind.beats - 1),
                                     self._kind.beats)  # fmt: skip
                yield from ((bar, hit) for hit in self._fill(until))
            for instrument, pattern in played.items():
                for stroke in pattern.bar(bar):
                    if stroke.at < until:
                        loudness = stroke.loudness * _SOFTER.get(instrument, 1.0)
                        yield bar, Hit(at=stroke.at, key=KEYS[instrument], loudness=loudness)

    def _playing(self, line: Mapping[str, Pattern], density: Density) -> Mapping[str, Pattern]:
        if density == "full" or len(line) == 1:
            return line
        if density == "thin":
            light = [name for name in _LIGHT if name in line]
            kept = set(light[: self._rng.choice((1, 1, 2))])
        else:
            kept = set(line) - ({self._rng.choice(sorted(line))} if len(line) > 2 else set())
        return {name: pattern for name, pattern in line.items() if name in kept}

    def _fill(self, start: Fraction) -> Iterator[Hit]:
        """A run over the drums on the metre's own division, with gaps."""
        division = 3 if self._kind.thirds else 1 if len(self._kind.groups) else 2
        step = Fraction(1, self._kind.beats * division)
        place, key = start, self._rng.choice(_FILL_KEYS)
        while place < 1:
            if self._rng.random() < 0.85:
                yield Hit(at=place, key=key, loudness=self._rng.uniform(0.65, 1.0))
            key = self._rng.choice(_FILL_KEYS)
            place += step


def _leaner(line: Mapping[str, Pattern]) -> Mapping[str, Pattern]:
    """A line without what tells the division, where two drums are left."""
    slower = {name: pattern for name, pattern in line.items() if name not in _FAST}
    return slower if len(slower) > 1 else line
