"""Which tempos fit a stretch of human drumming: levels judged with room for human timing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.drummers.swing import Swing
from pacetag.model.training.drummers.takes import BEATS_PER_BAR
from pacetag.model.training.grooves.truth import (
    AUDIBLE_VELOCITY,
    Level,
    Verdict,
    in_range,
    judge_pulses,
    within,
)

_SECTION_BEATS = 16  # a clip holds about as many
_SWUNG_SOUNDS = 0.3  # share of even divisions from which swing is not all that is heard
# Three against two, as in Afro-Cuban 12/8: strokes two thirds apart, and a beat that is left out.
_CROSSING = 0.35  # share of the bars' halves in which the third of these strokes is heard
_OPEN = 0.65  # share of its bars in which the beat is struck that is struck least
_CARRIED = 0.7  # share of all beats; from here on the beat is heard in spite of it
# Half a window about a pulse: a share of a beat, and at fast tempos the scatter of human hands.
_HALVES, _QUARTERS, _THIRDS = 0.07, 0.055, 0.05  # beats
_HANDS = 0.022  # seconds
_WIDEST = 0.1  # beats


@dataclass(frozen=True, kw_only=True)
class Played:
    """What is struck in a stretch, band included."""

    onsets: NDArray[np.float64]  # [notes] in beats, centred on the beat
    velocities: NDArray[np.float64]  # [notes] 1..127
    beats: int
    bpm: float

    def struck(self, places: Sequence[float], tolerance: float) -> NDArray[np.bool_]:
        """Whether each place in the beat, 0 to 1, is struck in each beat: [beats, places]."""
        width = min(_WIDEST, max(tolerance, _HANDS * self.bpm / 60))
        loud = self.velocities >= AUDIBLE_VELOCITY * np.quantile(self.velocities, 0.9)
        onsets = self.onsets[loud]
        found = np.zeros((self.beats, len(places)), bool)
        for column, place in enumerate(places):
            beat = np.rint(onsets - place)
            near = (np.abs(onsets - place - beat) <= width) & (beat >= 0) & (beat < self.beats)
            found[beat[near].astype(int), column] = True
        return found


def drummed_levels(played: Played, swing: Swing, drums: Played | None = None) -> tuple[Level, ...]:
    """Judge the metrical levels of a stretch in 4/4, slow to fast.

    The beat is the click that the drummer followed, so it is right, and its bars and halves are;
    but where three go against two it may be felt otherwise. `drums` are what is struck without the
    band, if there is one.
    """
    bpm = played.bpm
    levels = [
        Level(name=name, bpm=bpm / divisor, verdict="compatible")
        for name, divisor in (("two bars", 8), ("bar", 4), ("beat/2", 2), ("beat", 1))
    ]
    double = _double(played, swing)
    triple = _triple(played, swing)
    quadruple = within(double, _quadruple(played, swing))
    if swing.swung and swing.pulses == 2:
        sextuple: Verdict = "unclear"
    else:
        sextuple = "wrong" if triple.verdict == "wrong" else "unclear"
    levels += [double, triple, quadruple, Level(name="beat*6", bpm=bpm * 6, verdict=sextuple)]
    levels = (
        _crossed(played, drums or played, levels) if swing.swung and swing.pulses == 1 else levels
    )
    return in_range(levels)


def _crossed(played: Played, drums: Played, levels: list[Level]) -> list[Level]:
    """Leave open what three against two leaves open, if the drums play it."""
    of_bars = drums.struck([0.0], _HALVES).reshape(-1, BEATS_PER_BAR)
    crossing = drums.struck([1 / 3], _THIRDS)[1::2].mean()
    if crossing < _CROSSING or of_bars.mean(axis=0).min() >= _OPEN:
        return levels
    bpm = played.bpm
    hemiola = [
        Level(name=name, bpm=bpm * factor, verdict="unclear")
        for name, factor in (("hemiola", 3 / 2), ("hemiola/2", 3 / 4))
    ]
    if played.struck([0.0], _HALVES).mean() < _CARRIED:
        levels = [replace(one, verdict="unclear") if one.bpm <= bpm else one for one in levels]
    return [*levels, *hemiola]


def _double(played: Played, swing: Swing) -> Level:
    level = _level(played, 2, played.struck([0.5], _HALVES))
    return _swung(level) if swing.swung and swing.pulses == 1 else _uneven(level, swing, 1)


def _quadruple(played: Played, swing: Swing) -> Level:
    level = _level(played, 4, played.struck([0.25, 0.75], _QUARTERS))
    return _swung(level) if swing.swung and swing.pulses == 2 else _uneven(level, swing, 2)


def _triple(played: Played, swing: Swing) -> Level:
    level = _level(played, 3, played.struck([1 / 3, 2 / 3], _THIRDS))
    if swing.pulses == 1 and not swing.straight and level.verdict == "wrong":
        return replace(level, verdict="unclear")
    if swing.swung and swing.pulses == 2 and level.verdict == "compatible":
        return replace(level, verdict="unclear")  # late sixteenths come near to thirds
    return level


def _swung(level: Level) -> Level:
    """Even notes twice as fast are what swing is not, but for bars that are played straight."""
    few = level.share is not None and level.share < _SWUNG_SOUNDS
    return replace(level, verdict="wrong" if few else "unclear")


def _uneven(level: Level, swing: Swing, pulses: int) -> Level:
    """A little swing leaves open whether notes are even."""
    doubtful = swing.pulses == pulses and not swing.straight
    return replace(level, verdict="unclear") if doubtful else level


def _level(played: Played, factor: int, struck: NDArray[np.bool_]) -> Level:
    share = float(struck.mean())
    verdict = _judge(struck)
    return Level(name=f"beat*{factor}", bpm=played.bpm * factor, verdict=verdict, share=share)


def _judge(struck: NDArray[np.bool_]) -> Verdict:
    """Judge a level by the pulses it adds [beats, pulses a beat], as in rendered grooves."""
    starts = range(0, max(1, len(struck) - _SECTION_BEATS // 2), _SECTION_BEATS)
    return judge_pulses(struck, [struck[start : start + _SECTION_BEATS] for start in starts])
