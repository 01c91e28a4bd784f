"""From a plan to its sound and truth: MIDI, FluidSynth, FLAC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from mido import Message, MetaMessage, MidiFile

from pacetag.model.training.expressive.compose import compose
from pacetag.model.training.expressive.covers import CoverPlan, cover_piece
from pacetag.model.training.expressive.expression import Expression
from pacetag.model.training.expressive.perform import Performance, perform
from pacetag.model.training.expressive.piece import Part, Piece
from pacetag.model.training.expressive.plan import PiecePlan
from pacetag.model.training.expressive.truth import piece_levels
from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.score import Score, Track, write_score
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.rendered import RenderedSong
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note
from pacetag.model.training.sources.sound import SAMPLE_RATE, synthesise_mono, write_flac

_TICKS = 500  # a quarter of half a second: one tick is a millisecond
_PEDAL, _PAN, _EXPRESSION = 64, 10, 11  # controllers
_SWELLING = frozenset((*range(40, 45), *range(48, 55), *range(85, 96)))
_SWELL_SECONDS = 0.25
_RING_OUT = 1.5  # seconds after the last bar
_ATTEMPTS = 6  # to write a piece whose beat sounds


def render(plan: PiecePlan | CoverPlan, folder: Path) -> RenderedSong:
    """Render one song into `folder` as mono FLAC and find its truth. Raises RenderError."""
    piece, played, levels = play(plan) if isinstance(plan, PiecePlan) else play_cover(plan)
    mono = synthesise_mono(
        to_midi(piece, played, plan.expression),
        plan.font,
        gain=plan.gain,
        reverb=plan.reverb,
        seconds=float(played.tempo_map.seconds[-1]) + _RING_OUT,
        what=plan.name,
    )
    audio = f"{plan.name.replace(' ', '-')}.flac"
    write_flac(folder / audio, mono, SAMPLE_RATE)
    return RenderedSong(
        name=plan.name,
        group=plan.group,
        split=plan.split,
        tempo=round(piece.bpm, 4),
        seconds=round(len(mono) / SAMPLE_RATE, 2),
        audio=audio,
        levels=levels,
        made={
            "seed": plan.seed,
            "metre": piece.metre.name,
            "font": Path(plan.font).name,
            "gain": plan.gain,
            "reverb": plan.reverb,
            "programs": [part.program for part in piece.parts],
            "expression": asdict(plan.expression),
            "beats": [round(float(second), 3) for second in played.tempo_map.beats],
        },
    )


def play_cover(plan: CoverPlan) -> tuple[Piece, Performance, tuple[Level, ...]]:
    """Play a score again; its levels are those that it has as it is written."""
    piece = cover_piece(plan)
    rng = song_random(plan.seed, plan.number, f"cover hands {plan.name}")
    return piece, perform(piece, plan.expression, rng), plan.truth.levels


def play(plan: PiecePlan) -> tuple[Piece, Performance, tuple[Level, ...]]:
    """Write the piece of a plan and play it: the first attempt whose beat sounds, or the last."""
    for attempt in range(_ATTEMPTS):
        piece = compose(plan, attempt)
        rng = song_random(plan.seed, plan.number, f"expressive hands {attempt}")
        played = perform(piece, plan.expression, rng)
        levels = piece_levels(piece, played)
        beat = next(level for level in levels if level.name == "beat")
        if (beat.share or 0.0) >= 0.5 and (beat.verdict == "compatible" or plan.bpm < 52):
            break
    return piece, played, levels


def to_midi(piece: Piece, played: Performance, expression: Expression) -> MidiFile:
    """Write a performance in ticks of a millisecond, a track for each part."""
    tracks = [Track(notes=(), others=((0, MetaMessage("set_tempo", tempo=1000 * _TICKS)),))]
    for number, part in enumerate(piece.parts):
        channel = number + (number >= DRUM_CHANNEL)
        own = [note for note in played.notes if note.part == number]
        notes = tuple(
            Note(
                tick=_tick(note.start),
                channel=channel,
                key=note.key,
                velocity=note.velocity,
                length=_tick(note.end) - _tick(note.start),
            )
            for note in own
        )
        others = [(0, Message("program_change", channel=channel, program=part.program))]
        pan = 64 if len(piece.parts) < 3 else 34 + 60 * number // (len(piece.parts) - 1)
        others.append((0, Message("control_change", channel=channel, control=_PAN, value=pan)))
        others += _controls(part, played, [note.start for note in own], channel, expression)
        tracks.append(Track(notes=notes, others=tuple(others)))
    return write_score(Score(ticks_per_quarter=_TICKS, tracks=tuple(tracks)))


def _controls(
    part: Part, played: Performance, onsets: list[float], channel: int, feel: Expression
) -> Iterator[tuple[int, Message]]:
    """The pedal, and the soft beginnings of what is bowed or sung."""

    def control(second: float, number: int, value: int) -> tuple[int, Message]:
        message = Message("control_change", channel=channel, control=number, value=value)
        return _tick(second), message

    if part.pedal:
        for second, down in played.pedals:
            yield control(second, _PEDAL, 127 if down else 0)
    if part.program in _SWELLING and feel.swell:
        softest = 1 - 0.7 * feel.swell
        for onset, after in zip(onsets, [*onsets[1:], float("inf")], strict=True):
            length = min(_SWELL_SECONDS, after - onset)
            if length < 0.1:
                continue
            for step in range(6):
                value = softest + (1 - softest) * step / 5
                yield control(onset + length * step / 6, _EXPRESSION, round(127 * value))


def _tick(second: float) -> int:
    return round(1000 * second)
