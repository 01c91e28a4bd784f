"""Options of how a playlist names its songs, for a player that sees the music elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH

if TYPE_CHECKING:
    from pacetag.tagger.playlist.paths import PathStyle

AbsoluteOption = Annotated[
    bool | None,
    typer.Option(
        "--absolute/--no-absolute",
        help="Write absolute paths, not relative to the playlist.",
        show_default=False,
    ),
]
RelativeOption = Annotated[
    Path | None,
    typer.Option(
        "--relative-to",
        metavar="DIR",
        click_type=PATH,
        help="Write paths relative to this folder, as a music server wants of its own.",
    ),
]
RootOption = Annotated[
    list[str] | None,
    typer.Option(
        "--root-map",
        metavar="FROM=TO",
        help="Write absolute paths in which TO stands for the folder FROM, as the player sees it; "
        "may be given several times.",
    ),
]


def path_style(
    output: Path | None, relative_to: Path | None, maps: list[str], *, absolute: bool | None
) -> "PathStyle | None":
    """Return how songs are named; None for the usual way. Raises UsageError.

    The three options stand together: one that is typed has the settings of all three ignored.
    """
    typed = absolute is not None or relative_to is not None or bool(maps)
    if not typed and output is not None:
        from pacetag.tagger.config.values import value_of

        absolute = value_of("playlist.absolute").value
        relative_to = value_of("playlist.relative-to").value
        maps = value_of("playlist.root-map").value or []
    if relative_to is None and not maps and not absolute:
        return None
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.playlist.paths import PathStyle, parse_roots

    if output is None:
        raise UsageError(
            "--absolute, --relative-to and --root-map say what stands in a file: name it with "
            "--output, or - to print it"
        )
    if relative_to is not None and (absolute or maps):
        raise UsageError("--relative-to excludes --absolute and --root-map")
    try:
        return PathStyle(relative_to=relative_to, roots=parse_roots(maps))
    except (ValueError, RuntimeError) as error:  # RuntimeError: ~ of an unknown user
        raise UsageError(f"--root-map: {error}") from error
