"""From a song's settings to its sound: MMA, FluidSynth, FLAC."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.training.grooves.compose import compose
from pacetag.model.training.grooves.draw import Collection, GrooveSettings
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.styles import STYLE_FOLDER, load_styles
from pacetag.model.training.grooves.truth import Level, find_levels
from pacetag.model.training.sources.sound import (
    SAMPLE_RATE,
    require_synthesiser,
    synthesise_mono,
    write_flac,
)

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
    require_synthesiser("rendering the groove corpus", {"mma": "mma"}, {STYLE_FOLDER: "mma"})


def render(settings: GrooveSettings, folder: Path) -> GrooveSong:
    """Render one song into `folder` as 22 050 Hz mono FLAC and find its truth.

    Raises:
        RenderError: MMA or FluidSynth failed; the message holds what they said.
    """
    style = load_styles()[settings.style]
    audio = folder / f"{settings.number:05d}-{settings.style.replace('/', '-')}.flac"
    with tempfile.TemporaryDirectory(prefix="pacetag-groove-") as scratch:
        played = compose(settings, style, Path(scratch))
    mono = synthesise_mono(
        played.midi,
        settings.font,
        gain=settings.gain,
        reverb=settings.reverb,
        seconds=len(played.struck) * 60 * style.quarters_per_beat / played.tempo + _RING_OUT,
        what=settings.named,
    )
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
