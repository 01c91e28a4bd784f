"""Options of how a playlist chooses: what rests, what is drawn by chance, what a cadence counts."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.completing import intensities

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.intensity import Asked
    from pacetag.tagger.playlist.listener import Listener
    from pacetag.tagger.sessions.session import Session

FEW_STEPS = 100  # a minute; runners take more, so fewer are likely strides of one foot

RestOption = Annotated[
    int,
    typer.Option(
        "--rest",
        min=0,
        metavar="N",
        help="Leave out songs of the last N playlists written with --duration or --limit.",
    ),
]
RepeatOption = Annotated[
    bool, typer.Option("--repeat", help="Take songs of the last playlists as well, as --rest 0.")
]
ShuffleOption = Annotated[
    bool,
    typer.Option("--shuffle", help="Draw songs at random, the better ones more probably."),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Draw as --shuffle, the same songs for the same N."),
]
StridesOption = Annotated[
    bool | None,
    typer.Option(
        "--strides/--steps",
        help="The cadence counts one foot, so 82 is 164 steps; or both feet, as it does.",
        show_default=False,
    ),
]

IntensityOption = Annotated[
    str | None,
    typer.Option(
        "--intensity",
        metavar="WORD",
        autocompletion=intensities,
        help="How driving songs should be: easy, steady, hard, or a range such as 0.6..1.",
    ),
]
SkipIntrosOption = Annotated[
    bool,
    typer.Option(
        "--skip-intros",
        help="Have songs with an intro of 8 s and more begin where they get going.",
    ),
]


def intensity_of(text: str | None) -> "Asked | None":
    """Return the intensity that is asked for. Raises UsageError."""
    if text is None:
        return None
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.playlist.intensity import parse_intensity

    try:
        return parse_intensity(text)
    except ValueError as error:
        raise UsageError(f"--intensity: {error}") from error


def steps_of(cadence: float, *, strides: bool | None) -> float:
    """Return the steps a minute of a cadence that may count one foot.

    One that is likely to count one foot is asked about in a terminal, and warned of elsewhere.
    """
    if strides is not None or not 0 < cadence < FEW_STEPS:
        return 2 * cadence if strides else cadence
    from pacetag.tagger.terminal.say import say

    if all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        asked = f"{cadence:g} strides of one foot, that is {2 * cadence:g} steps?"
        return 2 * cadence if typer.confirm(asked, default=True, err=True) else cadence
    say(
        f"--cadence {cadence:g} counts the steps of both feet; add --strides if it counts one foot "
        f"({2 * cadence:g} steps), or --steps if not",
        sys.stderr,
    )
    return cadence


def checked_numbers(
    cadence: float, tolerance: str, min_confidence: float, duration: str | None
) -> tuple[float, float | None]:
    """Return the tolerance as a share of the cadence, and the duration in seconds.

    Raises UsageError for values that make no sense.
    """
    from pacetag.db.bins import HIGHEST, LOWEST
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.playlist.duration import parse_duration
    from pacetag.tagger.playlist.tolerance import parse_tolerance

    if not LOWEST <= cadence <= HIGHEST:
        raise UsageError(
            f"--cadence must be from {LOWEST} to {HIGHEST} steps a minute, the range in which "
            f"songs have paces, not {cadence:g}"
        )
    if not 0 <= min_confidence <= 1:
        raise UsageError(f"--min-confidence must be from 0 to 1, not {min_confidence:g}")
    option = "--tolerance"
    try:
        share = parse_tolerance(tolerance, cadence)
        option = "--duration"
        return share, None if duration is None else parse_duration(duration)
    except ValueError as error:
        sign = " " if str(error).startswith("must") else ": "
        raise UsageError(f"{option}{sign}{error}") from error


def seed_of(seed: int | None, *, shuffle: bool) -> int | None:
    """Return the seed of a shuffled playlist, a new one if none was given; None for no shuffle."""
    if seed is None and shuffle:
        seed = int.from_bytes(os.urandom(4))
    if seed is not None:
        from pacetag.tagger.logs.logger import info

        info("playlist", f"drawn with --seed {seed}")
    return seed


def listener_for(
    index: "SongIndex", *, rest: int, output: Path | None, bounded: bool
) -> "Listener":
    """Return what the listener said and heard.

    Songs rest in playlists that have a bound: without one all that fits is listed.
    """
    from pacetag.tagger.playlist.listener import listener_of

    resting = rest if bounded else 0
    return listener_of(index, resting=resting, target=None if output is None else _target(output))


def note_written(
    index: "SongIndex", index_file: Path, found: "Playlist | Session", output: Path
) -> None:
    """Note a playlist that was written to a file, so that its songs rest in the next ones.

    An index that cannot be written keeps no such notes; `index` may be a copy of it then.
    """
    from pacetag.db.access import in_the_way
    from pacetag.db.errors import SongIndexError
    from pacetag.tagger.logs.logger import info
    from pacetag.tagger.text.piece_names import stored_name

    songs = [(entry.song.fingerprint, stored_name(entry.song)) for entry in found.entries]
    reason = in_the_way(index_file)
    if reason is None:
        try:
            index.listening.wrote(_target(output), songs)
        except SongIndexError as error:  # the playlist itself is written
            reason = error.reason
    if reason is not None:
        info("playlist", f"its songs do not rest: the index cannot be written ({reason})")


def _target(output: Path) -> str:
    """The absolute path of an output, as the index can keep it."""
    path = os.path.abspath(output.expanduser())  # noqa: PTH100 - resolve() follows links
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
