"""A band that plays with a drummer, on the drummer's grid and with the drummer's swing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
_LONG, _SHORT = 4.0, 0.45  # beats; how long a note sounds at most
_LEGATO = 0.95  # share of the time to the next note
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
    harmony = _draw_harmony(rng, arrangement, players.bars)
    tracks = [
        _track(rng, _Seat(name=name, channel=channel, arrangement=arrangement), players, harmony)
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


@dataclass(frozen=True, kw_only=True)
class _Harmony:
    """The chords of a song."""

    roots: tuple[int, ...]  # pitch class of each bar
    scale: tuple[int, ...]  # semitones above each root


@dataclass(frozen=True, kw_only=True)
class _Seat:
    """One player's place in the band."""

    name: str  # of the part
    channel: int
    arrangement: Arrangement

    @property
    def part(self) -> Part:
        part: Part = getattr(self.arrangement, self.name)
        return part


@dataclass(frozen=True, kw_only=True)
class _Stroke:
    """One note or chord, before it has a pitch."""

    beat: float  # of the click
    velocity: int


def _draw_harmony(rng: random.Random, arrangement: Arrangement, bars: int) -> _Harmony:
    walk, tonic = rng.choice(arrangement.walks), rng.randrange(12)
    roots = tuple((tonic + walk[bar % len(walk)]) % 12 for bar in range(bars))
    return _Harmony(roots=roots, scale=_MINOR if rng.random() < 0.4 else _MAJOR)


def _track(rng: random.Random, seat: _Seat, players: Players, harmony: _Harmony) -> Track:
    strokes = list(_strokes(rng, seat.part, players, pauses=seat.name == "lead"))
    notes = tuple(sorted(_notes(rng, seat, strokes, harmony)))
    program = Message(
        "program_change", channel=seat.channel, program=rng.choice(seat.part.programs)
    )
    volume = Message("control_change", channel=seat.channel, control=7, value=rng.randint(*_VOLUME))
    return Track(notes=notes, others=((0, program), (0, volume)))


def _strokes(
    rng: random.Random, part: Part, players: Players, *, pauses: bool
) -> Iterator[_Stroke]:
    """When and how hard a part is struck."""
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
                yield _Stroke(beat=beat, velocity=min(127, velocity))


def _notes(
    rng: random.Random, seat: _Seat, strokes: Sequence[_Stroke], harmony: _Harmony
) -> Iterator[Note]:
    """Give strokes pitches and lengths."""
    pitches = _Pitches(rng, harmony.scale, walking=seat.arrangement.walking)
    ends = [after.beat for after in strokes[1:]] + [len(harmony.roots) * float(BEATS_PER_BAR)]
    for stroke, end in zip(strokes, ends, strict=True):
        length = min(end - stroke.beat, _LONG if seat.part.long else _SHORT)
        bar = min(len(harmony.roots) - 1, int(stroke.beat // BEATS_PER_BAR))
        for key in pitches.keys(seat.name, harmony.roots[bar]):
            yield Note(
                tick=round(stroke.beat * TICKS),
                channel=seat.channel,
                key=key,
                velocity=stroke.velocity,
                length=round(length * TICKS * _LEGATO),
            )


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
