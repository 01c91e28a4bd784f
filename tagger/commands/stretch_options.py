"""Options of `playlist` that stretch songs to exactly the cadence, and how they are carried out."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH
from pacetag.tagger.errors import UsageError
from pacetag.tagger.stretching.formats import Format

if TYPE_CHECKING:
    from pacetag.tagger.commands.deliveries import Delivered
    from pacetag.tagger.output.stretched import Stretched
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.sessions.session import Session
    from pacetag.tagger.stretching.copies import Copy
    from pacetag.tagger.stretching.making import Made

MOST = 0.2  # share of the cadence; beyond it a copy sounds wrong

StretchOption = Annotated[
    str | None,
    typer.Option(
        "--stretch",
        metavar="SHARE",
        help="Also take songs up to so far off, 6%, and write copies at exactly the cadence.",
    ),
]
CopiesOption = Annotated[
    Path | None,
    typer.Option(
        "--copies",
        metavar="DIR",
        click_type=PATH,
        help="Where those copies lie; else in a folder beside the playlist.",
    ),
]
CopiesFormatOption = Annotated[
    Format, typer.Option("--copies-format", help="What those copies are encoded as.")
]


@dataclass(frozen=True, kw_only=True)
class StretchWish:
    """What was typed."""

    share: str | None
    folder: Path | None
    form: Format

    def widened(self, tolerance: float, cadence: float) -> float:
        """Return the tolerance by which songs are chosen. Raises UsageError."""
        return tolerance if self.share is None else widened(self.share, tolerance, cadence)


def widened(text: str, tolerance: float, cadence: float) -> float:
    """Return the tolerance by which songs are chosen that are stretched. Raises UsageError."""
    from pacetag.tagger.playlist.tolerance import parse_tolerance

    try:
        share = parse_tolerance(text, cadence)
    except ValueError as error:
        sign = " " if str(error).startswith("must") else ": "
        raise UsageError(f"--stretch{sign}{error}") from error
    if not 0 < share <= MOST:
        raise UsageError(f"--stretch must be above 0 and at most {MOST:.0%}, not {text}")
    return max(tolerance, share)


@dataclass(frozen=True, kw_only=True)
class Stretching:
    """That songs are stretched, how much, and where their copies lie."""

    folder: Path
    form: Format
    dry_run: bool

    def carry_out(
        self, found: "Playlist | Session", tolerances: Sequence[float]
    ) -> "tuple[Stretched, Delivered]":
        """Make the copies that are not there, and return the playlist with them.

        `tolerances` hold for songs that are not stretched, one for each block. Raises TaggerError
        where the folder or its disk does not do, and Exit where a stop is requested.
        """
        from pacetag.tagger.commands.deliveries import Delivered
        from pacetag.tagger.output.stretched import Copies, wanted_in, with_copies
        from pacetag.tagger.stretching.copies import check_folder, check_room, copies_of

        check_folder(self.folder)
        copies = copies_of(wanted_in(found), self.folder, self.form)
        every = list({copy.path: copy for copy in copies.values()}.values())
        check_room(every, self.folder)
        failed = [] if self.dry_run else self._make([c for c in every if not c.is_there])
        lost = {made.copy.path for made in failed}
        stretched = with_copies(found, Copies(of=copies, failed=lost), tolerances)
        lines = (*_failures(failed, stretched), self._summary(every, failed))
        return stretched, Delivered(lines=lines, failed=bool(failed))

    def _make(self, copies: "list[Copy]") -> "list[Made]":
        """Make copies; returns the results of those that failed."""
        if not copies:
            return []
        from pacetag.tagger.cancellation import INTERRUPTED, Stop, stop_on_signals
        from pacetag.tagger.output.progress import CopiesBar
        from pacetag.tagger.settings import default_jobs
        from pacetag.tagger.stretching.pool import make_all
        from pacetag.tagger.terminal.say import say

        self._make_folder()
        stop, results = Stop(), []
        with stop_on_signals(stop), CopiesBar(len(copies)) as bar:
            for made in make_all(copies, jobs=default_jobs(), stop=stop):
                results.append(made)
                bar.made(made.copy.path.name)
        if stop.requested:
            done = sum(made.reason is None for made in results)
            say(
                f"stopped: {done} of {len(copies)} copies are made and stay in {self.folder}; the "
                "same command makes the others",
                sys.stderr,
            )
            raise typer.Exit(INTERRUPTED)
        return [made for made in results if made.reason is not None]

    def _make_folder(self) -> None:
        from pacetag.tagger.errors import TaggerError

        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise TaggerError(
                f"{self.folder}: {error.strerror or error}; name another place with --copies"
            ) from error

    def _summary(self, every: "list[Copy]", failed: "list[Made]") -> str:
        there = sum(copy.is_there for copy in every)
        new = [copy for copy in every if not copy.is_there]
        if not every:
            return "no song needs a copy: all are within 0.3 % of the cadence"
        if self.dry_run:
            room = sum(copy.bytes for copy in new) >> 20
            does = f"{len(new)} would be made, at most {room} MiB"
        else:
            does = f"{len(new) - len(failed)} made"
        return f"copies in {self.folder}: {does}, {there} there already"


def _failures(failed: "list[Made]", stretched: "Stretched") -> list[str]:
    listed = {entry.song.path for entry in stretched.listed.entries}
    return [
        f"{made.copy.song.path}: not stretched: {made.reason}; "
        + ("the song itself is listed" if made.copy.song.path in listed else "left out")
        for made in failed
    ]


def stretching_of(
    wish: StretchWish, output: Path | None, *, dry_run: bool, is_mixed: bool = False
) -> Stretching | None:
    """Return how copies are made; None where that is not asked for.

    `is_mixed`: the songs go into a mix, which needs no copies. Raises UsageError, or
    MissingExtraError where the package is not installed.
    """
    if wish.share is None:
        if wish.folder is not None:
            raise UsageError("--copies needs --stretch, which makes them: --stretch 6%")
        return None
    if is_mixed and output is None and wish.folder is None:
        return None
    folder = wish.folder or _beside(output)
    if output is None or folder is None:
        raise UsageError(
            "--stretch needs a playlist that names the copies: --output FILE, or --copies DIR with "
            "--output -"
        )
    from pacetag.tagger.stretching.engine import check_installed

    check_installed()
    return Stretching(folder=folder.expanduser().absolute(), form=wish.form, dry_run=dry_run)


def _beside(output: Path | None) -> Path | None:
    """The folder of the copies of a playlist, beside its file; None for pipes and the like."""
    from pacetag.tagger.terminal.standard_output import descriptor_of

    if output is None or descriptor_of(output) is not None:
        return None
    return output.with_name(f"{output.stem} (stretched)")
