"""`pacetag playlist`: songs for a cadence, as a table, a file or JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.arguments import PATH, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.tagger.playlist.entries import Playlist

WIDEST = 0.5  # beyond half the cadence another pace of the song would fit better
LINES = 250  # of a table that nobody set bounds to: fifteen hours of music


def playlist(
    cadence: Annotated[
        float, typer.Option("--cadence", metavar="N", help="Steps a minute, both feet counted.")
    ],
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="How far a pace may be off; 0.04 is 4 %.")
    ] = 0.04,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", help="How sure a pace must be, 0 to 1.")
    ] = 0.5,
    duration: Annotated[
        str | None,
        typer.Option("--duration", metavar="TIME", help="How long to run: 45m, 1h30m."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            metavar="N",
            help="At most so many songs, the best; a table without --duration ends at 250.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            click_type=PATH,
            help="Write an M3U8 playlist instead of a table.",
        ),
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the songs that fit a cadence, the best first.

    When nothing fits, it says how many songs would with a wider tolerance. Exit codes: 0 done,
    1 the index or the output cannot be used, 2 wrong usage.
    """
    from pacetag.tagger.errors import TaggerError
    from pacetag.tagger.opening import read_index
    from pacetag.tagger.playlist.m3u8 import write_m3u8
    from pacetag.tagger.playlist.query import build_playlist

    seconds = _check(cadence, tolerance, min_confidence, duration)
    if limit is None and seconds is None and output is None and not as_json:
        limit = LINES
    with read_index(index_path(index)) as songs:
        found = build_playlist(
            songs,
            cadence,
            tolerance=tolerance,
            min_confidence=min_confidence,
            duration=seconds,
            limit=limit,
        )
    if output is not None and found.entries:
        try:
            write_m3u8(found, output.expanduser().absolute())
        except OSError as error:
            raise TaggerError(
                f"{output}: the playlist cannot be written ({error.strerror or error}); "
                "choose another place with --output"
            ) from error
    _show(found, output, as_json=as_json)


def _check(
    cadence: float, tolerance: float, min_confidence: float, duration: str | None
) -> float | None:
    """The duration in seconds. Raises UsageError for a number that cannot be meant."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.playlist.duration import parse_duration

    if not 0 < cadence < float("inf"):
        raise UsageError(f"--cadence must be above 0 steps a minute, not {cadence:g}")
    if not 0 <= tolerance <= WIDEST:
        raise UsageError(
            f"--tolerance must be from 0 to {WIDEST:g} (0.04 is 4 %), not {tolerance:g}"
        )
    if not 0 <= min_confidence <= 1:
        raise UsageError(f"--min-confidence must be from 0 to 1, not {min_confidence:g}")
    try:
        return None if duration is None else parse_duration(duration)
    except ValueError as error:
        raise UsageError(f"--duration: {error}") from error


def _show(found: "Playlist", output: Path | None, *, as_json: bool) -> None:
    if as_json:
        from pacetag.tagger.json_lines import playlist_object, say_json

        say_json(playlist_object(found))
        return
    from pacetag.tagger.report import say
    from pacetag.tagger.tables import nothing_fits, playlist_table, playlist_total

    if not found.entries:
        for line in nothing_fits(found):
            say(line)
    elif output is None:
        playlist_table(found)
        say(playlist_total(found))
    else:
        say(f"{output}: {playlist_total(found)}")
