"""`pacetag cadence`: the cadence of a recorded run, and a plan that goes as the run went."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import OUTPUT, PATH, JsonOption, OverwriteOption
from pacetag.tagger.terminal.standard_output import is_stdout
from pacetag.tagger.terminal.standard_streams import results_on_stderr

if TYPE_CHECKING:
    pass


def cadence(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", click_type=PATH, help="A recorded run: FIT, GPX or TCX, also .gz."
        ),
    ],
    strides: Annotated[
        bool | None,
        typer.Option(
            "--strides/--steps",
            help="What the file counts: one foot or both; told from its numbers if not given.",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="PNG",
            click_type=OUTPUT,
            help="Draw the cadence with the proposed blocks, - to standard output; needs "
            "matplotlib.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say at which cadence you ran, and propose a plan that goes as the run went.

    Nothing is written but the plot. FIT files need the extra `runs`. Exit codes: 0 done, 1 there is
    no run in the file or it cannot be read, 2 wrong usage.
    """
    from pacetag.tagger.output.cadence import cadence_lines, cadence_object
    from pacetag.tagger.runs.counting import said_counting
    from pacetag.tagger.runs.proposal import propose
    from pacetag.tagger.runs.reading import read_run
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    place = None
    if plot is not None:
        from pacetag.tagger.plots.image_files import picture_place
        from pacetag.tagger.settings import index_path

        place = picture_place(plot, (file.expanduser(), index_path()), overwrite=overwrite)
    run = read_run(file)
    proposal = propose(run, said_counting(strides))
    if place is not None:
        from pacetag.tagger.plots.run import draw_run

        title = printable(f"{file.name}: {proposal.cadence} steps a minute")
        draw_run(run, proposal, place, title=title)
    stream = results_on_stderr() if is_stdout(plot) else sys.stdout
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        say_json(cadence_object(run, proposal), stream)
        return
    for line in cadence_lines(proposal):
        say(line, stream)
