"""From a song's settings to its sound: MMA, a lead voice, FluidSynth, FLAC."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from pacetag.model.errors import ModelError
from pacetag.model.training.groove_lead import add_lead
from pacetag.model.training.groove_songs import FONTS, GrooveSettings, mma_text, song_random
from pacetag.model.training.groove_styles import STYLE_FOLDER, Style, load_styles
from pacetag.model.training.groove_truth import Level, find_levels, sounding_grid
from pacetag.model.training.midi import MidiSong, read_midi, set_tempo

SAMPLE_RATE = 22_050  # Hz

_TIMEOUT = 120  # seconds; a song takes about one
_FULL_SCALE = 0.99
_RING_OUT = 0.5  # seconds after the last bar


class ToolsMissingError(ModelError):
    """A program or sound font that renders the grooves is not installed."""


class RenderError(ModelError):
    """One song could not be rendered."""


@dataclass(frozen=True, kw_only=True)
class GrooveSong:
    """One rendered song and its truth: a line of songs.jsonl."""

    seed: int
    number: int
    style: str
    family: str
    split: str
    grooves: tuple[str, ...]
    metre: str
    tempo: float  # felt beats per minute
    font: str  # file name
    gain: float
    reverb: bool
    lead: bool  # whether a lead voice was added
    seconds: float
    audio: str  # file name, beside songs.jsonl
    levels: tuple[Level, ...]  # slow to fast


def require_tools() -> None:
    """Check that everything is installed that rendering needs.

    Raises:
        ToolsMissingError: says which Debian packages to install.
    """
    wanted = {tool for tool in ("mma", "fluidsynth") if shutil.which(tool) is None}
    wanted |= {package for font, package in FONTS.items() if not Path(font).is_file()}
    if not STYLE_FOLDER.is_dir():
        wanted.add("mma")
    if wanted:
        raise ToolsMissingError(
            "rendering the groove corpus needs programs and sound fonts that are not installed: "
            f"apt-get install {' '.join(sorted(wanted))}"
        )


def render(settings: GrooveSettings, folder: Path) -> GrooveSong:
    """Render one song into `folder` as 22 050 Hz mono FLAC and find its truth.

    Raises:
        RenderError: MMA or FluidSynth failed; the message holds what they said.
    """
    style = load_styles()[settings.style]
    audio = folder / f"{settings.number:05d}-{settings.style}.flac"
    with tempfile.TemporaryDirectory(prefix="pacetag-groove-") as scratch:
        midi_file, wav_file = Path(scratch, "song.mid"), Path(scratch, "song.wav")
        data, song, struck, lead = compose(settings, style, Path(scratch))
        midi_file.write_bytes(data)
        last = len(struck) * 60 * style.quarters_per_beat / song.tempo
        seconds = _synthesise(settings, midi_file, wav_file, audio, last + _RING_OUT)
    starts = [0]
    for section in settings.sections[:-1]:
        starts.append(starts[-1] + len(section.chords) * style.beats_per_bar)
    bpm = song.tempo / style.quarters_per_beat
    return GrooveSong(
        seed=settings.seed,
        number=settings.number,
        style=style.name,
        family=style.family,
        split=style.split,
        grooves=settings.grooves,
        metre=style.metre,
        tempo=round(bpm, 4),
        font=Path(settings.font).name,
        gain=settings.gain,
        reverb=settings.reverb,
        lead=lead,
        seconds=round(seconds, 2),
        audio=audio.name,
        levels=find_levels(
            struck,
            bpm,
            beats_per_bar=style.beats_per_bar,
            compound=style.compound,
            hemiola=style.hemiola,
            section_starts=starts,
        ),
    )


def compose(
    settings: GrooveSettings, style: Style, scratch: Path
) -> tuple[bytes, MidiSong, NDArray[np.bool_], bool]:
    """Let MMA play the song and add the lead voice.

    Returns:
        The MIDI file, what it plays, its [beats, 12] grid, and whether a lead voice was added.
    """
    score, midi_file = scratch / "song.mma", scratch / "accompaniment.mid"
    score.write_text(mma_text(settings), encoding="ascii")
    _run(["mma", "-w", "-f", str(midi_file), str(score)], midi_file, settings)
    # MMA knows whole tempos only.
    data = set_tempo(midi_file.read_bytes(), settings.bpm * style.quarters_per_beat)
    song = read_midi(data)
    struck = _grid(song, settings, style)
    if settings.lead:
        with_lead = add_lead(
            data,
            song,
            struck,
            song_random(settings.seed, settings.number, "lead"),
            beats_per_bar=style.beats_per_bar,
            quarters_per_beat=style.quarters_per_beat,
            compound=style.compound,
            key=settings.key,
            minor=settings.minor,
        )
        if with_lead is not None:
            song = read_midi(with_lead)
            return with_lead, song, _grid(song, settings, style), True
    return data, song, struck, False


def _grid(song: MidiSong, settings: GrooveSettings, style: Style) -> NDArray[np.bool_]:
    ticks_per_beat = song.ticks_per_quarter * style.quarters_per_beat
    return sounding_grid(
        np.array([note.tick / ticks_per_beat for note in song.notes]),
        np.array([note.velocity for note in song.notes], dtype=float),
        settings.bars * style.beats_per_bar,
    )


def _synthesise(
    settings: GrooveSettings, midi_file: Path, wav_file: Path, audio: Path, limit: float
) -> float:
    """Turn MIDI into a mono FLAC file of at most `limit` seconds; returns its length in seconds."""
    command = ["fluidsynth", "-ni", "-q", "-r", str(SAMPLE_RATE), "-g", str(settings.gain)]
    command += ["-R", str(int(settings.reverb)), "-F", str(wav_file), settings.font, str(midi_file)]
    _run(command, wav_file, settings)
    stereo, _ = soundfile.read(wav_file, dtype="float32", always_2d=True)
    # FluidSynth waits for the last echo: up to ten seconds without a beat.
    mono = stereo[: round(limit * SAMPLE_RATE)].mean(axis=1)
    peak = float(np.abs(mono).max(initial=0.0))
    if not peak:
        raise RenderError(f"song {settings.number} ({settings.style}) came out silent")
    # Written beside its place and moved, so that an interrupted run leaves no half file behind.
    partial = audio.with_suffix(".part")
    soundfile.write(
        partial, mono / max(1.0, peak / _FULL_SCALE), SAMPLE_RATE, format="FLAC", subtype="PCM_16"
    )
    partial.replace(audio)
    return len(mono) / SAMPLE_RATE


def _run(command: list[str], product: Path, settings: GrooveSettings) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"{command[0]} hung on song {settings.number}") from error
    if done.returncode or not product.is_file():
        said = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise RenderError(
            f"{command[0]} failed on song {settings.number} ({settings.style}): {' | '.join(said)}"
        )
