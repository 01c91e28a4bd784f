"""Where the beat of a written score lies, and how many make a bar: what repeats after how long.

What a MIDI file says of its beat may be a sequencer's default. A rhythm that repeats after whole
beats, and repeats best after whole bars, cannot be: the self-similarity of the notes decides, and
the notation where that leaves a choice (compare Foote and Uchihashi, "The beat spectrum", 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pacetag.model.training.scores.rhythm import Rhythm
from pacetag.model.training.scores.score import MetreChange, Score

BARS = (4, 3, 5, 7)  # beats of the bars that are told apart; 4 stands for 2 and 8 too

_DOTTED = (1.5, 4.5, 7.5)  # beats after which a pulse of dotted beats repeats and a beat does not
_MOST_BEATS = 28  # the longest lag that tells of the bar: seven bars of four, four of seven
_OVERRULED = 0.2  # by so much must the dotted beat repeat better for the notation to be wrong
_ON_GRID = 0.6  # resultant length from which notes lie on a grid
_BAR_CLEAR, _BAR_MARGIN = 0.05, 0.05  # how far whole bars must stand out, and before other bars
_EVEN = 0.05  # how much better an odd bar must repeat after an even number of beats
_FAMILY = {2: 4, 4: 4, 8: 4, 16: 4, 12: 4, 3: 3, 9: 3, 5: 5, 10: 5, 7: 7, 14: 7}


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """The beat of a stretch of music."""

    quarters: float  # of one beat
    phase: float  # quarter at which one lies
    bar: int | None  # beats: one of BARS, None if unknown
    notated: bool  # whether that is the beat of the notation
    hemiola: bool  # whether three beats may as well be heard as two
    halves: bool  # whether an odd bar repeats better after an even number of beats
    parts: tuple[float, float]  # how well it repeats after halves and after thirds of a beat


@dataclass(frozen=True, kw_only=True)
class _Notation:
    beat: float  # quarters
    bar: int | None  # one of BARS, if it is written
    changing: bool


def find_pulse(part: Score) -> Pulse | None:
    """Find the beat of a stretch that begins on a beat; None where the notes keep to no grid."""
    rhythm = Rhythm(part)
    written = _notation(part.metres)
    straight = rhythm.beat_repeats(written.beat)
    dotted = rhythm.repeats(written.beat * lag for lag in _DOTTED)
    beat = written.beat
    if dotted - straight >= _OVERRULED:
        beat *= 1.5
    elif beat == 1.5 and rhythm.beat_repeats(1.0) - rhythm.repeats(_DOTTED) >= _OVERRULED / 2:
        beat = 1.0
    parts, on_grid = _grid(rhythm, beat)
    if on_grid < _ON_GRID:
        own = rhythm.own_beat()
        if own is None:
            return None
        beat = own
        parts, on_grid = _grid(rhythm, beat)
    bar = _bar(rhythm, beat, written)
    steps = [n for n in range(1, 9) if n % (bar or 3)]
    even, uneven = (
        rhythm.repeats(beat * n for n in steps if n % 2 == remainder) for remainder in (0, 1)
    )
    return Pulse(
        quarters=beat,
        phase=rhythm.phase(beat, parts),
        bar=bar,
        notated=beat == written.beat,
        hemiola=beat != written.beat or dotted >= straight - 0.1,
        halves=even - uneven >= _EVEN,
        parts=(
            rhythm.repeats(beat * (n + 0.5) for n in range(8)),
            rhythm.repeats(beat * (n + third / 3) for n in range(4) for third in (1, 2)),
        ),
    )


def _notation(metres: Sequence[MetreChange]) -> _Notation:
    if not metres:
        return _Notation(beat=1.0, bar=None, changing=False)
    beats, unit = metres[0].beats, metres[0].unit
    if unit >= 8 and beats % 3 == 0 and beats > 3:  # 6/8 is two beats of three
        beat, beats = 12 / unit, beats // 3
    else:
        beat = 4 / max(unit, 4)  # whether 2/2 is four quarters or two halves, both are levels
    return _Notation(
        beat=beat,
        bar=_FAMILY.get(beats),
        changing=len({_FAMILY.get(change.beats) for change in metres}) > 1,
    )


def _grid(rhythm: Rhythm, beat: float) -> tuple[int, float]:
    """Into how many parts the notes divide a beat, and how well they keep to that."""
    kept = {parts: abs(rhythm.resultant(parts / beat)) for parts in (4, 3, 2, 6)}
    parts = max(kept, key=lambda number: kept[number])
    return parts, kept[parts]


def _bar(rhythm: Rhythm, beat: float, written: _Notation) -> int | None:
    """Which bar the beats group into: both rhythm and notation must agree where both speak."""
    alike = {n: rhythm.repeats([beat * n]) for n in range(1, _MOST_BEATS + 1)}

    def stands_out(beats: int) -> float:
        whole = [value for lag, value in alike.items() if lag % beats == 0]
        other = [value for lag, value in alike.items() if lag % beats]
        return float(np.mean(whole) - np.mean(other))

    contrast = {bar: stands_out(bar) for bar in BARS}
    contrast[4] = max(contrast[4], stands_out(2))
    first, second = sorted(BARS, key=lambda bar: -contrast[bar])[:2]
    clear = contrast[first] >= _BAR_CLEAR and contrast[first] - contrast[second] >= _BAR_MARGIN
    heard = first if clear else None
    if beat != written.beat or (written.bar is None and not written.changing):
        return heard
    return written.bar if heard in (written.bar, None) and not written.changing else None
