"""Options of `playlist` that make a run by plan."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pacetag.tagger.commands.completing import trainings
from pacetag.tagger.commands.options import PATH
from pacetag.tagger.errors import UsageError

NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TRAINING]",
        autocompletion=trainings,
        help="Of the file of settings; see `pacetag training`.",
    ),
]
PlanOption = Annotated[
    str | None,
    typer.Option(
        "--plan", metavar="PLAN", help='Blocks of a run: "10m@150 5x(1m@180 1m@160) 5m@140".'
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="RUN",
        click_type=PATH,
        help="As a recorded run went: FIT, GPX or TCX; see `pacetag cadence`.",
    ),
]
PlaylistDryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show the songs; write no file.")
]


def given(cadence: float | None) -> float:
    """Return a cadence that was typed. Raises UsageError where none was."""
    if cadence is None:
        raise UsageError(
            "name a cadence with --cadence, blocks with --plan, a training, or a run by --from"
        )
    return cadence


def plan_of_run(recording: Path, *, strides: bool | None, excluded: dict[str, Any]) -> str:
    """Return the plan that goes as a recorded run went, and say what it is taken from.

    `strides` overrides what the file counts. Raises UsageError where an option that is excluded has
    a value, RunFileError or MissingExtraError as `read_run` does.
    """
    from pacetag.tagger.runs.counting import said_counting
    from pacetag.tagger.runs.proposal import propose
    from pacetag.tagger.runs.reading import read_run
    from pacetag.tagger.terminal.say import say

    typed = [option for option, value in excluded.items() if value is not None]
    if typed:
        raise UsageError(f"--from excludes {' and '.join(typed)}: the run has its own plan")
    proposal = propose(read_run(recording), said_counting(strides))
    for line in (f"Plan: {proposal.plan}", *proposal.reasons):
        say(line, sys.stderr)
    return proposal.plan
