"""The corpus of metres: songs composed in compound, triple and odd metre, with exact truth.

`python -m pacetag.model.training.metres OUT_DIR` renders it.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from pacetag.model.training.metres.compose import compose, seconds
from pacetag.model.training.metres.draw import MetrePlan, draw_plan
from pacetag.model.training.metres.kinds import load_kinds
from pacetag.model.training.rendered import RenderedSong, build_rendered
from pacetag.model.training.sources.sound import (
    SAMPLE_RATE,
    require_synthesiser,
    synthesise_mono,
    write_flac,
)

SOURCE = "metres"
SONGS = 480

_RING_OUT = 0.5  # seconds after the last bar


def build_metres(
    folder: Path,
    *,
    songs: int = SONGS,
    seed: int = 1,
    jobs: int | None = None,
    console: Console | None = None,
) -> tuple[RenderedSong, ...]:
    """Render songs 0 .. `songs`-1 into `folder`, keeping those that are there already.

    Raises:
        ToolsMissingError: FluidSynth or a sound font is not installed.
        RenderError: FluidSynth failed.
    """
    require_synthesiser("rendering the metres")
    plans = [draw_plan(seed, number) for number in range(songs)]
    return build_rendered(
        folder, plans, render, seed=seed, title="Rendering metres", jobs=jobs, console=console
    )


def render(plan: MetrePlan, folder: Path) -> RenderedSong:
    """Render one song into `folder` as 22 050 Hz mono FLAC. Raises RenderError."""
    kind, composed = load_kinds()[plan.kind], compose(plan)
    mono = synthesise_mono(
        composed.midi,
        plan.font,
        gain=plan.gain,
        reverb=plan.reverb,
        seconds=seconds(plan) + _RING_OUT,
        what=plan.name,
    )
    audio = folder / f"{plan.name}.flac"
    write_flac(audio, mono, SAMPLE_RATE)
    return RenderedSong(
        name=plan.name,
        group=kind.name,
        split=kind.split,
        tempo=plan.bpm,
        seconds=round(len(mono) / SAMPLE_RATE, 2),
        audio=audio.name,
        levels=composed.levels,
        made={
            "family": kind.family,
            "programs": composed.programs,
            "font": Path(plan.font).name,
            "gain": plan.gain,
            "reverb": plan.reverb,
            "drums": plan.drums,
            "swing": plan.swing,
            "lean": plan.lean,
            "gaps": plan.gaps,
            "strum": plan.strum,
            "graces": plan.graces,
            "lilt": plan.lilt,
            "feel": None if plan.feel is None else asdict(plan.feel),
        },
    )
