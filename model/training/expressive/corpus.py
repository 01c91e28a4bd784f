"""The corpus of expressive songs on disk, made in one call."""

from pathlib import Path

from rich.console import Console

from pacetag.model.training.expressive.plan import draw_plans
from pacetag.model.training.expressive.render import render
from pacetag.model.training.grooves.draw import FONTS
from pacetag.model.training.rendered import RenderedSong, build_rendered
from pacetag.model.training.sources.tools import require_installed

SONGS = 310
SOURCE = "expressive"


def build_expressive(
    folder: Path,
    *,
    songs: int = SONGS,
    seed: int = 1,
    jobs: int | None = None,
    console: Console | None = None,
) -> tuple[RenderedSong, ...]:
    """Render the first songs into `folder`, keeping those that are there already.

    Raises ToolsMissingError: FluidSynth or a sound font is not installed; RenderError: it failed.
    """
    fonts = {Path(font): package for font, package in FONTS.items()}
    require_installed("rendering expressive songs", {"fluidsynth": "fluidsynth"}, fonts)
    return build_rendered(
        folder,
        draw_plans(songs, seed),
        render,
        title="Rendering expressive songs",
        jobs=jobs,
        console=console,
    )
