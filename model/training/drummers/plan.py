"""What each song of human drummers will be: which stretch, how fast, on which kit, with whom."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pacetag.model.training.drummers.patterns import Kind, kind_of
from pacetag.model.training.drummers.swing import Swing, clearness, find_swing
from pacetag.model.training.drummers.takes import BEATS_PER_BAR, Take
from pacetag.model.training.sources.sound import FONTS

LONGEST = 75.0  # seconds
_SWUNG_STRETCHES, _STRAIGHT_STRETCHES = 3, 2
_SECONDS_A_STRAIGHT_STRETCH = 45.0  # of the take: the straight ones are many
_VERSIONS = 4  # of a swung stretch: alone and with a band, at the take's tempo and close to it
_SWING_STYLES = ("jazz", "shuffle")
_TEMPO = 0.08  # share by which a version is faster or slower at most
_WITH_BAND = 0.6  # share of the straight stretches
_CLEAR = 0.3  # of a take's notes, see `clearness`
_GAIN = (0.3, 1.4)  # of FluidSynth
_FONT_SHARES = (6, 5, 1)  # in the order of FONTS; the last one takes seconds to unpack
_ROOMS = 0.3  # share of the songs

# Drum kits of General MIDI, as program numbers from 0: standard, room, power, electronic, TR-808,
# jazz, brush. Not the orchestra's (48), whose timpani lie where hi-hats and rides are.
_KITS: dict[Kind, tuple[int, ...]] = {
    "jazz": (0, 8, 32, 32, 40, 40),
    "shuffle": (0, 0, 8, 16, 32),
    "rock": (0, 0, 8, 16, 16, 24),
    "funk": (0, 0, 8, 16, 24, 25),
    "latin": (0, 0, 8, 16, 25),
}


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a take, of whole bars."""

    start: int  # beats from the beginning of the take
    beats: int


@dataclass(frozen=True, kw_only=True)
class DrummerPlan:
    """Everything that makes one song; equal plans give equal songs."""

    name: str
    seed: int  # of the song's own random numbers
    take: Take
    swing: Swing
    stretch: Stretch
    bpm: float
    kit: int  # program of the drums' channel
    font: str  # path
    gain: float
    reverb: bool
    room: bool
    kind: Kind
    band: bool


def plan_songs(takes: Sequence[Take], seed: int) -> tuple[DrummerPlan, ...]:
    """Plan all songs of the takes: swung stretches in four versions, straight ones in one."""
    return tuple(plan for take in takes for plan in _plan_take(take, seed))


def stretches(take: Take, most: int, seconds: float) -> list[Stretch]:
    """Cut a take into at most `most` stretches, one for each `seconds` of it.

    They do not overlap and lie far apart; each is at most LONGEST, also when it is played slower.
    """
    count = max(1, min(most, int(take.beats * 60 / take.bpm // seconds)))
    longest = LONGEST * take.bpm * (1 - _TEMPO) / 60
    length = _whole_bars(min(take.beats / count, longest))
    gap = (take.beats - length) / max(1, count - 1)
    return [Stretch(start=_whole_bars(gap * number), beats=length) for number in range(count)]


def is_swing(take: Take, swing: Swing) -> bool:
    """Whether a take is swing or shuffle, rather than straight with uneven sixteenths.

    Where sixteenths of jazz or a shuffle swing, the click went half as fast as the music.
    """
    return swing.swung and (swing.pulses == 1 or any(word in take.style for word in _SWING_STYLES))


def _whole_bars(beats: float) -> int:
    return int(beats // BEATS_PER_BAR) * BEATS_PER_BAR


def _plan_take(take: Take, seed: int) -> Iterator[DrummerPlan]:
    if clearness(take.onsets) < _CLEAR:
        return  # away from the click: there is no knowing what the beat is
    swing = find_swing(take.onsets, take.timekeepers)
    if is_swing(take, swing):
        for number, stretch in enumerate(stretches(take, _SWUNG_STRETCHES, LONGEST)):
            for version in range(_VERSIONS):
                spread = 0.0 if version < 2 else _TEMPO
                plan = _draw(take, swing, stretch, f"{number}-{version}", seed, spread)
                yield replace(plan, band=version % 2 == 1)
        return
    band = song_random(seed, take.id).random() < _WITH_BAND
    places = stretches(take, _STRAIGHT_STRETCHES, _SECONDS_A_STRAIGHT_STRETCH)
    for number, stretch in enumerate(places):
        plan = _draw(take, swing, stretch, f"{number}-0", seed)
        yield replace(plan, band=band == (number == 0))


def _draw(
    take: Take, swing: Swing, stretch: Stretch, which: str, seed: int, spread: float = 0.0
) -> DrummerPlan:
    """Draw the sound of a version, without a band; its tempo is within `spread` of the take's."""
    name = f"{take.id.replace('/', '-')}-{which}"
    rng = song_random(seed, name)
    kind = kind_of(take.style, swung=is_swing(take, swing))
    return DrummerPlan(
        name=name,
        seed=rng.getrandbits(32),
        take=take,
        swing=swing,
        stretch=stretch,
        bpm=take.bpm * (1 + rng.uniform(-spread, spread) if spread else 1.0),
        kit=rng.choice(_KITS[kind]),
        font=rng.choices(tuple(FONTS), _FONT_SHARES)[0],
        gain=round(math.exp(rng.uniform(*map(math.log, _GAIN))), 3),
        reverb=rng.random() < 0.5,
        room=rng.random() < _ROOMS,
        kind=kind,
        band=False,
    )


def song_random(seed: int, name: str) -> random.Random:
    """Make the random source of one song, independent of all others."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))
