"""People in the place of a machine: who plays late, who is uneven, and a tempo that breathes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.grooves.score import Score
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note

Players = Literal["all", "no drums", "drums only"]

_TIMING = 12.0  # ms; the widest spread of a player's onsets
_LAG = 8.0  # ms; the widest spread between players
_MOST_LAG = 2.5  # spreads; the most that anyone is late
_TOUCH = 12.0  # of 127; the widest spread of a player's velocities
_DRIFT = 0.01  # share; the farthest that the tempo goes from its mean
_SOFTER = 0.5  # share; how much softer a section can be than another
_NO_DRUMS, _ONLY_DRUMS = 0.06, 0.04  # shares of songs
_VOICE = 0.4
_FINER = 5  # MMA's 192 ticks a quarter would be 5 ms at 60 beats a minute
_BREATH = 8  # quarters over which the tempo is even


@dataclass(frozen=True, kw_only=True)
class Feel:
    """How a song is played. All zero is a machine."""

    timing: float = 0.0  # ms; spread of the onsets of the least even player
    lag: float = 0.0  # ms; spread of the constant lags of the players
    touch: float = 0.0  # of 127; spread of the velocities of the least even player
    drift: float = 0.0  # share of the tempo; the farthest from the mean, which is exact
    softer: float = 0.0  # share of the velocity that the softest section may lose
    players: Players = "all"
    voice: bool = False  # whether there is a sung line


def draw_feel(rng: random.Random, *, drums_alone: bool = False) -> Feel:
    """Draw how a song is played.

    Args:
        drums_alone: the style has hardly anything but drums, so all players stay.
    """
    feel = Feel(
        timing=round(rng.uniform(0, _TIMING), 2),
        lag=round(rng.uniform(0, _LAG), 2),
        touch=round(rng.uniform(0, _TOUCH), 2),
        drift=round(rng.uniform(0, _DRIFT), 5),
        softer=round(rng.choice((0.0, rng.uniform(0.1, _SOFTER))), 3),
        voice=rng.random() < _VOICE,
    )
    missing = rng.random()
    if missing < _NO_DRUMS and not drums_alone:
        return replace(feel, players="no drums")
    if missing > 1 - _ONLY_DRUMS:
        return replace(feel, players="drums only", voice=False)
    return feel


def send_away(score: Score, players: Players) -> Score:
    """Silence those who do not play."""
    if players == "all":
        return score
    drums = players == "drums only"
    return score.moved(lambda note: note if (note.channel == DRUM_CHANNEL) == drums else None)


def humanise(
    score: Score,
    feel: Feel,
    rng: random.Random,
    *,
    tempo: float,
    quarters: int,
    section_starts: Sequence[float] = (0.0,),
) -> Score:
    """Play a score as people do; the mean tempo stays what it was.

    Args:
        tempo: quarters per minute.
        quarters: length of the song.
        section_starts: quarters at which the arrangement changes.
    """
    fine = score.refined(_FINER)
    size = fine.ticks_per_quarter
    loudness = [1 - feel.softer * rng.random() for _ in section_starts]
    starts = [start * size for start in section_starts]
    hands = {channel: _Hand(feel, rng) for channel in range(16)}

    def move(note: Note) -> Note:
        section = max(0, int(np.searchsorted(starts, note.tick + size / 8, side="right")) - 1)
        late, heavier = hands[note.channel].strike(note.tick)
        velocity = round(note.velocity * loudness[section] + heavier)
        return replace(
            note,
            tick=max(0, note.tick + round(late * size * tempo / 60_000)),
            velocity=min(127, max(1, velocity)),
        )

    lengths = _lengths(feel.drift, rng, quarters) * 60e6 / tempo
    return fine.moved(move).timed(
        (quarter * size, round(length)) for quarter, length in enumerate(lengths)
    )


class _Hand:
    """One player's lag and unevenness."""

    def __init__(self, feel: Feel, rng: random.Random) -> None:
        self._rng = rng
        self._lag = min(_MOST_LAG, max(-_MOST_LAG, rng.gauss(0, 1))) * feel.lag
        self._timing = feel.timing * rng.uniform(0.4, 1)
        self._touch = feel.touch * rng.uniform(0.4, 1)
        self._together = (-1, 0.0)  # tick of the last chord, and how late it is in spreads

    def strike(self, tick: int) -> tuple[float, float]:
        """How late (ms) and how much heavier (of 127) a note is; those of a chord are close."""
        if self._together[0] != tick:
            self._together = (tick, self._rng.gauss(0, 1))
        # Squares add up to one, so that the spread is the one that was drawn.
        uneven = 0.8 * self._together[1] + 0.6 * self._rng.gauss(0, 1)
        return self._lag + self._timing * uneven, self._rng.gauss(0, self._touch)


def _lengths(drift: float, rng: random.Random, quarters: int) -> NDArray[np.float64]:
    """Lengths of the quarters about one: a slow random walk whose mean is exactly one."""
    steps = [rng.gauss(0, 1) for _ in range(quarters + _BREATH - 1)]
    walk = np.convolve(np.cumsum(steps), np.full(_BREATH, 1 / _BREATH), mode="valid")
    walk -= walk.mean()
    farthest = float(np.abs(walk).max(initial=0.0))
    return np.asarray(1 + walk * (drift / farthest if farthest else 0.0), np.float64)
