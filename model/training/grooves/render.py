"""From a song's settings to its sound: MMA, FluidSynth, FLAC."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pacetag.model.training.grooves.compose import compose
from pacetag.model.training.grooves.draw import FONTS, Collection, GrooveSettings
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.styles import STYLE_FOLDER, load_styles
from pacetag.model.training.grooves.tools import RenderError, run_tool
from pacetag.model.training.grooves.truth import Level, find_levels
from pacetag.model.training.sources.tools import require_installed

SAMPLE_RATE = 22_050  # Hz

_FULL_SCALE = 0.99
_RING_OUT = 0.5  # seconds after the last bar


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
    collection: Collection = "stdlib"
    feel: Feel | None = None  # None: as MMA plays
    band: tuple[str, ...] = ()  # MMA's lines that were added to each groove


def require_tools() -> None:
    """Check that everything is installed that rendering needs.

    Raises:
        ToolsMissingError: says which Debian packages to install.
    """
    fonts = {Path(font): package for font, package in FONTS.items()}
    require_installed(
        "rendering the groove corpus",
        {"mma": "mma", "fluidsynth": "fluidsynth"},
        {STYLE_FOLDER: "mma", **fonts},
    )


def render(settings: GrooveSettings, folder: Path) -> GrooveSong:
    """Render one song into `folder` as 22 050 Hz mono FLAC and find its truth.

    Raises:
        RenderError: MMA or FluidSynth failed; the message holds what they said.
    """
    style = load_styles()[settings.style]
    audio = folder / f"{settings.number:05d}-{settings.style.replace('/', '-')}.flac"
    with tempfile.TemporaryDirectory(prefix="pacetag-groove-") as scratch:
        midi_file, wav_file = Path(scratch, "song.mid"), Path(scratch, "song.wav")
        played = compose(settings, style, Path(scratch))
        played.midi.save(midi_file)
        last = len(played.struck) * 60 * style.quarters_per_beat / played.tempo
        seconds = _synthesise(settings, midi_file, wav_file, audio, last + _RING_OUT)
    bpm = played.tempo / style.quarters_per_beat
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
        lead=played.lead,
        seconds=round(seconds, 2),
        audio=audio.name,
        levels=find_levels(
            played.struck,
            bpm,
            beats_per_bar=style.beats_per_bar,
            compound=style.compound,
            hemiola=style.hemiola,
            crossed=style.crossed,
            section_starts=[bar * style.beats_per_bar for bar in settings.section_bars],
        ),
        collection=settings.collection,
        feel=settings.feel,
        band=settings.band,
    )


def _synthesise(
    settings: GrooveSettings, midi_file: Path, wav_file: Path, audio: Path, limit: float
) -> float:
    """Turn MIDI into a mono FLAC file of at most `limit` seconds; returns its length in seconds."""
    command = ["fluidsynth", "-ni", "-q", "-r", str(SAMPLE_RATE), "-g", str(settings.gain)]
    command += ["-R", str(int(settings.reverb)), "-F", str(wav_file), settings.font, str(midi_file)]
    run_tool(command, wav_file, settings)
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
