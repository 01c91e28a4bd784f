"""`pacetag stats`: the index in numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import OUTPUT, IndexOption, JsonOption, OverwriteOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.sessions.minutes import CadenceMinutes

CadenceOption = Annotated[
    str | None,
    typer.Option("--cadence", metavar="RANGE", help="Minutes of music by cadence, as 150-190."),
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        click_type=OUTPUT,
        help="Draw them into a picture, such as a .png or .svg; needs --cadence.",
    ),
]


def stats(
    cadence: CadenceOption = None,
    plot: PlotOption = None,
    overwrite: OverwriteOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the songs in the index, and their paces; with --cadence, minutes of music for each."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.index.opening import read_index

    path = index_path(index)
    if cadence is not None:
        _by_cadence(path, cadence, plot, overwrite=overwrite, as_json=as_json)
        return
    if plot is not None:
        raise UsageError("--plot draws minutes of music by cadence: add --cadence 150-190")
    with read_index(path) as songs:
        numbers = songs.stats()
    if as_json:
        from pacetag.tagger.output.json_lines import say_json, stats_object

        say_json(stats_object(numbers))
        return
    from pacetag.tagger.output.tables import stats_lines
    from pacetag.tagger.terminal.say import say

    for line in stats_lines(numbers, str(path)):
        say(line)


def _by_cadence(
    path: Path, text: str, plot: Path | None, *, overwrite: bool, as_json: bool
) -> None:
    """Show how much music there is for each cadence of a range. Raises UsageError."""
    from pacetag.tagger.config.values import value_of
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.sessions.minutes import minutes_by_cadence, parse_range

    try:
        cadences = parse_range(text)
    except ValueError as error:
        raise UsageError(f"--cadence: {error}") from error
    place = None
    if plot is not None:
        from pacetag.tagger.plots.image_files import check_kind, picture_place

        check_kind(plot)  # before the file itself: a wrong kind is wrong usage
        place = picture_place(plot, (path,), overwrite=overwrite)
    tolerance = value_of("playlist.tolerance").value
    sure = value_of("playlist.min-confidence").value
    with read_index(path) as songs:
        rows = minutes_by_cadence(songs, cadences, tolerance=tolerance, min_confidence=sure)
    if place is not None:
        from pacetag.tagger.plots.cadences import draw_cadences

        draw_cadences([(row.cadence, row.seconds / 60) for row in rows], place)
    _show(rows, tolerance, sure, plot, as_json=as_json)


def _show(
    rows: "list[CadenceMinutes]", tolerance: str, sure: float, plot: Path | None, *, as_json: bool
) -> None:
    import sys

    from pacetag.tagger.output.sessions import minutes_lines
    from pacetag.tagger.terminal.columns import bar_room
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.terminal.standard_output import is_stdout
    from pacetag.tagger.terminal.standard_streams import results_on_stderr

    stream = results_on_stderr() if is_stdout(plot) else sys.stdout
    if as_json:
        from pacetag.tagger.output.json_lines import say_json

        cadences = [
            {"cadence": row.cadence, "songs": row.songs, "seconds": round(row.seconds, 3)}
            for row in rows
        ]
        say_json({"tolerance": tolerance, "min_confidence": sure, "cadences": cadences}, stream)
        return
    for line in minutes_lines(rows, width=bar_room(stream)):
        say(line, stream)
