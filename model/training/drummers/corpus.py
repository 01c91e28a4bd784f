"""The corpus of human drummers: takes of the Groove MIDI Dataset, rendered, with their truth."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pacetag.model.training.drummers.plan import plan_songs
from pacetag.model.training.drummers.render import render_drummer
from pacetag.model.training.drummers.takes import load_takes
from pacetag.model.training.rendered import RenderedSong, build_rendered
from pacetag.model.training.sources.sound import require_synthesiser

SOURCE = "drummers"


def build_drummers(
    folder: Path, source: Path, *, seed: int, jobs: int | None, console: Console | None
) -> tuple[RenderedSong, ...]:
    """Render the takes of the data set `source` into `folder`, keeping what is there already.

    Raises:
        TakesError: `source` is no copy of the data set.
        MidiError: a take is no MIDI file.
        ToolsMissingError: FluidSynth or a sound font is not installed.
        RenderError: FluidSynth failed.
    """
    require_synthesiser("rendering human drummers")
    plans = plan_songs(load_takes(source), seed)
    return build_rendered(
        folder,
        plans,
        render_drummer,
        seed=seed,
        title="Rendering drummers",
        jobs=jobs,
        console=console,
    )
