"""The corpus of expressive songs on disk, made in one call."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

from pacetag.model.training.expressive.covers import CoverPlan, draw_covers
from pacetag.model.training.expressive.plan import PiecePlan, draw_plans
from pacetag.model.training.expressive.render import render
from pacetag.model.training.rendered import RenderedSong, build_rendered
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.sound import require_synthesiser

SONGS = 310
SOURCE = "expressive"


def build_expressive(
    folder: Path,
    *,
    songs: int = SONGS,
    seed: int = 1,
    jobs: int | None = None,
    console: Console | None = None,
    packages: Iterable[str] = (),
    debs: Path | None = None,
) -> tuple[RenderedSong, ...]:
    """Render composed songs and covers into `folder`, keeping those that are there already.

    Args:
        songs: how many are composed.
        packages: Debian packages of games whose scores are covered, COVERED at most. One that
            cannot be had is left out, with a sentence on the console.
        debs: folder of packages that were downloaded before.

    Raises ToolsMissingError: FluidSynth or a sound font is not installed; RenderError: it failed.
    """
    require_synthesiser("rendering expressive songs")
    console = console or Console(stderr=True)
    plans: list[PiecePlan | CoverPlan] = [*draw_plans(songs, seed)]
    plans += _covers(packages, seed, debs, console)
    return build_rendered(
        folder,
        plans,
        render,
        seed=seed,
        title="Rendering expressive songs",
        jobs=jobs,
        console=console,
    )


def _covers(
    packages: Iterable[str], seed: int, debs: Path | None, console: Console
) -> Iterator[CoverPlan]:
    for package in packages:
        try:
            yield from draw_covers(package, seed, debs)
        except PackageError as error:
            console.print(f"{package} is skipped: {error}", highlight=False, markup=False)
