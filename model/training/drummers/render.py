"""From a plan to its sound and truth: MIDI, FluidSynth, FLAC."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from mido import Message

from pacetag.model.training.degradations.room import room
from pacetag.model.training.drummers.band import TICKS, Players, play
from pacetag.model.training.drummers.plan import DrummerPlan
from pacetag.model.training.drummers.takes import BEATS_PER_BAR, SPLIT
from pacetag.model.training.drummers.truth import Played, drummed_levels
from pacetag.model.training.grooves.score import Score, Track, write_score
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.rendered import RenderedSong
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note
from pacetag.model.training.sources.sound import SAMPLE_RATE, synthesise_mono, write_flac

_RING_OUT = 0.5  # seconds after the last bar
_EARLY = 0.1  # beats before the stretch of which a note still belongs to it
_HIT = 0.1  # beats for which a drum's note is held


def render_drummer(plan: DrummerPlan, folder: Path) -> RenderedSong:
    """Render one song into `folder` as 22 050 Hz mono FLAC and find its truth.

    Raises RenderError: FluidSynth failed; the message holds what it said.
    """
    score = full_score(plan)
    mono = synthesise_mono(
        write_score(score),
        plan.font,
        gain=plan.gain,
        reverb=plan.reverb,
        seconds=(plan.stretch.beats + 1) * 60 / plan.bpm + _RING_OUT,
        what=plan.name,
    )
    if plan.room:
        mono = room(mono, SAMPLE_RATE, np.random.default_rng(plan.seed))
    audio = folder / f"{plan.name}.flac"
    write_flac(audio, mono, SAMPLE_RATE)
    return RenderedSong(
        name=plan.name,
        group=plan.take.drummer,
        split=SPLIT[plan.take.drummer],
        tempo=round(plan.bpm, 4),
        seconds=round(len(mono) / SAMPLE_RATE, 2),
        audio=audio.name,
        levels=levels_of(plan, score),
        made=_made(plan),
    )


def full_score(plan: DrummerPlan) -> Score:
    """The drummer's stretch, and the band's music if there is one; a beat of rest comes first."""
    rng = random.Random(plan.seed)
    band = _band(plan, rng) if plan.band else Score(ticks_per_quarter=TICKS, tracks=())
    size = band.ticks_per_quarter
    kit = Message("program_change", channel=DRUM_CHANNEL, program=plan.kit)
    drums = Track(notes=_drum_notes(plan, size), others=((0, kit),))
    later = band.moved(lambda note: note if note.tick < plan.stretch.beats * size else None)
    shifted = later.moved(lambda note: _later(note, size))
    conductor = Track(notes=(), others=())
    full = Score(ticks_per_quarter=size, tracks=(conductor, drums, *shifted.tracks))
    return full.timed([(0, round(60e6 / plan.bpm))])


def levels_of(plan: DrummerPlan, score: Score) -> tuple[Level, ...]:
    """Judge the levels of a song by all of its notes."""
    drums = score.moved(lambda note: note if note.channel == DRUM_CHANNEL else None)
    return drummed_levels(played(plan, score), plan.swing, played(plan, drums))


def played(plan: DrummerPlan, score: Score) -> Played:
    """What is struck, counted from the first downbeat."""
    notes = [note for track in score.tracks for note in track.notes]
    return Played(
        onsets=np.array([note.tick for note in notes], np.float64) / score.ticks_per_quarter - 1,
        velocities=np.array([note.velocity for note in notes], np.float64),
        beats=plan.stretch.beats,
        bpm=plan.bpm,
    )


def _band(plan: DrummerPlan, rng: random.Random) -> Score:
    doubled = plan.swing.pulses == 2 and plan.kind in ("jazz", "shuffle")
    stretch = 0.5 if doubled else 1.0
    players = Players(
        kind=plan.kind, swing=plan.swing, bars=plan.stretch.beats // BEATS_PER_BAR, stretch=stretch
    )
    return play(players, rng, bpm=plan.bpm)


def _drum_notes(plan: DrummerPlan, size: int) -> tuple[Note, ...]:
    notes = (
        Note(
            tick=round((onset - plan.stretch.start + 1) * size),
            channel=DRUM_CHANNEL,
            key=note.key,
            velocity=note.velocity,
            length=round(_HIT * size),
        )
        for onset, note in zip(plan.take.onsets, plan.take.notes, strict=True)
        if 0 <= onset - plan.stretch.start + _EARLY < plan.stretch.beats
    )
    return tuple(sorted(notes))


def _later(note: Note, ticks: int) -> Note:
    return Note(
        tick=note.tick + ticks,
        channel=note.channel,
        key=note.key,
        velocity=note.velocity,
        length=note.length,
    )


def _made(plan: DrummerPlan) -> dict[str, object]:
    ratio = plan.swing.ratio
    return {
        "drummer": plan.take.drummer,
        "take": plan.take.id,
        "style": plan.take.style,
        "start": plan.stretch.start,  # beats
        "beats": plan.stretch.beats,
        "take_bpm": plan.take.bpm,
        "swing_ratio": None if ratio is None else round(ratio, 3),
        "swung_pulses": plan.swing.pulses if plan.swing.swung else None,
        "kit": plan.kit,
        "font": Path(plan.font).name,
        "gain": plan.gain,
        "reverb": plan.reverb,
        "room": plan.room,
        "band": plan.kind if plan.band else None,
    }
