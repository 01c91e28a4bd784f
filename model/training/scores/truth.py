"""Which tempos fit a stretch of a written score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pacetag.model.training.grooves.truth import Level, find_levels, sounding_grid
from pacetag.model.training.scores.pulse import Pulse, find_pulse
from pacetag.model.training.scores.score import Score

FASTEST_CLEAR_BPM = 310.0  # of faster steps nothing is known
SPLIT_CLEAR = 0.1  # by so much a beat must repeat better after halves than after thirds, or less

_SECTION_SECONDS = 12.0  # as long as a clip of a song that is judged by itself
_GROUPS = {5: (2,), 7: (2, 3)}  # uneven steps into which the beats of an odd bar are grouped
_RATIOS = (2 / 3, 3 / 2, 4 / 3, 3 / 4)  # of the beat: levels too, should the bar be another one


@dataclass(frozen=True, kw_only=True)
class ScoreTruth:
    """The beat of a stretch and its metrical levels."""

    beat: float  # bpm
    pulse: Pulse
    levels: tuple[Level, ...]  # slow to fast


def find_truth(part: Score) -> ScoreTruth | None:
    """Judge the levels of a stretch of constant tempo that begins on a beat.

    None where its notes keep to no grid, so that what is written about the tempo says nothing.
    """
    pulse = find_pulse(part) if part.end else None
    if pulse is None:
        return None
    onsets = part.onsets / pulse.quarters
    beats = int(onsets[-1]) + 1
    bpm = 60 * part.end / pulse.quarters / float(part.seconds(part.onsets)[-1])
    length = max(8, 8 * round(_SECTION_SECONDS * bpm / 60 / 8))
    starts = range(0, max(1, beats - length // 2), length)  # no stub of a section at the end
    phase = pulse.phase / pulse.quarters
    levels = find_levels(
        sounding_grid(onsets - phase, part.loudness, beats),
        bpm,
        beats_per_bar=pulse.bar or 4,
        section_starts=starts,
    )
    judged = [*_slow(levels, bpm, pulse), *_fast(levels, bpm, pulse), *_others(bpm, pulse)]
    return ScoreTruth(
        beat=bpm, pulse=pulse, levels=tuple(sorted(judged, key=lambda level: level.bpm))
    )


def _slow(levels: tuple[Level, ...], bpm: float, pulse: Pulse) -> Iterator[Level]:
    """Levels slower than the beat: unclear unless the bar is known."""
    for level in levels:
        if level.bpm < 0.99 * bpm:
            yield level if pulse.bar else replace(level, verdict="unclear")


def _fast(levels: tuple[Level, ...], bpm: float, pulse: Pulse) -> Iterator[Level]:
    """The beat and faster levels; halves and thirds of a beat exclude each other."""
    sounding = {level.name for level in levels if level.verdict == "compatible"}
    both = {"beat*2", "beat*3"} <= sounding
    halves, thirds = pulse.parts
    for level in levels:
        if level.bpm < 0.99 * bpm:
            continue
        by_three = level.name in ("beat*3", "beat*6")
        beaten = (halves - thirds if by_three else thirds - halves) > -SPLIT_CLEAR
        foreign = both and level.name != "beat" and beaten
        # Three beats to the bar or two of half as much again: only what both divide into is sure.
        foreign |= level.name == "beat" and pulse.bar == 3 and pulse.hemiola
        if foreign or level.bpm > FASTEST_CLEAR_BPM:
            yield level if level.verdict == "wrong" else replace(level, verdict="unclear")
        else:
            yield level


def _others(bpm: float, pulse: Pulse) -> Iterator[Level]:
    """Tempos beside the levels that cannot be called wrong."""

    def unclear(name: str, ratio: float) -> Level:
        return Level(name=name, bpm=bpm * ratio, verdict="unclear")

    if pulse.bar is None:
        yield unclear("beat/3", 1 / 3)
        for ratio in _RATIOS:
            yield unclear(f"beat*{ratio:.2f}", ratio)
    elif pulse.bar == 3 and pulse.hemiola:
        yield unclear("hemiola", 2 / 3)
        yield unclear("hemiola*2", 4 / 3)
    for groups in _GROUPS.get(pulse.bar or 0, ()):
        yield unclear(f"{groups} groups", groups / (pulse.bar or 1))
    if pulse.bar in (3, 5, 7) and pulse.halves:
        yield unclear("beat/2", 1 / 2)
