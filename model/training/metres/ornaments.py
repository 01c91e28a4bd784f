"""What people add to written notes and machines do not: strummed chords and grace notes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from pacetag.model.training.grooves.score import Track
from pacetag.model.training.sources.midi import Note

STRUMMED = frozenset({*range(24, 32), 46, 105, 106, 107, 15, 6})  # guitars, harps, banjos
_NEIGHBOURS = (-2, -1, 1, 2, 3)  # semitones
_SOFTER = 0.75  # of the note that is graced


def strummed(track: Track, rng: random.Random, ticks: float) -> Track:
    """Spread every chord upwards, now and then downwards, over about `ticks`."""
    spread: list[Note] = []
    for _, together in groupby(track.notes, key=lambda note: note.tick):
        chord = list(together)
        if rng.random() < 0.3:
            chord.reverse()
        step = ticks * rng.uniform(0.5, 1.0) / max(1, len(chord) - 1)
        spread += [
            replace(note, tick=note.tick + round(place * step), length=max(1, note.length))
            for place, note in enumerate(chord)
        ]
    return replace(track, notes=tuple(sorted(spread)))


def graced(track: Track, rng: random.Random, share: float, ticks: int) -> Track:
    """Put a short note of a neighbouring key before a `share` of the notes that have room."""
    notes: list[Note] = list(track.notes[:1])
    for before, note in pairwise(track.notes):
        start = note.tick - ticks
        if rng.random() < share and start > before.tick + ticks:
            notes.append(_grace(note, rng, start, ticks))
        notes.append(note)
    return replace(track, notes=tuple(sorted(notes)))


def _grace(note: Note, rng: random.Random, start: int, ticks: int) -> Note:
    key = min(120, max(1, note.key + rng.choice(_NEIGHBOURS)))
    velocity = max(1, round(note.velocity * _SOFTER))
    return replace(note, tick=start, key=key, velocity=velocity, length=max(1, ticks - 1))


def with_gaps(notes: Sequence[Note], rng: random.Random, share: float, bar: int) -> list[Note]:
    """Leave out a `share` of the strokes, chords as a whole, but none on a downbeat."""
    left_out = {
        tick
        for tick in sorted({note.tick for note in notes})
        if tick % bar and rng.random() < share
    }
    return [note for note in notes if note.tick not in left_out]
