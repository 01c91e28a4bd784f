"""The performer: a written piece as a person plays it, with the seconds of every beat."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.expressive.expression import Expression
from pacetag.model.training.expressive.piece import Piece, Tone
from pacetag.model.training.expressive.tempo_map import TempoMap, draw_tempo_map

_SOFTEST, _LOUDEST = 30, 104  # velocities
_SHORTEST = 0.04  # seconds that a note sounds
_CHORD = 3  # notes that can be rolled
_CATCH = (0.05, 0.11)  # seconds after a new harmony at which the pedal catches it


@dataclass(frozen=True, kw_only=True, order=True)
class PlayedNote:
    """A note as it sounds."""

    start: float  # seconds
    part: int
    key: int
    end: float  # seconds
    velocity: int
    beat: float  # as it is written


@dataclass(frozen=True, kw_only=True)
class Performance:
    """A played piece."""

    notes: tuple[PlayedNote, ...]  # by start
    pedals: tuple[tuple[float, bool], ...]  # seconds, and whether the pedal goes down
    tempo_map: TempoMap


def perform(piece: Piece, expression: Expression, rng: Random) -> Performance:
    """Play a piece."""
    tempo_map = draw_tempo_map(piece, expression, rng)
    notes: list[PlayedNote] = []
    for part, player in enumerate(piece.parts):
        own = [tone for tone in piece.tones if tone.part == part]
        hand = _Hand(piece, expression, rng, part)
        for _, chord in groupby(own, key=lambda tone: tone.beat):
            notes += _strike(list(chord), hand, tempo_map, player.legato)
    return Performance(
        notes=tuple(sorted(notes)),
        pedals=tuple(_pedals(piece, tempo_map, rng)) if expression.pedalled else (),
        tempo_map=tempo_map,
    )


def velocities(performance: Performance) -> NDArray[np.float64]:
    """Velocities of the notes [notes]."""
    return np.array([note.velocity for note in performance.notes], float)


class _Hand:
    """One player's habits."""

    def __init__(self, piece: Piece, expression: Expression, rng: Random, part: int) -> None:
        self._piece, self._feel, self._rng = piece, expression, rng
        self.part, self._player = part, piece.parts[part]
        self._lag = 0.0 if part == 0 else abs(rng.gauss(0, expression.lag))
        self._timing = expression.timing * rng.uniform(0.5, 1)
        self._phrases = [bar * piece.metre.beats for bar in (*piece.phrases, piece.bars)]

    def lateness(self, count: int) -> list[float]:
        """Seconds by which the notes of a chord are late, from below."""
        rng, feel = self._rng, self._feel
        late = self._lag + rng.gauss(0, self._timing)
        if self._player.role == "melody":
            late -= feel.lead * rng.uniform(0.6, 1.0)
        spread = 0.0
        if count >= _CHORD and rng.random() < feel.rolled:
            spread = rng.uniform(20.0, feel.spread)
        steps = max(1, count - 1)
        return [
            (late + spread * number / steps + rng.gauss(0, 0.25 * self._timing)) / 1000
            for number in range(count)
        ]

    def velocity(self, beat: float) -> int:
        """Louder in the middle of a phrase and on strong beats."""
        feel, metre = self._feel, self._piece.metre
        index = int(np.searchsorted(self._phrases, beat, side="right")) - 1
        index = min(max(index, 0), len(self._phrases) - 2)
        start, end = self._phrases[index], self._phrases[index + 1]
        arc = math.sin(math.pi * min(1.0, max(0.0, (beat - start) / (end - start))))
        swell = 1 - feel.dynamics * (0.5 - arc * 0.8)
        within = beat % metre.beats
        strength = 1.0 if within < 0.01 else 0.5 if abs(within - round(within)) < 0.01 else 0.0
        accented = 1 + feel.accent * (strength - 0.5)
        plain = self._player.loudness * swell * accented
        return round(min(_LOUDEST, max(_SOFTEST, plain + self._rng.gauss(0, 3))))


def _strike(
    chord: Sequence[Tone], hand: _Hand, tempo_map: TempoMap, legato: float
) -> Iterator[PlayedNote]:
    """Play what begins together in one part."""
    late = hand.lateness(len(chord))
    for tone, lateness in zip(sorted(chord, key=lambda one: one.key), late, strict=True):
        written, until = tempo_map.at(np.array([tone.beat, tone.beat + tone.length * legato]))
        start = max(0.0, float(written) + lateness)
        yield PlayedNote(
            start=start,
            end=max(float(until), start + _SHORTEST),
            part=hand.part,
            key=tone.key,
            velocity=hand.velocity(tone.beat),
            beat=tone.beat,
        )


def _pedals(piece: Piece, tempo_map: TempoMap, rng: Random) -> Iterator[tuple[float, bool]]:
    """The pedal goes up with each new harmony, and catches it a moment later."""
    for second in tempo_map.at(np.array(piece.harmonies)):
        yield float(second), False
        yield float(second) + rng.uniform(*_CATCH), True
    yield float(tempo_map.seconds[-1]) + 1.0, False
