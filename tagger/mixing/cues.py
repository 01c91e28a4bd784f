"""What is heard beside the music: a click on each step, and tones where blocks begin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.mixing.mix_plan import MixPlan

_CLICK_HERTZ, _CLICK_SECONDS = 1_500.0, 0.03
_TONES = (660.0, 784.0, 988.0)  # Hz, rising; falling the other way round
_SAME = (784.0, 784.0, 784.0)  # where the cadence stays
_TONE_SECONDS = 0.14
_TONE_LEVEL = 10 ** (-14 / 20)  # of a tone's highest sample
_DUCKED = 10 ** (-8 / 20)  # of the music while tones sound
_DUCK_SECONDS = 0.15  # s in which the music falls, and rises again
_SETTLED = 0.5  # steps a minute by which the cadence must change to be said

Samples = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What was asked for beside the music."""

    click: float | None = None  # dB of full scale; None: no click
    cues: bool = False


@dataclass(frozen=True, kw_only=True)
class _Sound:
    at: int  # sample of the mix at which it begins
    samples: NDArray[np.float32]  # [n]


class Accompaniment:
    """Lays clicks and cues over the music, block by block."""

    def __init__(self, plan: MixPlan, extras: Extras, rate: int) -> None:
        self._rate = rate
        self._clicks = click_times(plan) if extras.click is not None else np.zeros(0)
        self._click = _click(rate) * np.float32(10 ** ((extras.click or 0.0) / 20))
        self._cues = list(_cues(plan, rate)) if extras.cues else []
        self._ducks = _groups(self._cues, rate)

    def over(self, music: Samples, start: int) -> Samples:
        """Music [2, n] that begins at a sample of the mix, with what sounds beside it."""
        stop = start + music.shape[1]
        times = np.arange(start, stop) / self._rate
        for low, high in self._ducks:
            if low - 1 < times[-1] and high + 1 > times[0]:
                knots = [low - _DUCK_SECONDS, low, high, high + _DUCK_SECONDS]
                music = music * np.interp(times, knots, [1, _DUCKED, _DUCKED, 1]).astype(np.float32)
        added = np.zeros(music.shape[1], np.float32)
        begins = np.rint(self._clicks * self._rate).astype(int)
        for at in begins[(begins > start - len(self._click)) & (begins < stop)]:
            _lay(added, self._click, int(at) - start)
        for cue in self._cues:
            _lay(added, cue.samples, cue.at - start)
        return np.asarray(music + added)


def click_times(plan: MixPlan) -> NDArray[np.float64]:
    """s of the mix at which steps fall."""
    last = max(part.end for part in plan.parts)
    return np.array([plan.time_of(step) for step in range(int(last) + 1)])


def _click(rate: int) -> Samples:
    """A soft click: a high tone that dies away."""
    clock = np.arange(round(_CLICK_SECONDS * rate)) / rate
    return (np.exp(-clock * 200) * np.sin(2 * np.pi * _CLICK_HERTZ * clock)).astype(np.float32)


def _cues(plan: MixPlan, rate: int) -> Sequence[_Sound]:
    """Three tones on the steps to each border, the last on the border: up, down, or the same."""
    found = []
    for leg, before in zip(plan.clock.legs[1:], plan.clock.legs, strict=False):
        change = leg.last - before.first if leg.first == before.last else leg.first - before.last
        tones = _SAME if abs(change) < _SETTLED else _TONES[:: 1 if change > 0 else -1]
        border = round(leg.steps)
        for step, hertz in zip(range(border - 2, border + 1), tones, strict=True):
            at = round(plan.time_of(step) * rate)
            found.append(_Sound(at=at, samples=_tone(hertz, rate)))
    return found


def _tone(hertz: float, rate: int) -> Samples:
    clock = np.arange(round(_TONE_SECONDS * rate)) / rate
    shape = np.minimum(1.0, np.minimum(clock, _TONE_SECONDS - clock) / 0.01)
    tone = np.sin(2 * np.pi * hertz * clock) + 0.3 * np.sin(4 * np.pi * hertz * clock)
    return (_TONE_LEVEL * shape * tone).astype(np.float32)


def _groups(cues: Sequence[_Sound], rate: int) -> list[tuple[float, float]]:
    """The begin and end in s of each three tones."""
    threes = [cues[place : place + 3] for place in range(0, len(cues), 3)]
    return [(three[0].at / rate, three[-1].at / rate + _TONE_SECONDS) for three in threes]


def _lay(onto: Samples, sound: Samples, at: int) -> None:
    """Add a sound to samples [n], from one of them on; what lies outside is left out."""
    first, last = max(0, at), min(len(onto), at + len(sound))
    if first < last:
        onto[first:last] += sound[first - at : last - at]
