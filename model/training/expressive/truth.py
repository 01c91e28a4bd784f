"""Which tempos fit a piece: what its notes make sound, and what its metre says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pacetag.model.training.expressive.perform import Performance, velocities
from pacetag.model.training.expressive.piece import Piece
from pacetag.model.training.grooves.truth import (
    SLOWEST_CLEAR_BPM,
    Level,
    find_levels,
    sounding_grid,
)

_CLEARER = 1.25  # by so much more must the parts with a beat be played than those without


def piece_levels(piece: Piece, performance: Performance) -> tuple[Level, ...]:
    """Judge the metrical levels by the notes as they are written, slow to fast."""
    struck = sounding_grid(
        np.array([note.beat for note in performance.notes]), velocities(performance), piece.beats
    )
    levels = find_levels(
        struck,
        piece.bpm,
        beats_per_bar=piece.metre.beats,
        compound=piece.metre.compound,
        section_starts=[bar * piece.metre.beats for bar in piece.sections],
    )
    cross = is_cross_metre(piece, performance)
    judged = [*_by_metre(levels, piece, cross=cross), *_foreign(piece, cross=cross)]
    return tuple(sorted(judged, key=lambda level: level.bpm))


def is_cross_metre(piece: Piece, performance: Performance) -> bool:
    """Whether three beats may as well be heard as two, or two as three: nothing tells 3/4 from 6/8.

    Of six parts of a bar, those on which one of them has a beat must be played more.
    """
    beats, compound = piece.metre.beats, piece.metre.compound
    if beats != 3 and not compound:
        return False
    span = 2 if compound else 3  # beats that may be divided otherwise
    weight = np.zeros(6)
    for note in performance.notes:
        part = note.beat % span / span * 6
        if abs(part - round(part)) < 0.01:
            weight[round(part) % 6] += (note.velocity / 100) ** 2
    if compound:
        own, other = weight[3], min(weight[2], weight[4])
    else:
        own, other = (weight[2] + weight[4]) / 2, weight[3]
    return bool(own < _CLEARER * other)


def _by_metre(levels: tuple[Level, ...], piece: Piece, *, cross: bool) -> Iterator[Level]:
    """Two and four are foreign to a beat of three."""
    for level in levels:
        if cross and level.name == "beat":
            yield replace(level, verdict="unclear")
        elif piece.metre.compound and level.name in ("beat*2", "beat*4"):
            yield replace(level, verdict="wrong")
        else:
            yield level


def _foreign(piece: Piece, *, cross: bool) -> Iterator[Level]:
    """What the beat is easily taken for, though the metre has no such level."""

    def wrong(name: str, ratio: float, *, known: bool = True) -> Level:
        clear = known and piece.bpm * ratio >= SLOWEST_CLEAR_BPM
        return Level(name=name, bpm=piece.bpm * ratio, verdict="wrong" if clear else "unclear")

    if piece.metre.beats == 3:
        yield wrong("beat/2", 1 / 2)
    if piece.metre.compound:
        yield wrong("beat*3/2", 3 / 2, known=not cross)
        yield wrong("beat*3/4", 3 / 4, known=not cross)
    elif piece.metre.beats == 3 and cross:
        yield wrong("beat*2/3", 2 / 3, known=False)
        yield wrong("beat*4/3", 4 / 3, known=False)
