"""A band that plays with a drummer, on the drummer's grid and with the drummer's swing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mido import Message

from pacetag.model.training.drummers.patterns import ARRANGEMENTS, Arrangement, Kind, Part
from pacetag.model.training.drummers.swing import Swing
from pacetag.model.training.drummers.takes import BEATS_PER_BAR
from pacetag.model.training.grooves.humanise import draw_feel, humanise
from pacetag.model.training.grooves.score import Score, Track
from pacetag.model.training.sources.midi import Note

TICKS = 480  # a beat, as composed; playing makes them finer
_PARTS = ("bass", "chords", "second", "lead")
_SHARES = {"bass": 0.95, "chords": 0.85, "second": 0.35, "lead": 0.45}  # of the songs
_CHANCE = 0.15  # share of the bars in which a player takes the other rhythm
_RESTS = 0.25  # share of the bars in which the lead pauses
_STROKE, _SOFT = 92, 62  # velocities
_VOLUME = (60, 115)  # of General MIDI, whose usual one is 100
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 10), (0, 2, 3, 5, 7, 9, 10)


@dataclass(frozen=True, kw_only=True)
class Players:
    """The music that a band reads, before it is played."""

    kind: Kind
    swing: Swing  # how the drummer swings
    bars: int
    # Beats of the click in a beat of the band: where sixteenths swing, jazz goes twice as fast.
    stretch: float = 1.0


def play(players: Players, rng: random.Random, *, bpm: float) -> Score:
    """Compose a band's notes and play them as people do; see `humanise` for the ticks."""
    arrangement = ARRANGEMENTS[players.kind]
    present = [part for part in _PARTS if rng.random() < _SHARES[part]] or ["bass"]
    roots, minor = _progression(rng, arrangement, players.bars), rng.random() < 0.4
    tracks = [
        _track(rng, arrangement, name, channel, players, roots, minor)
        for channel, name in enumerate(present)
    ]
    score = Score(ticks_per_quarter=TICKS, tracks=(Track(notes=(), others=()), *tracks))
    feel = replace(draw_feel(rng, drums_alone=True), drift=0.0, softer=0.0)
    return humanise(score, feel, rng, tempo=bpm, quarters=players.bars * BEATS_PER_BAR)


def warp(beat: float, swing: Swing) -> float:
    """Where a written place is played: the second of two even notes comes late."""
    if swing.ratio is None:
        return beat
    pulse, place = divmod(beat * swing.pulses, 1)
    middle = swing.ratio / (1 + swing.ratio)
    played = place * 2 * middle if place < 0.5 else middle + (place - 0.5) * 2 * (1 - middle)
    return (pulse + played) / swing.pulses


def _progression(rng: random.Random, arrangement: Arrangement, bars: int) -> list[int]:
    walk, tonic = rng.choice(arrangement.walks), rng.randrange(12)
    return [(tonic + walk[bar % len(walk)]) % 12 for bar in range(bars)]


def _track(
    rng: random.Random,
    arrangement: Arrangement,
    name: str,
    channel: int,
    players: Players,
    roots: Sequence[int],
    minor: bool,
) -> Track:
    part: Part = getattr(arrangement, name)
    strokes = list(_strokes(rng, part, players, pauses=name == "lead"))
    ends = [after for _, (after, _) in pairwise(strokes)] + [players.bars * BEATS_PER_BAR * 1.0]
    pitches = _Pitches(rng, _MINOR if minor else _MAJOR, walking=arrangement.walking)
    notes: list[Note] = []
    for (beat, velocity), end in zip(strokes, ends, strict=True):
        length = min(end - beat, 4.0 if part.long else 0.45)
        root = roots[min(len(roots) - 1, int(beat // BEATS_PER_BAR))]
        notes += (
            Note(
                tick=round(beat * TICKS),
                channel=channel,
                key=key,
                velocity=velocity,
                length=round(length * TICKS * 0.95),
            )
            for key in pitches.keys(name, root)
        )
    program = Message("program_change", channel=channel, program=rng.choice(part.programs))
    volume = Message("control_change", channel=channel, control=7, value=rng.randint(*_VOLUME))
    return Track(notes=tuple(sorted(notes)), others=((0, program), (0, volume)))


def _strokes(
    rng: random.Random, part: Part, players: Players, *, pauses: bool
) -> Iterator[tuple[float, int]]:
    """When (in beats of the click) and how hard a part is struck."""
    usual, other = rng.choice(part.rhythms), rng.choice(part.rhythms)
    level = rng.uniform(0.8, 1.15)
    written = BEATS_PER_BAR * players.stretch  # beats of the click in a written bar
    for bar in range(round(players.bars / players.stretch)):
        if pauses and rng.random() < _RESTS:
            continue
        rhythm = other if rng.random() < _CHANCE else usual
        for step, sign in enumerate(rhythm):
            if sign != ".":
                beat = warp(written * (bar + step / len(rhythm)), players.swing)
                velocity = round((_STROKE if sign == "x" else _SOFT) * level)
                yield beat, min(127, velocity)


class _Pitches:
    """Keys for each stroke of a part."""

    def __init__(self, rng: random.Random, scale: Sequence[int], *, walking: bool) -> None:
        self._rng, self._scale, self._walking = rng, scale, walking
        self._degree, self._last_root = 0, -1

    def keys(self, part: str, root: int) -> list[int]:
        """The keys of one stroke on the chord of `root`, a pitch class."""
        if part == "bass":
            return [28 + (root - 4) % 12 + self._bass(root)]
        if part == "lead":
            self._degree = max(-4, min(9, self._degree + self._rng.choice((-2, -1, -1, 1, 1, 2))))
            octave, degree = divmod(self._degree, len(self._scale))
            return [64 + root + 12 * octave + self._scale[degree]]
        chord = [root + self._scale[degree] for degree in (0, 2, 4, 6)[: 4 if self._walking else 3]]
        return sorted({52 + (key - 4) % 12 for key in chord})

    def _bass(self, root: int) -> int:
        new, self._last_root = root != self._last_root, root
        if new:
            self._degree = 0
        elif self._walking:
            self._degree = max(0, min(9, self._degree + self._rng.choice((-1, 1, 1, 2))))
        else:
            self._degree = self._rng.choice((0, 0, 0, 0, 4, 7))
        octave, degree = divmod(self._degree, len(self._scale))
        return 12 * octave + self._scale[degree]
