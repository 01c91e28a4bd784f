"""`pacetag service`: have the system keep the watcher running."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH, IndexOption, JsonOption
from pacetag.tagger.commands.watch import RootsArgument, roots_to_watch
from pacetag.tagger.logs.options import LoggingCommand
from pacetag.tagger.service.kinds import Kind
from pacetag.tagger.settings import default_jobs, index_path

if TYPE_CHECKING:
    from pacetag.tagger.service.managers import Manager
    from pacetag.tagger.service.values import Service

KindOption = Annotated[
    Kind | None,
    typer.Option("--for", help="The program that keeps services; otherwise this system's."),
]
PrintOption = Annotated[
    bool,
    typer.Option("--print", "--dry-run", help="Only print what would be installed; touch nothing."),
]
WritableOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--writable",
        metavar="FOLDER",
        click_type=PATH,
        help="A further folder that it may write, such as one for playlists; may be repeated.",
    ),
]
UnconfinedOption = Annotated[
    bool,
    typer.Option(
        "--unconfined", help="Let it write wherever you may, where the system cannot confine it."
    ),
]
LinesOption = Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Wait for further lines.")]

service = typer.Typer(
    name="service",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Have the system keep `pacetag watch` running: install, see, stop and remove it.",
)


@service.command("install", cls=LoggingCommand)
def install(
    paths: RootsArgument = None,
    index: IndexOption = None,
    writable: WritableOption = None,
    unconfined: UnconfinedOption = False,
    kind: KindOption = None,
    only_print: PrintOption = False,
) -> None:
    """Have the watcher start now and whenever you log in.

    Installing again changes only what has to change. What the watcher does stands in the file of
    settings: `pacetag config`. Exit codes: 0 done, 1 it could not be installed, 2 wrong usage.
    """
    from pacetag.tagger.service.installing import install as put_in
    from pacetag.tagger.service.installing import installed_text
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    wanted = _service(paths or [], index, writable or [], confined=not unconfined)
    chosen = _manager(kind)
    if only_print:
        for line in installed_text(chosen, wanted).splitlines():
            say(line, whole=True)
        return
    for line in put_in(chosen, wanted, index_path(index)):
        say(printable(line))


def _service(
    paths: list[Path], index: Path | None, writable: list[Path], *, confined: bool
) -> "Service":
    from pacetag.tagger.config.values import value_of
    from pacetag.tagger.service.values import watching

    log: Path | None = value_of("log-file").value
    more = [Path(each).expanduser().absolute() for each in writable]
    return watching(
        roots_to_watch(paths, may_be_absent=False),
        typed=bool(paths),
        index=index_path(index),
        index_typed=index is not None,
        jobs=value_of("jobs").value or default_jobs(),
        confined=confined,
        more=[*more, *_kept_folders(index), *([] if log is None else [log.parent])],
    )


def _kept_folders(index: Path | None) -> list[Path]:
    """The folders of playlists that are kept fresh, which the watcher writes again."""
    from pacetag.tagger.index.opening import read_index

    place = index_path(index)
    if not place.exists():
        return []
    with read_index(place) as songs:
        return [Path(kept.target).parent for kept in songs.kept.all()]


def _manager(kind: Kind | None) -> "Manager":
    from pacetag.tagger.service.managers import manager, usual_kind

    return manager(kind or usual_kind())


@service.command("uninstall", cls=LoggingCommand)
def uninstall(kind: KindOption = None, only_print: PrintOption = False) -> None:
    """Stop the watcher, and remove what `install` wrote; songs, tags and index stay.

    Exit codes: 0 done or not installed, 1 it could not be removed.
    """
    from pacetag.tagger.service.installing import uninstall as take_out
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    chosen = _manager(kind)
    if only_print:
        say(printable(f"Would stop the watcher and remove {chosen.file}"))
        return
    say(printable(take_out(chosen)))


@service.command("start", cls=LoggingCommand)
def start(kind: KindOption = None) -> None:
    """Start the watcher that is installed. Exit codes: 0 done, 1 it could not be started."""
    _turn(kind, on=True)


@service.command("stop", cls=LoggingCommand)
def stop(kind: KindOption = None) -> None:
    """Stop the watcher until you log in again; a song under way is stored or stays as it was.

    Exit codes: 0 done, 1 it could not be stopped.
    """
    _turn(kind, on=False)


def _turn(kind: Kind | None, *, on: bool) -> None:
    from pacetag.tagger.service.installing import check_installed
    from pacetag.tagger.service.running import run
    from pacetag.tagger.terminal.say import say

    chosen = _manager(kind)
    check_installed(chosen)
    run(chosen.start if on else chosen.stop, chosen.remedy)
    say("The watcher is running." if on else "The watcher is stopped.")


@service.command("status", cls=LoggingCommand)
def status(kind: KindOption = None, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say whether the watcher is installed and what the system knows of it.

    `pacetag status` says what the watcher itself is doing. Exit codes: 0 it is installed and
    running, 1 it is not.
    """
    from pacetag.tagger.output.service import say_service
    from pacetag.tagger.service.installing import facts

    found = facts(_manager(kind))
    say_service(found, as_json=as_json)
    raise typer.Exit(0 if found.running else 1)


@service.command("logs", cls=LoggingCommand)
def logs(kind: KindOption = None, lines: LinesOption = 50, follow: FollowOption = False) -> None:
    """Print the last lines of the watcher's log, as the system keeps it.

    Exit codes: 0 done, 1 there is no log.
    """
    from pacetag.tagger.cancellation import signals_let_through
    from pacetag.tagger.service.running import show

    chosen = _manager(kind)
    sys.stdout.flush()
    with signals_let_through():
        raise typer.Exit(show(chosen.logs(lines, follow), chosen.remedy))
