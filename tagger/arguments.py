"""Arguments that several commands share, so that they read the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

PathsArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="Folders with music, or single songs.")
]
IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="FILE",
        help="The index to use; otherwise PACETAG_INDEX, or one in your data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
