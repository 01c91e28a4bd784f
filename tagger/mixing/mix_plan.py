"""A mix as values: which beats of which song are played on which steps, and where songs join."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pacetag.db.records import SongRecord
from pacetag.tagger.mixing.clock import StepClock
from pacetag.tagger.mixing.song import HeardSong

LEAD = 0.1  # s of the mix before its first step, from which the first attack rises


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How many beats of a song pass on a step."""

    borders: tuple[float, ...] = ()  # steps at which it changes, rising
    beats: tuple[float, ...] = (1.0,)  # a step: before the first border, and behind each

    def between(self, start: float, steps: ArrayLike) -> NDArray[np.float64]:
        """Beats that pass from a step to others."""
        knots = np.array([start, *(each for each in self.borders if each > start)])
        rates = np.array(self.beats[len(self.beats) - len(knots) :])
        passed = np.concatenate([[0.0], np.cumsum(np.diff(knots) * rates[:-1])])
        asked = np.asarray(steps, np.float64)
        which = np.clip(np.searchsorted(knots, asked, side="right") - 1, 0, None)
        return np.asarray(passed[which] + (asked - knots[which]) * rates[which])

    def steps(self, start: float, beats: float) -> float:
        """The step at which so many beats have passed since another."""
        knots = [start, *(each for each in self.borders if each > start)]
        rates = self.beats[len(self.beats) - len(knots) :]
        left = beats
        for place, rate in enumerate(rates[:-1]):
            here = (knots[place + 1] - knots[place]) * rate
            if left <= here:
                return knots[place] + left / rate
            left -= here
        return knots[-1] + left / rates[-1]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A passage of a song on the steps of a mix."""

    song: int  # its place among the songs of the mix
    start: float  # step at which it begins to be heard
    end: float  # step at which it is gone
    entry: float  # step at which it is heard in full
    beat: float  # of the song, at `entry`
    fade_out: float = 0.0  # steps before `end` in which it fades
    rates: Rates = Rates()

    def beats_at(self, steps: ArrayLike) -> NDArray[np.float64]:
        """The beats of the song at steps of the mix."""
        return np.asarray(self.beat + self.rates.between(self.start, steps)) - float(
            self.rates.between(self.start, self.entry)
        )


@dataclass(frozen=True, kw_only=True)
class MixSong:
    """A song of a mix."""

    record: SongRecord
    heard: HeardSong
    gain: float  # dB
    start: float  # s of the mix at which it is heard in full


@dataclass(frozen=True, kw_only=True)
class Join:
    """Where a song is followed by the next, or by an earlier passage of its own."""

    step: float  # at which the outgoing one is gone
    at: float  # s of the mix
    outgoing: int  # places of the songs
    incoming: int
    fade: float  # s
    is_aligned: bool  # the beats of both are clear, and lie on one another
    apart: float | None  # s between beats of both that fall on the same step, in the median

    @property
    def is_repeat(self) -> bool:
        """Whether a passage is repeated."""
        return self.outgoing == self.incoming


@dataclass(frozen=True, kw_only=True)
class MixPlan:
    """All of a mix."""

    clock: StepClock
    songs: tuple[MixSong, ...]
    parts: tuple[Part, ...]
    joins: tuple[Join, ...]
    borders: tuple[float, ...]  # s of the mix at which blocks begin, the first left out
    short: tuple[float, ...] = ()  # s by which slots are shorter than planned, for lack of music

    @property
    def seconds(self) -> float:
        """How long it is."""
        if not self.parts:
            return 0.0
        return self.time_of(max(part.end for part in self.parts))

    def time_of(self, step: float) -> float:
        """s of the mix at which a step falls."""
        return LEAD + float(self.clock.time_of(step))
