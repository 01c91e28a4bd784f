"""`pacetag train`: the network made again from free music."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    work: Annotated[
        Path, typer.Argument(metavar="WORK", help="Where everything is made and kept.")
    ],
    name: Annotated[str, typer.Option(help="Name of the bundle.")] = "own-1",
    songs: Annotated[int, typer.Option(min=1, help="Grooves to render.")] = 1_520,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the cases.")] = 20,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn at random.")] = 1,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes; one a processor if not given."),
    ] = None,
    recordings: Annotated[
        bool, typer.Option(help="Fetch the free recordings too, several gigabytes.")
    ] = True,
    debs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Debian packages that were downloaded before."),
    ] = None,
) -> None:
    """Render and fetch free music, train the network on it, score it, bundle it.

    Goes on from what an interrupted run left in WORK. Needs pacetag[train], MMA, FluidSynth and
    Debian's package tools. Set PACETAG_BUNDLE to the new bundle's folder to have it judge. Exit
    codes: 0 done, 1 something is missing, 2 wrong usage, 130 interrupted.
    """
    from pacetag.model.training.command import train_bundle
    from pacetag.tagger.report import say

    bundle = train_bundle(
        work,
        name=name,
        songs=songs,
        epochs=epochs,
        seed=seed,
        jobs=jobs,
        recordings=recordings,
        debs=debs,
    )
    say(f"{bundle.folder}: trained; its scores are in bundle.json")
