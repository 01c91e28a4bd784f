"""What is played: MMA's accompaniment, lead and sung voices, and people's hands on all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.grooves.draw import GrooveSettings, mma_text, song_random
from pacetag.model.training.grooves.humanise import humanise, send_away
from pacetag.model.training.grooves.lead import add_lead
from pacetag.model.training.grooves.quantise import quantise_score, quantised_onsets
from pacetag.model.training.grooves.score import read_score, write_score
from pacetag.model.training.grooves.styles import STANDARD, Style
from pacetag.model.training.grooves.truth import sounding_grid
from pacetag.model.training.grooves.voice import add_voice
from pacetag.model.training.sources.midi import MidiSong, parse_midi, set_tempo, song_of
from pacetag.model.training.sources.tools import run_tool


@dataclass(frozen=True, kw_only=True)
class Composition:
    """A song that can be played, and what it is made of."""

    midi: MidiFile
    tempo: float  # quarters per minute; the mean where it drifts
    struck: NDArray[np.bool_]  # [beats, 12], before people move the notes
    lead: bool  # whether a lead voice was added


def compose(settings: GrooveSettings, style: Style, scratch: Path) -> Composition:
    """Let MMA play the song, add the voices, and let people play it.

    Raises:
        RenderError: MMA failed.
    """
    midi = _accompany(settings, style, scratch)
    song = song_of(midi)
    struck = _grid(song, settings, style)
    with_lead = _add_lead(midi, song, struck, settings, style) if settings.lead else None
    if with_lead is not None:
        midi, song = with_lead, song_of(with_lead)
        struck = _grid(song, settings, style)
    if settings.feel is not None:
        midi = _humanise(midi, song, settings, style)
    return Composition(midi=midi, tempo=song.tempo, struck=struck, lead=with_lead is not None)


def _accompany(settings: GrooveSettings, style: Style, scratch: Path) -> MidiFile:
    score, midi_file = scratch / "song.mma", scratch / "accompaniment.mid"
    score.write_text(mma_text(settings), encoding="ascii")
    run_tool(["mma", "-w", "-f", str(midi_file), str(score)], midi_file, settings.named)
    # MMA knows whole tempos only.
    played = parse_midi(midi_file.read_bytes())
    midi = set_tempo(played, settings.bpm * style.quarters_per_beat)
    if style.library != STANDARD:
        midi = write_score(
            quantise_score(read_score(midi), style, _section_quarters(settings, style))
        )
    if settings.feel is not None:
        midi = write_score(send_away(read_score(midi), settings.feel.players))
    return midi


def _add_lead(
    midi: MidiFile,
    song: MidiSong,
    struck: NDArray[np.bool_],
    settings: GrooveSettings,
    style: Style,
) -> MidiFile | None:
    if settings.feel is not None and settings.feel.players == "drums only":
        return None
    return add_lead(
        midi,
        song,
        struck,
        song_random(settings.seed, settings.number, "lead"),
        beats_per_bar=style.beats_per_bar,
        quarters_per_beat=style.quarters_per_beat,
        compound=style.compound,
        key=settings.key,
        minor=settings.minor,
    )


def _humanise(midi: MidiFile, song: MidiSong, settings: GrooveSettings, style: Style) -> MidiFile:
    """Add who sings, whose soft onsets make no level of their own, and move all notes."""
    feel = settings.feel
    if feel is None:
        return midi
    if feel.voice:
        with_voice = add_voice(
            midi,
            song,
            song_random(settings.seed, settings.number, "voice"),
            beats=settings.bars * style.beats_per_bar,
            quarters_per_beat=style.quarters_per_beat,
            key=settings.key,
            minor=settings.minor,
        )
        midi = midi if with_voice is None else with_voice
    score = humanise(
        read_score(midi),
        feel,
        song_random(settings.seed, settings.number, "hands"),
        tempo=song.tempo,
        quarters=round(settings.bars * style.beats_per_bar * style.quarters_per_beat),
        section_starts=_section_quarters(settings, style),
    )
    return write_score(score)


def _section_quarters(settings: GrooveSettings, style: Style) -> list[float]:
    per_bar = style.beats_per_bar * style.quarters_per_beat
    return [bar * per_bar for bar in settings.section_bars]


def _grid(song: MidiSong, settings: GrooveSettings, style: Style) -> NDArray[np.bool_]:
    size, per_beat = song.ticks_per_quarter, style.quarters_per_beat
    if style.library == STANDARD:
        beats = np.array([note.tick / (size * per_beat) for note in song.notes])
    else:
        beats = quantised_onsets(song.notes, size, per_beat)
    return sounding_grid(
        beats,
        np.array([note.velocity for note in song.notes], dtype=float),
        settings.bars * style.beats_per_bar,
    )
