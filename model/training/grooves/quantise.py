"""The further libraries' rounded and played times, put back to what they stand for.

Casio's and Zoom's patterns were typed with one decimal: a sixteenth after the beat is `1.2` or
`1.3`, the last third of a beat `1.7`. Played so they would limp, and the truth would miss them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.grooves.score import Score
from pacetag.model.training.grooves.styles import Style
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note

Onsets = NDArray[np.float64]

_ROUNDED = frozenset({"casio", "zoom"})  # libraries typed with one decimal
_NEAR = 0.02  # quarters; what a player's or a randomised hand adds
_STRUM = 0.15  # quarters; as long may the strings of one stroke take

# Sixteenths that are swung, in files that look like straight ones.
_SWUNG_SIXTEENTHS = frozenset({"casio/16shuffle1", "casio/popshuffle2"})

_STRAIGHT = {0.2: 1 / 4, 0.3: 1 / 4, 0.7: 3 / 4, 0.8: 3 / 4}
_TRIPLETS = {0.3: 1 / 3, 0.7: 2 / 3}
_SEXTUPLETS = {0.2: 1 / 6, 0.3: 1 / 3, 0.7: 2 / 3, 0.8: 5 / 6}
_EIGHTHS = {0.6: 1 / 2}  # swung by a twelfth of a beat, which is counted in no other way

# What a note in a beat can be meant as, and the twelfth that stands for it: no level is made of
# the twelfths 1, 5, 7 and 11, so the thirty-seconds go there. Between a half and a swung half lies
# no thirty-second: what is played at .64 is swing.
_MEANT = {
    0: 0, 1 / 8: 1, 1 / 6: 2, 1 / 4: 3, 1 / 3: 4, 3 / 8: 5, 1 / 2: 6,
    7 / 12: 7, 2 / 3: 8, 3 / 4: 9, 5 / 6: 10, 7 / 8: 11, 1: 12,
}  # fmt: skip


def quantise_score(score: Score, style: Style, section_starts: Sequence[float]) -> Score:
    """Put the notes of a rounded library where they are meant to be; others stay.

    Args:
        section_starts: quarters at which the groove changes; each groove has its own division.
    """
    if style.library not in _ROUNDED:
        return score
    size = score.ticks_per_quarter
    parts = [round(start * size) for start in section_starts]
    fine = score.refined(4)  # a sixth is no whole number of ticks away from two tenths
    parts = [start * 4 for start in parts]
    notes = [note for track in fine.tracks for note in track.notes]
    meant = [
        _meant(style, [note for note in notes if _part(note.tick, parts) == part], size * 4)
        for part in range(len(parts))
    ]

    def move(note: Note) -> Note:
        shift = _shift(note.tick / (size * 4), meant[_part(note.tick, parts)])
        return replace(note, tick=note.tick + round(shift * size * 4))

    return fine.moved(move)


def quantised_onsets(
    notes: Sequence[Note], ticks_per_quarter: int, quarters_per_beat: float
) -> Onsets:
    """Put played onsets, by tick, to the twelfths of the beat that they are meant as.

    Returns:
        [notes] in beats.
    """
    first: dict[int, int] = {}  # by channel, where the stroke began that still rings
    ticks = np.zeros(len(notes))
    for index, note in enumerate(notes):
        begun = first.get(note.channel)
        strummed = begun is not None and note.tick - begun <= _STRUM * ticks_per_quarter
        if begun is None or not strummed or note.channel == DRUM_CHANNEL:
            first[note.channel] = begun = note.tick
        ticks[index] = begun
    beats = ticks / (ticks_per_quarter * quarters_per_beat)
    places, twelfths = np.array(list(_MEANT)), np.array(list(_MEANT.values()))
    whole = np.floor(beats)
    nearest = np.abs((beats - whole)[:, None] - places[None, :]).argmin(axis=1)
    return np.asarray(whole + twelfths[nearest] / 12, np.float64)


def _part(tick: int, parts: Sequence[int]) -> int:
    """Say in which section a tick lies; a note a little early belongs to the one it begins."""
    return max(0, int(np.searchsorted(parts, tick + 8, side="right")) - 1)


def _meant(style: Style, notes: Sequence[Note], ticks: int) -> Mapping[float, float]:
    """Decide what the tenths of a groove stand for: sixteenths, triplets, or triplet halves."""
    if style.name in _SWUNG_SIXTEENTHS:
        return _SEXTUPLETS
    counts: Counter[int] = Counter()
    for note in notes:
        place = note.tick / ticks % 1
        nearest = round(place * 10)
        if abs(place - nearest / 10) <= _NEAR:
            counts[nearest] += 1
    if style.library == "casio":  # where halves are frequent, sevens are sloppy sixteenths
        return _TRIPLETS if counts[5] < counts[7] else _STRAIGHT
    if counts[6] > counts[3] + counts[5] + counts[7]:
        return _EIGHTHS
    # Zoom's comments hold the exact grid; that is how its tenths were found to be meant.
    return _SEXTUPLETS if counts[3] + counts[7] > counts[2] else _STRAIGHT


def _shift(quarters: float, meant: Mapping[float, float]) -> float:
    place = quarters % 1
    for tenth, true in meant.items():
        if abs(place - tenth) <= _NEAR:
            return true - tenth
    return 0.0
