"""`pacetag doctor`: check that all that pacetag needs is there and well."""

from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption, JsonOption


def doctor(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            click_type=MUSIC,
            help="Folders with music to check; without any, those of `roots` in the settings.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not measure how long a song takes.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check this machine: versions, decoders, network, index, rights, watches, speed.

    Each line that is not well says what to do. Nothing is changed: songs and index are only read.
    Exit codes: 0 all works, perhaps with warnings, 1 there is a fault, 2 wrong usage.
    """
    from pacetag.tagger.doctor.examine import results
    from pacetag.tagger.doctor.report import say_results
    from pacetag.tagger.doctor.subject import Subject

    subject = Subject(paths=tuple(paths or ()), index=index, quick=quick)
    raise typer.Exit(say_results(results(subject), as_json=as_json))
