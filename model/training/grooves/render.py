"""From a song's settings to its sound: MMA, FluidSynth, FLAC."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.training.grooves.compose import compose
from pacetag.model.training.grooves.draw import FONTS, Collection, GrooveSettings
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.styles import STYLE_FOLDER, load_styles
from pacetag.model.training.grooves.truth import Level, find_levels
from pacetag.model.training.sources.sound import synthesise, write_flac
from pacetag.model.training.sources.tools import require_installed

SAMPLE_RATE = 22_050  # Hz

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
        played = compose(settings, style, Path(scratch))
    stereo = synthesise(
        played.midi,
        settings.font,
        rate=SAMPLE_RATE,
        gain=settings.gain,
        reverb=settings.reverb,
        what=settings.named,
    )
    # FluidSynth waits for the last echo: up to ten seconds without a beat.
    last = len(played.struck) * 60 * style.quarters_per_beat / played.tempo
    mono = stereo[: round((last + _RING_OUT) * SAMPLE_RATE)].mean(axis=1)
    write_flac(audio, mono, SAMPLE_RATE)
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
        seconds=round(len(mono) / SAMPLE_RATE, 2),
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
