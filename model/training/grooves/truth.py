"""Which tempos fit a rendered song: the metrical levels that its MIDI events make sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["compatible", "unclear", "wrong"]

SOUNDS = 0.5  # share of its own pulses from which a level is compatible
SILENT = 0.15  # share below which it is wrong
SLOWEST_CLEAR_BPM = 52.0  # people rarely name a slower pace, whether it is there or not

# A section may differ from its song: where sections contradict each other a random clip of the song
# would get the wrong label, so the level is unclear.
SECTION_SOUNDS = 0.25
SECTION_SILENT = 0.35

# A note 20 dB below the song's strong ones does not carry a pulse; loudness goes with velocity².
AUDIBLE_VELOCITY = 0.3
_GRID = 12  # slots a beat: holds halves, thirds, quarters and sixths; tolerance 1/24 beat
_LOWEST_BPM, _HIGHEST_BPM = 36.0, 345.0  # a little beyond the 40 to 320 that is asked for


@dataclass(frozen=True, kw_only=True)
class Level:
    """One metrical level of a song."""

    name: str  # bar, beat/2, beat, beat*2, ...
    bpm: float
    verdict: Verdict
    share: float | None = None  # of the pulses it adds to the next slower level, those that sound


def sounding_grid(
    beats: NDArray[np.float64], velocities: NDArray[np.float64], n_beats: int
) -> NDArray[np.bool_]:
    """Say which twelfths of which beat are struck.

    Args:
        beats: [notes] onset times in beats.
        velocities: [notes] 1..127.
        n_beats: length of the song.

    Returns:
        [beats, 12]; a note counts for the nearest twelfth unless it is too soft to carry a pulse.
    """
    struck = np.zeros(n_beats * _GRID, dtype=bool)
    if len(beats):
        audible = velocities >= AUDIBLE_VELOCITY * np.quantile(velocities, 0.9)
        slots = np.rint(beats[audible] * _GRID).astype(int)
        struck[slots[(slots >= 0) & (slots < len(struck))]] = True
    return struck.reshape(n_beats, _GRID)


def find_levels(
    struck: NDArray[np.bool_],
    bpm: float,
    *,
    beats_per_bar: int,
    compound: bool = False,
    hemiola: bool = False,
    crossed: bool = False,
    section_starts: Sequence[int] = (0,),
) -> tuple[Level, ...]:
    """Judge the metrical levels of a song, slow to fast.

    Args:
        struck: [beats, 12] from `sounding_grid`, beginning on a downbeat.
        bpm: of the felt beat, the dotted quarter in a compound metre.
        beats_per_bar: felt beats.
        compound: the metre divides the beat by three, so that two and four are foreign to it.
        hemiola: every two beats may as well be felt as three.
        crossed: accents come every three half beats, so that only the half beats are certain.
        section_starts: beats at which the arrangement changes.
    """
    sections = np.split(struck, [start for start in section_starts if 0 < start < len(struck)])
    levels = [_slow(bpm, divisor, name) for divisor, name in _slower(beats_per_bar)]
    beat = _beat(sections, bpm, beats_per_bar)
    double = within(beat, _fast(sections, bpm, 2, (6,)))
    triple = within(beat, _fast(sections, bpm, 3, (4, 8)))
    if compound and double.verdict == "compatible":  # some band members play against the metre
        double = replace(double, verdict="unclear")
    levels += [beat, double, within(double, _fast(sections, bpm, 4, (3, 9)))]
    levels += [triple, within(triple, _fast(sections, bpm, 6, (2, 6, 10)))]
    if hemiola:
        levels.append(Level(name="hemiola", bpm=bpm * 1.5, verdict="unclear"))
    if crossed:
        levels = [replace(one, verdict="unclear") if one.bpm <= bpm else one for one in levels]
        levels += [
            Level(name=f"crossed/{divisor}", bpm=bpm * 2 / divisor, verdict="unclear")
            for divisor in (3, 6)
        ]
    return in_range(levels)


def _slower(beats_per_bar: int) -> list[tuple[int, str]]:
    """List the levels that the metre itself makes, as divisors of the beat."""
    inside = [(2, "beat/2")] if beats_per_bar == 4 else []
    return [*inside, (beats_per_bar, "bar"), (2 * beats_per_bar, "two bars")]


def _slow(bpm: float, divisor: int, name: str) -> Level:
    return Level(name=name, bpm=bpm / divisor, verdict="compatible")


def _beat(sections: Sequence[NDArray[np.bool_]], bpm: float, beats_per_bar: int) -> Level:
    """Judge the beat: written in the metre, so never wrong, but unclear when hardly struck."""
    # The pulses that the beat adds to the level below it: 2 and 4 of four, 2 and 3 of three.
    step = 2 if beats_per_bar % 2 == 0 else beats_per_bar
    added = [
        section[[beat for beat in range(len(section)) if beat % step], 0] for section in sections
    ]
    share, said = _judge([pulses.reshape(-1, 1) for pulses in added])
    return Level(
        name="beat",
        bpm=bpm,
        verdict="compatible" if said == "compatible" else "unclear",
        share=share,
    )


def _fast(
    sections: Sequence[NDArray[np.bool_]], bpm: float, factor: int, slots: Sequence[int]
) -> Level:
    share, said = _judge([section[:, slots] for section in sections])
    return Level(name=f"beat*{factor}", bpm=bpm * factor, verdict=said, share=share)


def _judge(pulses: Sequence[NDArray[np.bool_]]) -> tuple[float, Verdict]:
    """Judge a level by the pulses it adds, [beats, pulses a beat] for each section."""
    filled = [section for section in pulses if section.size]
    if not filled:
        return 0.0, "unclear"
    everything = np.concatenate(filled)
    return float(everything.mean()), judge_pulses(everything, filled)


def judge_pulses(struck: NDArray[np.bool_], sections: Sequence[NDArray[np.bool_]]) -> Verdict:
    """Judge a level by the pulses it adds [beats, pulses a beat], and by those of each section."""
    share = float(struck.mean())
    of_sections = [float(section.mean()) for section in sections]
    if share < SILENT and max(of_sections) < SECTION_SILENT:
        return "wrong"
    # The long-short of swing strikes one of two pulses every time: half of them, yet no even row.
    even = struck.mean(axis=0).min() >= SILENT
    if share >= SOUNDS and even and min(of_sections) >= SECTION_SOUNDS:
        return "compatible"
    return "unclear"


def within(slower: Level, faster: Level) -> Level:
    """A level needs the one it divides: it is never better than that."""
    order: tuple[Verdict, ...] = ("wrong", "unclear", "compatible")
    said = order[min(order.index(slower.verdict), order.index(faster.verdict))]
    return replace(faster, verdict=said)


def in_range(levels: Iterable[Level]) -> tuple[Level, ...]:
    """The levels that can be asked for, slow to fast; unclear those that are too slow to name."""
    inside = (level for level in levels if _LOWEST_BPM <= level.bpm <= _HIGHEST_BPM)
    return tuple(sorted(map(_unclear_if_slow, inside), key=lambda level: level.bpm))


def _unclear_if_slow(level: Level) -> Level:
    return level if level.bpm >= SLOWEST_CLEAR_BPM else replace(level, verdict="unclear")
