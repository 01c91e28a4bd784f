"""Chords and scales of a song: which keys a degree, a bass mark and an arpeggio mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_BASS_STEPS: Mapping[str, int] = {"R": 0, "3": 2, "5": 4, "8": 7}
_CHORD_STEPS = (0, 2, 4, 7, 9, 11)  # steps of the scale above a chord's root


@dataclass(frozen=True, kw_only=True)
class Harmony:
    """The scale of a song."""

    key: int  # pitch class of the tonic, 0 is C
    minor: bool

    def pitch(self, step: int, low: int) -> int:
        """The key of a step of the scale, where step 0 is the first tonic from `low` upwards."""
        scale = _MINOR if self.minor else _MAJOR
        tonic = low + (self.key - low) % 12
        return tonic + 12 * (step // 7) + scale[step % 7]

    def bass(self, degree: int, mark: str, low: int) -> int:
        """The key that a bass plays for R, 3, 5 or 8 of a chord; any other mark is its root."""
        return self.pitch(degree % 7 - (7 if degree % 7 > 4 else 0) + _BASS_STEPS.get(mark, 0), low)

    def chord(self, degree: int, low: int) -> Sequence[int]:
        """Three keys of a chord within an octave from `low` upwards."""
        keys = {self.pitch(degree + step, low) for step in (0, 2, 4)}
        return sorted(low + (key - low) % 12 for key in keys)

    def arpeggio(self, degree: int, mark: str, low: int) -> int:
        """The key of a digit: 0, 1, 2 are the chord, 3, 4, 5 its octave."""
        place = int(mark) % 6 if mark.isdecimal() else 0
        return self.pitch(degree % 7 + _CHORD_STEPS[place], low)

    def nearest_chord_step(self, degree: int, step: int) -> int:
        """The step of the scale nearest to `step` that the chord holds."""
        inside = {(degree + each) % 7 for each in (0, 2, 4)}
        return min(
            (step + off for off in (0, -1, 1, -2, 2) if (step + off) % 7 in inside),
            key=lambda found: abs(found - step),
        )
