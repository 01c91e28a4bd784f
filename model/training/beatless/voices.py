"""Voices without a pulse: each draws the seconds of its notes so that no period returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SECONDS = 64.0

_SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 4, 7, 9),
    (0, 3, 5, 7, 10),
    (0, 1, 4, 5, 7, 8, 10),
    (0, 2, 4, 6, 8, 10),
)
# General MIDI, from 0. The polysynth and the sweep pad (90, 95) pulsate slowly like a beat.
_PADS = (48, 49, 50, 52, 53, 88, 89, 91, 92, 93, 94, 19, 20)
_BELLS = (8, 9, 10, 11, 14, 46, 98, 108, 112)
_SOLOISTS = (40, 41, 42, 68, 69, 70, 71, 73, 75, 77, 52, 53, 56, 60, 78)
_TREMOLOS = (44, 44, 48, 46)
_DRIPS = (12, 13, 45, 46, 11, 24, 104, 106, 107, 115)
_PIANOS = (0, 1, 2, 4, 88)
_BOOMS = (47, 116, 117, 118)
_SWELLS = (119, 97, 122, 101)


@dataclass(frozen=True, kw_only=True)
class Tone:
    """One note."""

    at: float  # seconds
    length: float  # seconds
    key: int  # 60 is middle C
    velocity: int  # 1..127


@dataclass(frozen=True, kw_only=True)
class Voice:
    """What one instrument plays."""

    program: int  # General MIDI, 0..127
    tones: tuple[Tone, ...]
    swells: bool = False  # its notes begin softly


class Composer:
    """The scale that a piece's voices share, and the chances of one piece."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._scale = rng.choice(_SCALES)
        self._root = rng.randrange(36, 48)

    def pads(self) -> Iterator[Voice]:
        """Long chords that overlap, each as long as it happens to be."""
        for program in self._some(_PADS, 1, 2):
            tones: list[Tone] = []
            at, mean = self._rng.uniform(0, 3), self._rng.uniform(3.5, 9)
            while at < SECONDS:
                length = self._irregular(mean, 0.35)
                loudness = self._rng.randrange(45, 100)
                for key in self._chord(self._rng.randrange(2, 6)):
                    late = abs(self._rng.gauss(0, 0.12))
                    tones.append(
                        self._tone(at + late, length * self._rng.uniform(1, 1.5), key, loudness)
                    )
                at += length
            yield self._voice(program, tones, swells=self._rng.random() < 0.7)

    def loops(self) -> Iterator[Voice]:
        """Short figures that return after 8 to 23 seconds, each after another time."""
        for program in self._some(_PADS + _BELLS + _PIANOS, 3, 6):
            period = self._rng.uniform(8, 23)
            figure = [
                (self._rng.uniform(0, 5), self._key(1, 4), self._rng.uniform(1, 6))
                for _ in range(self._rng.randrange(1, 4))
            ]
            start = self._rng.uniform(-period, period / 2)
            tones = [
                self._tone(
                    start + turn * period + after + self._rng.gauss(0, 0.15),
                    length,
                    key,
                    self._rng.randrange(50, 96),
                )
                for turn in range(math.ceil(2 * SECONDS / period))
                for after, key, length in figure
            ]
            yield self._voice(program, tones)

    def drone(self) -> Iterator[Voice]:
        """One or two low notes, held and now and then struck anew."""
        for program in self._some(_PADS, 1, 2):
            key = self._root - 12 * self._rng.randrange(2) + self._rng.choice((0, 0, 7))
            tones, at = [], 0.0
            while at < SECONDS:
                length = self._irregular(14, 0.4)
                tones.append(self._tone(at, length + 2, key, self._rng.randrange(50, 95)))
                at += length
            yield self._voice(program, tones, swells=True)

    def bells(self) -> Iterator[Voice]:
        """Bells in bursts, with long and short rests."""
        for program in self._some(_BELLS, 1, 2):
            tones, at = [], self._rng.uniform(0, 4)
            while at < SECONDS:
                for _ in range(self._rng.randrange(1, 6)):
                    tones.append(self._tone(at, 3.0, self._key(2, 4), self._rng.randrange(30, 90)))
                    at += self._irregular(0.5, 0.7)
                at += self._irregular(3.5, 0.6)
            yield self._voice(program, tones)

    def recitative(self) -> Iterator[Voice]:
        """A melody in the free rhythm of speech, by a singer or a wind or string player."""
        for program in self._some(_SOLOISTS, 1, 1):
            tones, at, degree = [], self._rng.uniform(0, 2), self._rng.randrange(7, 16)
            while at < SECONDS:
                pace = self._irregular(0.5, 0.3)  # of this breath
                for _ in range(self._rng.randrange(3, 12)):
                    length = self._irregular(pace, 0.65)
                    degree = min(20, max(4, degree + self._rng.choice((-2, -1, -1, 0, 1, 1, 2, 3))))
                    tones.append(
                        self._tone(
                            at, length * 1.05, self._degree(degree), self._rng.randrange(55, 105)
                        )
                    )
                    at += length
                at += self._irregular(1.8, 0.5)
            yield self._voice(program, tones)

    def free_piano(self) -> Iterator[Voice]:
        """Chords and runs that press on and hesitate, with rests to let them ring."""
        for program in self._some(_PIANOS, 1, 1):
            tones, at = [], self._rng.uniform(0, 1.5)
            while at < SECONDS:
                roll = self._rng.uniform(0, 0.1)
                chord = sorted(self._chord(self._rng.randrange(2, 5)))
                tones += [
                    self._tone(at + place * roll, 4.0, key, self._rng.randrange(40, 90))
                    for place, key in enumerate(chord)
                ]
                step = self._irregular(0.45, 0.5)
                for _ in range(self._rng.randrange(9)):
                    at += step
                    tones.append(self._tone(at, 2.5, self._key(2, 4), self._rng.randrange(35, 85)))
                    step = min(1.8, max(0.09, step * self._rng.uniform(0.6, 1.55)))
                at += self._irregular(2.2, 0.5)
            yield self._voice(program, tones)

    def tremolo(self) -> Iterator[Voice]:
        """Trembling chords, 8 to 14 uneven strokes a second, that swell and die away."""
        for program in self._some(_TREMOLOS, 1, 1):
            tones, at = [], self._rng.uniform(0, 3)
            while at < SECONDS:
                until, rate = at + self._irregular(5, 0.4), self._rng.uniform(8, 14)
                chord, middle, half = (
                    self._chord(self._rng.randrange(1, 4)),
                    (at + until) / 2,
                    (until - at) / 2,
                )
                while at < until:
                    loudness = 35 + round(60 * (1 - abs(at - middle) / half))
                    tones += [self._tone(at, 1.2 / rate, key, max(20, loudness)) for key in chord]
                    at += self._irregular(1 / rate, 0.25)
                at = until + self._irregular(1.5, 0.8)
            yield self._voice(program, tones)

    def rain(self) -> Iterator[Voice]:
        """Drops: many short notes, now dense and now sparse."""
        for program in self._some(_DRIPS, 1, 2):
            tones, at, density = [], 0.0, self._rng.uniform(1, 7)  # notes a second
            while at < SECONDS:
                at += self._rng.expovariate(density)
                density = min(12.0, max(0.4, density * math.exp(self._rng.gauss(0, 0.08))))
                tones.append(self._tone(at, 0.6, self._key(1, 4), self._rng.randrange(25, 90)))
            yield self._voice(program, tones)

    def booms(self) -> Iterator[Voice]:
        """Low strokes, rolls and risers, as at the turns of a film."""
        for program in (self._rng.choice(_BOOMS), self._rng.choice(_SWELLS)):
            tones, at = [], self._rng.uniform(0, 4)
            while at < SECONDS:
                strokes = 1 if self._rng.random() < 0.6 else self._rng.randrange(6, 25)
                loudness = self._rng.randrange(40, 80)
                for stroke in range(strokes):
                    tones.append(self._tone(at, 1.5, self._root - 12, loudness + stroke))
                    at += self._irregular(0.08, 0.3)
                at += self._irregular(4.5, 0.6)
            yield self._voice(program, tones)

    def choir(self) -> Iterator[Voice]:
        """Three to five singers or players, each moving when it likes."""
        program = self._rng.choice(_PADS + _SOLOISTS)
        tones = []
        for singer in range(self._rng.randrange(3, 6)):
            at, degree = self._rng.uniform(0, 4), 4 + 3 * singer
            while at < SECONDS:
                length = self._irregular(self._rng.uniform(1.5, 5), 0.5)
                tones.append(
                    self._tone(at, length, self._degree(degree), self._rng.randrange(45, 90))
                )
                at, degree = at + length, max(0, degree + self._rng.choice((-1, 1, 2, -2)))
        yield self._voice(program, tones, swells=self._rng.random() < 0.5)

    def _some(self, programs: tuple[int, ...], least: int, most: int) -> list[int]:
        return self._rng.sample(programs, self._rng.randint(least, most))

    def _irregular(self, mean: float, spread: float) -> float:
        """Seconds of about `mean`, log-normal; the spread is of their logarithms."""
        return mean * math.exp(self._rng.gauss(0, spread))

    def _degree(self, degree: int) -> int:
        octave, place = divmod(degree, len(self._scale))
        return min(108, self._root + 12 * octave + self._scale[place])

    def _key(self, low: int, high: int) -> int:
        """A key of the scale, `low` to below `high` octaves above the root."""
        return min(
            108, self._root + 12 * self._rng.randrange(low, high) + self._rng.choice(self._scale)
        )

    def _chord(self, size: int) -> set[int]:
        return {self._key(0, 3) for _ in range(size)}

    def _tone(self, at: float, length: float, key: int, velocity: int) -> Tone:
        return Tone(at=at, length=length, key=key, velocity=min(127, max(1, velocity)))

    def _voice(self, program: int, tones: list[Tone], *, swells: bool = False) -> Voice:
        inside = sorted((t for t in tones if 0 <= t.at < SECONDS), key=lambda tone: tone.at)
        return Voice(program=program, tones=tuple(inside), swells=swells)
