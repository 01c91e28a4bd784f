"""Which tempos fit a composed song: what the metre says, held against what was struck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evaluation.metrics import GREY
from pacetag.model.training.grooves.truth import (
    SOUNDS,
    Level,
    Verdict,
    find_levels,
    sounding_grid,
)
from pacetag.model.training.metres.kinds import Kind
from pacetag.model.training.songs import is_candidate

# What a beat is taken for: its thirds in twos, two beats in threes, and the halves of both.
_FOREIGN = (Fraction(3, 2), Fraction(2, 3), Fraction(4, 3), Fraction(3, 4))
_HALF = Fraction(1, 2)
_FEW = 0.25  # share of its pulses from which a half of a beat in thirds is not plainly wrong
_NEAR = 1 / 24  # beats; so far from its place a note still strikes a pulse


@dataclass(frozen=True, kw_only=True)
class Onsets:
    """What is struck, before people move it."""

    beats: NDArray[np.float64]  # [notes], from the start of the song
    velocities: NDArray[np.float64]  # [notes]
    length: int  # of the song, in beats
    section_starts: tuple[int, ...]  # in beats


def find_metre_levels(kind: Kind, bpm: float, onsets: Onsets) -> tuple[Level, ...]:
    """Judge the levels of a song, slow to fast, wrong ones that tempt among them."""
    struck = sounding_grid(onsets.beats, onsets.velocities, onsets.length)
    metrical = find_levels(
        struck, bpm, beats_per_bar=kind.beats, section_starts=onsets.section_starts
    )
    levels = [_within_metre(level, kind) for level in metrical]
    known = [level.bpm for level in levels if level.verdict != "wrong"]
    for ratio in sorted({*_foreign(kind), *kind.open, *kind.crossing} - {Fraction(1)}):
        level = _foreign_level(ratio, kind, bpm, onsets)
        if is_candidate(level.bpm) and not _near_any(level.bpm, known):
            levels = [one for one in levels if not _near_any(one.bpm, [level.bpm])] + [level]
    return tuple(sorted(levels, key=lambda level: level.bpm))


def _within_metre(level: Level, kind: Kind) -> Level:
    """What the metre adds to the verdict on one of its own levels."""
    if level.name == "beat" and Fraction(1) in kind.open:
        return replace(level, verdict="unclear")
    if kind.thirds and level.name in ("beat*2", "beat*4"):
        few = level.share is not None and level.share < _FEW
        return replace(level, verdict="wrong" if few or level.name == "beat*4" else "unclear")
    if kind.crossing and level.name in ("beat*3", "beat*6") and level.verdict == "compatible":
        return replace(level, verdict="unclear")
    return level


def _foreign(kind: Kind) -> set[Fraction]:
    """The ratios to the beat that the metre does not hold."""
    foreign = set(_FOREIGN)
    if kind.beats % 2:
        foreign.add(_HALF)
    if kind.groups:
        foreign |= {Fraction(parts, kind.beats) for parts in (2, 3, len(kind.groups))}
        foreign.add(Fraction(1, 3))
    return foreign - {Fraction(1, kind.beats)}


def _foreign_level(ratio: Fraction, kind: Kind, bpm: float, onsets: Onsets) -> Level:
    """A level beside the metre: wrong, unless people may differ or a part really plays it."""
    verdict: Verdict = "unclear" if ratio in kind.open else "wrong"
    share = None
    if ratio in kind.crossing:
        share = _share(ratio, onsets)
        verdict = "unclear" if share >= SOUNDS else verdict
    # The uneven groups of an odd bar may be stepped to; two a bar are a limp that is not run.
    if len(kind.groups) > 2 and ratio == Fraction(len(kind.groups), kind.beats):
        verdict = "unclear"
    return Level(name=f"beat*{ratio}", bpm=bpm * float(ratio), verdict=verdict, share=share)


def _share(ratio: Fraction, onsets: Onsets) -> float:
    """Share of a foreign level's pulses between the beats that are struck."""
    pulses = np.arange(0, onsets.length, 1 / float(ratio))
    own = pulses[np.abs(pulses - np.rint(pulses)) > _NEAR]
    if not len(own) or not len(onsets.beats):
        return 0.0
    places = np.sort(onsets.beats)
    after = np.clip(np.searchsorted(places, own), 0, len(places) - 1)
    before = np.maximum(after - 1, 0)
    off = np.minimum(np.abs(places[after] - own), np.abs(places[before] - own))
    return float((off <= _NEAR).mean())


def _near_any(bpm: float, others: Sequence[float]) -> bool:
    return any(abs(bpm / other - 1) <= GREY for other in others)
