"""What each song of human drummers will be: which stretch, how fast, on which kit, with whom."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pacetag.model.training.drummers.patterns import Kind, kind_of
from pacetag.model.training.drummers.swing import Swing, clearness, find_swing
from pacetag.model.training.drummers.takes import BEATS_PER_BAR, Take
from pacetag.model.training.grooves.draw import FONTS

LONGEST = 75.0  # seconds
_SWUNG_STRETCHES, _STRAIGHT_STRETCHES = 3, 2
_SECONDS_A_STRAIGHT_STRETCH = 45.0  # of the take: the straight ones are many
_SWING_STYLES = ("jazz", "shuffle")
_TEMPO = 0.08  # share by which a take is played faster or slower at most
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
class DrummerPlan:
    """Everything that makes one song; equal plans give equal songs."""

    name: str
    seed: int  # of the song's own random numbers
    take: Take
    swing: Swing
    start: int  # beats from the beginning of the take, a downbeat
    beats: int  # whole bars
    bpm: float
    kit: int  # program of the drums' channel
    font: str  # path
    gain: float
    reverb: bool
    room: bool
    kind: Kind
    band: bool


def plan_songs(takes: Sequence[Take], seed: int) -> tuple[DrummerPlan, ...]:
    """Plan all songs of the takes: swung ones in four versions, straight ones in one."""
    return tuple(plan for take in takes for plan in _plan_take(take, seed))


def stretches(take: Take, most: int, seconds: float) -> list[tuple[int, int]]:
    """Cut a take into at most `most` stretches: first beats and lengths in beats.

    They do not overlap and lie far apart; each is of whole bars and at most LONGEST, also when the
    take is played slower. There is one for each `seconds` of the take.
    """
    count = max(1, min(most, int(take.beats * 60 / take.bpm // seconds)))
    longest = LONGEST * take.bpm * (1 - _TEMPO) / 60
    length = _whole_bars(min(take.beats / count, longest))
    gap = (take.beats - length) / max(1, count - 1)
    return [(_whole_bars(gap * number), length) for number in range(count)]


def _whole_bars(beats: float) -> int:
    return int(beats // BEATS_PER_BAR) * BEATS_PER_BAR


def is_swing(take: Take, swing: Swing) -> bool:
    """Whether a take is swing or shuffle, rather than straight with uneven sixteenths.

    Where sixteenths of jazz or a shuffle swing, the click went half as fast as the music.
    """
    return swing.swung and (swing.pulses == 1 or any(word in take.style for word in _SWING_STYLES))


def _plan_take(take: Take, seed: int) -> Iterator[DrummerPlan]:
    if clearness(take.onsets) < _CLEAR:
        return  # away from the click: there is no knowing what the beat is
    swing = find_swing(take.onsets, take.timekeepers)
    if is_swing(take, swing):
        for number, place in enumerate(stretches(take, _SWUNG_STRETCHES, LONGEST)):
            for version in range(4):
                yield _draw(take, swing, seed, (number, version), place, band=version % 2 == 1)
        return
    rng = song_random(seed, take.id)
    band = rng.random() < _WITH_BAND
    places = stretches(take, _STRAIGHT_STRETCHES, _SECONDS_A_STRAIGHT_STRETCH)
    for number, place in enumerate(places):
        yield _draw(take, swing, seed, (number, 0), place, band=band == (number == 0))


def _draw(
    take: Take,
    swing: Swing,
    seed: int,
    which: tuple[int, int],
    place: tuple[int, int],
    *,
    band: bool,
) -> DrummerPlan:
    """Draw one version; the first two of a stretch keep the take's tempo."""
    name = f"{take.id.replace('/', '-')}-{which[0]}-{which[1]}"
    rng = song_random(seed, name)
    kind = kind_of(take.style, swung=is_swing(take, swing))
    return DrummerPlan(
        name=name,
        seed=rng.getrandbits(32),
        take=take,
        swing=swing,
        start=place[0],
        beats=place[1],
        bpm=take.bpm * (1 + rng.uniform(-_TEMPO, _TEMPO) if which[1] >= 2 else 1.0),
        kit=rng.choice(_KITS[kind]),
        font=rng.choices(tuple(FONTS), _FONT_SHARES)[0],
        gain=round(math.exp(rng.uniform(*map(math.log, _GAIN))), 3),
        reverb=rng.random() < 0.5,
        room=rng.random() < _ROOMS,
        kind=kind,
        band=band,
    )


def song_random(seed: int, name: str) -> random.Random:
    """Make the random source of one song, independent of all others."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))
