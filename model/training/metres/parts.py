"""What each player of a song has written before them: a track a player, on the metre's grid."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mido import Message, MetaMessage

from pacetag.model.training.grooves.score import Track
from pacetag.model.training.metres.draw import MetrePlan, Section
from pacetag.model.training.metres.drums import KITS, TIGHT_KITS, Drummer
from pacetag.model.training.metres.kinds import Kind
from pacetag.model.training.metres.ornaments import with_gaps
from pacetag.model.training.metres.players import Player, draw_players, playing
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note

TICKS = 480  # a beat; MIDI's quarter is the felt beat here
_HIT_TICKS = 60
_HIT_VELOCITY = 110  # of the loudest drum
_TWO_THIRDS = 2 / 3
_WITH_GAPS = ("chords", "arps")
_PANS, _MIDDLE = (44, 84), 64  # of 0 to 127, left to right


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A song as it is written."""

    conductor: Track  # the tempo
    players: tuple[Player, ...]
    melodic: tuple[Track, ...]  # of the players, in their order
    drums: tuple[Track, ...]  # one, or none

    @property
    def notes(self) -> Iterator[Note]:
        """Every note of the song."""
        return (note for track in (*self.melodic, *self.drums) for note in track.notes)


def write_parts(plan: MetrePlan, kind: Kind, rng: random.Random) -> Parts:
    """Draw who plays, and write down what."""
    players = draw_players(kind, plan, rng)
    drummer = Drummer(kind, rng, lean=plan.lean) if plan.drums else None
    notes = _written(plan, kind, players, drummer, rng)
    for channel, player in enumerate(players):
        if player.role in _WITH_GAPS:
            notes[channel] = with_gaps(notes[channel], rng, plan.gaps, kind.beats * TICKS)
    kit = rng.choice(TIGHT_KITS if kind.tight else KITS)
    melodic = [
        _track(notes[channel], channel, player.program, rng.randint(*_PANS))
        for channel, player in enumerate(players)
    ]
    drums = [_track(notes[DRUM_CHANNEL], DRUM_CHANNEL, kit, _MIDDLE)] if plan.drums else []
    tempo = MetaMessage("set_tempo", tempo=round(60e6 / plan.bpm))
    return Parts(
        conductor=Track(notes=(), others=((0, tempo),)),
        players=tuple(players),
        melodic=tuple(melodic),
        drums=tuple(drums),
    )


def _written(
    plan: MetrePlan,
    kind: Kind,
    players: Sequence[Player],
    drummer: Drummer | None,
    rng: random.Random,
) -> dict[int, list[Note]]:
    """The notes of every channel, section by section."""
    notes: dict[int, list[Note]] = {channel: [] for channel in (*range(len(players)), DRUM_CHANNEL)}
    place = _Place(beats=kind.beats, swing=plan.swing)
    for first, section in zip(plan.section_bars, plan.sections, strict=True):
        heard = playing(players, section, plan.drums, rng)
        for player in heard:
            channel = players.index(player)
            notes[channel] += _played(player, section, channel, first, place)
        if drummer is not None:
            notes[DRUM_CHANNEL] += _drummed(drummer, section, first, place)
    return notes


def _played(
    player: Player, section: Section, channel: int, first: int, place: _Place
) -> Iterator[Note]:
    for sound in player.section(section):
        yield Note(
            tick=place.tick(first + sound.bar, sound.at),
            channel=channel,
            key=sound.key,
            velocity=sound.velocity,
            length=max(1, round(sound.lasts * place.beats * TICKS)),
        )


def _drummed(drummer: Drummer, section: Section, first: int, place: _Place) -> Iterator[Note]:
    for bar, hit in drummer.section(section.density, section.theme, section.bars):
        yield Note(
            tick=place.tick(first + bar, hit.at),
            channel=DRUM_CHANNEL,
            key=hit.key,
            velocity=round(hit.loudness * _HIT_VELOCITY),
            length=_HIT_TICKS,
        )


def _track(notes: Iterable[Note], channel: int, program: int, pan: int) -> Track:
    """A track that strikes each key once at a time, the loudest of those written."""
    loudest: dict[tuple[int, int], Note] = {}
    for note in notes:
        there = loudest.get((note.tick, note.key))
        if there is None or there.velocity < note.velocity:
            loudest[note.tick, note.key] = note
    setting = (
        (0, Message("program_change", channel=channel, program=program)),
        (0, Message("control_change", channel=channel, control=10, value=pan)),
    )
    return Track(notes=tuple(sorted(loudest.values())), others=setting)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where bars and their parts lie in time."""

    beats: int  # a bar
    swing: float | None  # where in the beat its last third falls

    def tick(self, bar: int, at: Fraction) -> int:
        beat, part = divmod(at * self.beats, 1)
        return round((bar * self.beats + beat + self._swung(float(part))) * TICKS)

    def _swung(self, part: float) -> float:
        """Bend a beat so that two thirds of it fall where the swing has them."""
        if self.swing is None:
            return part
        if part < _TWO_THIRDS:
            return part / _TWO_THIRDS * self.swing
        return self.swing + (part - _TWO_THIRDS) / (1 - _TWO_THIRDS) * (1 - self.swing)
