"""A song's plan as MIDI: every player's notes, swung, and moved by people's hands."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from mido import Message, MetaMessage, MidiFile

from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.humanise import humanise
from pacetag.model.training.grooves.score import Score, Track, write_score
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.metres.draw import MetrePlan
from pacetag.model.training.metres.drums import KITS, TIGHT_KITS, Drummer
from pacetag.model.training.metres.kinds import Kind, load_kinds
from pacetag.model.training.metres.ornaments import STRUMMED, graced, strummed, with_gaps
from pacetag.model.training.metres.players import Player, draw_players, playing
from pacetag.model.training.metres.truth import Onsets, find_metre_levels
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note

TICKS = 480  # a beat; MIDI's quarter is the felt beat here
_HIT_TICKS = 60
_TWO_THIRDS = 2 / 3
_ATTEMPTS = 20
_GRACE = (0.05, 0.09)  # seconds
_BEAT_VELOCITY = 110  # of the loudest drum


@dataclass(frozen=True, kw_only=True)
class Composition:
    """A song that can be played, and its truth."""

    midi: MidiFile
    onsets: Onsets
    levels: tuple[Level, ...]  # slow to fast
    programs: tuple[int, ...]  # of the melodic players


class CompositionError(ValueError):
    """No tempo of the song could be called right: its kind's patterns are at fault."""


def compose(plan: MetrePlan) -> Composition:
    """Compose a song; players whose notes leave no tempo that is right are drawn again.

    Raises:
        CompositionError: none was found in several attempts.
    """
    kind = load_kinds()[plan.kind]
    for attempt in range(_ATTEMPTS):
        rng = song_random(plan.seed, plan.number, f"metres notes {attempt}")
        tracks, players = _tracks(plan, kind, rng)
        onsets = _onsets(plan, kind, tracks)
        levels = find_metre_levels(kind, plan.bpm, onsets)
        if any(level.verdict == "compatible" for level in levels):
            midi = write_score(_played(plan, kind, tracks, players))
            programs = tuple(player.program for player in players)
            return Composition(midi=midi, onsets=onsets, levels=levels, programs=programs)
    raise CompositionError(f"{plan.name}: no tempo fits what is played")


def _tracks(
    plan: MetrePlan, kind: Kind, rng: random.Random
) -> tuple[list[Track], Sequence[Player]]:
    """The conductor's track, one for each player, in their order, and one for the drums."""
    players = draw_players(kind, plan, rng)
    channels = {player.role: channel for channel, player in enumerate(players)}
    drummer = Drummer(kind, rng, lean=plan.lean) if plan.drums else None
    notes: dict[int, list[Note]] = {channel: [] for channel in (*channels.values(), DRUM_CHANNEL)}
    place = _Place(beats=kind.beats, swing=plan.swing)
    for first, section in zip(plan.section_bars, plan.sections, strict=True):
        for player in playing(players, section, plan.drums, rng):
            channel = channels[player.role]
            for sound in player.section(section):
                tick = place.tick(first + sound.bar, sound.at)
                length = max(1, round(sound.lasts * kind.beats * TICKS))
                notes[channel].append(
                    Note(tick=tick, channel=channel, key=sound.key, velocity=sound.velocity,
                         length=length)
                )  # fmt: skip
        if drummer is not None:
            for bar, hit in drummer.section(section.density, section.theme, section.bars):
                velocity = round(hit.loudness * _BEAT_VELOCITY)
                notes[DRUM_CHANNEL].append(
                    Note(tick=place.tick(first + bar, hit.at), channel=DRUM_CHANNEL, key=hit.key,
                         velocity=velocity, length=_HIT_TICKS)
                )  # fmt: skip
    for role in ("chords", "arps"):
        if role in channels:
            whole = notes[channels[role]]
            notes[channels[role]] = with_gaps(whole, rng, plan.gaps, kind.beats * TICKS)
    programs = {channels[player.role]: player.program for player in players}
    kit = rng.choice(TIGHT_KITS if kind.tight else KITS)
    voices = {**programs, **({DRUM_CHANNEL: kit} if drummer is not None else {})}
    pans = {channel: rng.randint(44, 84) for channel in programs}
    conductor = Track(
        notes=(), others=((0, MetaMessage("set_tempo", tempo=round(60e6 / plan.bpm))),)
    )
    tracks = [
        _track(notes[channel], channel, voices[channel], pans.get(channel, 64))
        for channel in voices
    ]
    return [conductor, *tracks], players


def _track(notes: Iterable[Note], channel: int, program: int, pan: int) -> Track:
    """A track whose notes are struck once each and end before their key is struck again."""
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
    swing: float | None

    def tick(self, bar: int, at: Fraction) -> int:
        beat, part = divmod(at * self.beats, 1)
        return round((bar * self.beats + beat + self._swung(float(part))) * TICKS)

    def _swung(self, part: float) -> float:
        if self.swing is None:
            return part
        if part < _TWO_THIRDS:
            return part / _TWO_THIRDS * self.swing
        return self.swing + (part - _TWO_THIRDS) / (1 - _TWO_THIRDS) * (1 - self.swing)


def _onsets(plan: MetrePlan, kind: Kind, tracks: Iterable[Track]) -> Onsets:
    notes = [note for track in tracks for note in track.notes]
    return Onsets(
        beats=np.array([note.tick / TICKS for note in notes]),
        velocities=np.array([note.velocity for note in notes], dtype=float),
        length=plan.bars * kind.beats,
        section_starts=tuple(bar * kind.beats for bar in plan.section_bars),
    )


def _played(
    plan: MetrePlan, kind: Kind, tracks: Sequence[Track], players: Sequence[Player]
) -> Score:
    """The score as people play it, if they do: ornaments make no level of their own."""
    if plan.feel is None:
        return Score(ticks_per_quarter=TICKS, tracks=tuple(tracks))
    conductor, *others = tracks
    rng = song_random(plan.seed, plan.number, "metres ornaments")
    ornate = [
        _ornate(track, player, plan, rng)
        for track, player in zip(others[: len(players)], players, strict=True)
    ]
    played = (conductor, *ornate, *others[len(players) :])
    score = Score(ticks_per_quarter=TICKS, tracks=played)
    return humanise(
        score.moved(lambda note: _lilted(note, plan.lilt, kind.beats)),
        plan.feel,
        song_random(plan.seed, plan.number, "metres hands"),
        tempo=plan.bpm,
        quarters=plan.bars * kind.beats,
        section_starts=[float(bar * kind.beats) for bar in plan.section_bars],
    )


def _ornate(track: Track, player: Player, plan: MetrePlan, rng: random.Random) -> Track:
    second = plan.bpm / 60 * TICKS  # ticks
    if player.role == "tunes":
        return graced(track, rng, plan.graces, round(rng.uniform(*_GRACE) * second))
    return strummed(track, rng, plan.strum * second) if player.program in STRUMMED else track


def _lilted(note: Note, lilt: float, beats: int) -> Note:
    """A note of the bar's second beat a little early, as the Viennese play waltzes."""
    second = note.tick // TICKS % beats == 1 and note.tick % TICKS == 0
    return replace(note, tick=note.tick - round(lilt * TICKS)) if second else note


def seconds(plan: MetrePlan) -> float:
    """How long a song lasts, without its echo."""
    return plan.bars * load_kinds()[plan.kind].beats * 60 / plan.bpm
