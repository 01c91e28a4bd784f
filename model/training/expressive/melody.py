"""Melodies: motifs that come back, leaps and steps, suspensions, breaths before a phrase."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

from pacetag.model.training.expressive.harmony import Harmony, harmony_at
from pacetag.model.training.expressive.piece import Metre, Tone

Motion = Literal["calm", "flowing", "lively", "running"]
Rhythm = tuple[float, ...]  # lengths in beats; a rest is negative

_T, _S = 1 / 3, 1 / 6
# What fills one, two, three or four beats, and how often.
_SIMPLE: Mapping[Motion, Sequence[tuple[Rhythm, float]]] = {
    "calm": (
        ((1,), 5), ((0.5, 0.5), 3), ((0.75, 0.25), 0.5), ((2,), 4), ((1.5, 0.5), 3), ((3,), 1),
        ((-1,), 0.5), ((4,), 0.7), ((0.5, 1, 0.5), 0.5), ((2, 1), 1),
    ),
    "flowing": (
        ((1,), 5), ((0.5, 0.5), 7), ((0.75, 0.25), 1.5), ((2,), 1), ((1.5, 0.5), 3),
        ((-0.5, 0.5), 1), ((0.5, 1, 0.5), 1), ((0.5, 0.25, 0.25), 1), ((_T, _T, _T), 0.4),
    ),
    "lively": (
        ((1,), 3), ((0.5, 0.5), 5), ((0.75, 0.25), 2), ((0.25, 0.25, 0.5), 2),
        ((0.25, 0.5, 0.25), 1), ((0.5, 0.25, 0.25), 3), ((0.25,) * 4, 3), ((-0.5, 0.5), 1),
        ((1.5, 0.5), 1), ((0.5, 1, 0.5), 1.5), ((0.75, 0.75, 0.5), 0.8),
    ),
    "running": (
        ((0.25,) * 4, 14), ((0.5, 0.25, 0.25), 2), ((0.5, 0.5), 1),
        ((-0.25, 0.25, 0.25, 0.25), 1),
    ),
}  # fmt: skip
_COMPOUND: Mapping[Motion, Sequence[tuple[Rhythm, float]]] = {
    "calm": (
        ((1,), 4), ((2 * _T, _T), 5), ((_T, _T, _T), 1.5), ((2,), 2), ((1 + 2 * _T, _T), 2),
        ((-1,), 0.4),
    ),
    "flowing": (
        ((1,), 2), ((2 * _T, _T), 6), ((_T, _T, _T), 5), ((0.5, _S, _T), 2), ((-_T, _T, _T), 1),
        ((1 + _T, 2 * _T), 0.5),
    ),
    "lively": (
        ((2 * _T, _T), 4), ((_T, _T, _T), 6), ((0.5, _S, _T), 2), ((_T, 2 * _T), 1),
        ((_T, _S, _S, _T), 1.5), ((-_T, _T, _T), 1),
    ),
    "running": (((_T, _T, _T), 8), ((_S,) * 6, 3), ((2 * _T, _T), 1)),
}  # fmt: skip
_TIED = 0.15  # share of bars into which the last note is held
_LEAP, _APPOGGIATURA = 0.16, 0.14  # shares of notes


def write_rhythm(rng: Random, metre: Metre, motion: Motion, beats: int) -> Rhythm:
    """Fill a number of beats from the stock of a motion."""
    stock, found, left = (_COMPOUND if metre.compound else _SIMPLE)[motion], list[float](), beats
    while left:
        fitting = [(cell, share) for cell, share in stock if round(_span(cell)) <= left]
        (cell,) = rng.choices([one for one, _ in fitting], [share for _, share in fitting])
        found += cell
        left -= round(_span(cell))
    return tuple(found)


def write_melody(
    rng: Random,
    metre: Metre,
    motion: Motion,
    harmonies: Sequence[Harmony],
    phrases: Sequence[int],
    *,
    centre: int,
    subject: Rhythm | None = None,
) -> list[Tone]:
    """Write a melody over the chords of a section.

    Args:
        phrases: lengths of the phrases in bars.
        centre: key about which it moves.
        subject: rhythm of the first bar, where voices share it.
    """
    motif = subject or write_rhythm(rng, metre, motion, metre.beats)
    answer = write_rhythm(rng, metre, motion, metre.beats)
    singer, found, start = _Singer(rng, harmonies, centre), list[Tone](), 0
    for bars in phrases:
        for bar in range(bars):
            fresh = write_rhythm(rng, metre, motion, metre.beats)
            rhythm = (motif, answer, motif, fresh)[bar % 4] if rng.random() < 0.75 else fresh
            if bar == bars - 1:
                rhythm = _closing(rng, metre, motion)
            phase = (bar + 0.5) / bars
            _sing(rng, singer, found, rhythm, start + bar * metre.beats, phase, tie=bar > 0)
        start += bars * metre.beats
    return found


def _sing(
    rng: Random,
    singer: _Singer,
    found: list[Tone],
    rhythm: Rhythm,
    beat: float,
    phase: float,
    *,
    tie: bool,
) -> None:
    """Add a bar, whose first note may be held over from the last one."""
    for number, length in enumerate(rhythm):
        held = tie and number == 0 and 0 < length <= 1 and len(rhythm) > 1
        if held and found and rng.random() < _TIED:
            last = found.pop()
            found.append(Tone(beat=last.beat, key=last.key, length=last.length + length))
        elif length > 0:
            found.append(Tone(beat=beat, key=singer.next(beat, phase), length=length))
        beat += abs(length)


def _closing(rng: Random, metre: Metre, motion: Motion) -> Rhythm:
    """The last bar of a phrase: it comes to rest, breathes, or leads on."""
    beats, third = metre.beats, 1 / 3 if metre.compound else 0.5
    lead = (third,) * round(1 / third)
    if beats == 2:
        return rng.choice(((2.0,), (1.0, -1.0), (1.0, 1.0), (1.0, *lead)))
    if motion == "running" and rng.random() < 0.6:
        return (*write_rhythm(rng, metre, motion, beats - 1), 1.0)
    ends: list[Rhythm] = [
        (float(beats),),
        (beats - 1.0, -1.0),
        (beats - 1.0, 1.0),
        (beats - 1.0, *lead),
        (1.0, beats - 1.0),
        (*lead, beats - 1.0),
    ]
    return rng.choice(ends)


def _span(rhythm: Rhythm) -> float:
    return sum(map(abs, rhythm))


class _Singer:
    """Chooses the keys of a melody one after the other."""

    def __init__(self, rng: Random, harmonies: Sequence[Harmony], centre: int) -> None:
        self._rng, self._harmonies, self._centre = rng, harmonies, centre
        self._key, self._resolve = centre, False

    def next(self, beat: float, phase: float) -> int:
        """The next key; on the beat a note of the chord, mostly."""
        chord, rng = harmony_at(self._harmonies, beat), self._rng
        goal = self._centre + 6 * math.sin(math.pi * phase) + rng.gauss(0, 3)
        up = goal > self._key
        strong = abs(beat - round(beat)) < 1e-6
        if self._resolve:
            self._key, self._resolve = self._step(chord, up=False), False
        elif strong and rng.random() < _APPOGGIATURA:
            self._key, self._resolve = self._near(chord, goal) + 2, True
            self._key = self._in_scale(chord, self._key)
        elif strong or rng.random() < _LEAP:
            reach = self._key + (rng.choice((2, 3, 4, 5, 7)) if up else -rng.choice((2, 3, 4, 5)))
            self._key = self._near(chord, reach)
        else:
            self._key = self._step(chord, up=up)
        return self._key

    def _near(self, chord: Harmony, key: float) -> int:
        low, high = self._centre - 12, self._centre + 14
        offered = [each for each in range(low, high) if each % 12 in chord.classes]
        return min(offered, key=lambda each: abs(each - key))

    def _step(self, chord: Harmony, *, up: bool) -> int:
        way = 1 if up else -1
        return next(key for key in range(self._key + way, self._key + 5 * way, way)
                    if key % 12 in chord.scale)  # fmt: skip

    def _in_scale(self, chord: Harmony, key: int) -> int:
        return key if key % 12 in chord.scale else key - 1
