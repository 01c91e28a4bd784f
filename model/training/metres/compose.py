"""A song's plan as MIDI and truth: what is written, and moved by people's hands."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
from mido import MidiFile

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.humanise import humanise
from pacetag.model.training.grooves.score import Score, Track, write_score
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.metres.draw import MetrePlan
from pacetag.model.training.metres.kinds import Kind, load_kinds
from pacetag.model.training.metres.ornaments import STRUMMED, graced, strummed
from pacetag.model.training.metres.parts import TICKS, Parts, write_parts
from pacetag.model.training.metres.players import Player
from pacetag.model.training.metres.truth import Onsets, find_metre_levels

_ATTEMPTS = 20
_GRACE = (0.05, 0.09)  # seconds


@dataclass(frozen=True, kw_only=True)
class Composition:
    """A song that can be played, and its truth."""

    midi: MidiFile
    onsets: Onsets
    levels: tuple[Level, ...]  # slow to fast
    programs: tuple[int, ...]  # of the melodic players


class CompositionError(ModelError):
    """No tempo of the song could be called right: its kind's patterns are at fault."""


def compose(plan: MetrePlan) -> Composition:
    """Compose a song; players whose notes leave no tempo that is right are drawn again.

    Raises:
        CompositionError: none was found in several attempts.
    """
    kind = load_kinds()[plan.kind]
    for attempt in range(_ATTEMPTS):
        rng = song_random(plan.seed, plan.number, f"metres notes {attempt}")
        parts = write_parts(plan, kind, rng)
        onsets = _onsets(plan, kind, parts)
        levels = find_metre_levels(kind, plan.bpm, onsets)
        if any(level.verdict == "compatible" for level in levels):
            return Composition(
                midi=write_score(_performed(plan, kind, parts)),
                onsets=onsets,
                levels=levels,
                programs=tuple(player.program for player in parts.players),
            )
    raise CompositionError(f"{plan.name}: no tempo fits what is played")


def seconds(plan: MetrePlan) -> float:
    """How long a song lasts, without its echo."""
    return plan.bars * load_kinds()[plan.kind].beats * 60 / plan.bpm


def _onsets(plan: MetrePlan, kind: Kind, parts: Parts) -> Onsets:
    notes = list(parts.notes)
    return Onsets(
        beats=np.array([note.tick / TICKS for note in notes]),
        velocities=np.array([note.velocity for note in notes], dtype=float),
        length=plan.bars * kind.beats,
        section_starts=tuple(bar * kind.beats for bar in plan.section_bars),
    )


def _performed(plan: MetrePlan, kind: Kind, parts: Parts) -> Score:
    """The score as people play it, if they do: ornaments make no level of their own."""
    melodic = parts.melodic
    if plan.feel is not None:
        rng = song_random(plan.seed, plan.number, "metres ornaments")
        melodic = tuple(
            _ornate(track, player, plan, rng)
            for track, player in zip(melodic, parts.players, strict=True)
        )
    score = Score(ticks_per_quarter=TICKS, tracks=(parts.conductor, *melodic, *parts.drums))
    if plan.feel is None:
        return score
    return humanise(
        _lilted(score, plan.lilt, kind.beats),
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


def _lilted(score: Score, lilt: float, beats: int) -> Score:
    """Every bar's second beat a little early, as the Viennese play waltzes."""
    early = round(lilt * TICKS)
    return score.moved(
        lambda note: (
            replace(note, tick=note.tick - early) if note.tick % (beats * TICKS) == TICKS else note
        )
    )
