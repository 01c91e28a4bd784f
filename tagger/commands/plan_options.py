"""Options of `playlist` that make a run by plan."""

from typing import Annotated

import typer

from pacetag.tagger.errors import UsageError

NameArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TRAINING]", help="Of the file of settings; see `pacetag training`."),
]
PlanOption = Annotated[
    str | None,
    typer.Option(
        "--plan", metavar="PLAN", help='Blocks of a run: "10m@150 5x(1m@180 1m@160) 5m@140".'
    ),
]
PlaylistDryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show the songs; write no file.")
]


def given(cadence: float | None) -> float:
    """Return a cadence that was typed. Raises UsageError where none was."""
    if cadence is None:
        raise UsageError("name a cadence with --cadence, blocks with --plan, or a training")
    return cadence


def is_typed(ctx: typer.Context, name: str) -> bool:
    """Whether a parameter of the running command was typed, and not set or left out."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
