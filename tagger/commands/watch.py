"""`pacetag watch`: keep tags and index up to date with folders, in the foreground."""

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption
from pacetag.tagger.commands.scan import BpmOption, JobsOption, NiceOption, NoTagsOption
from pacetag.tagger.scanning.options import BpmMode, ScanOptions
from pacetag.tagger.settings import default_jobs, index_path
from pacetag.tagger.workers.priority import lower_priority

RootsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        click_type=MUSIC,
        help="Folders with music; without any, those of `roots` in the settings.",
    ),
]


def watch(
    paths: RootsArgument = None,
    jobs: JobsOption = None,
    nice: NiceOption = False,
    no_tags: NoTagsOption = False,
    index: IndexOption = None,
    bpm: BpmOption = BpmMode.NEVER,
    settle: Annotated[
        float,
        typer.Option(
            "--settle", min=0.1, metavar="SECONDS", help="Silence before a folder is scanned."
        ),
    ] = 5.0,
    sweep: Annotated[
        float,
        typer.Option(
            "--sweep", min=0.01, metavar="MINUTES", help="Time between looks at everything."
        ),
    ] = 15.0,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Begin even if a folder is not there yet, as on a disk mounted later."
        ),
    ] = False,
) -> None:
    """Keep tags and index up to date while folders change.

    Scans the folders, then every song that is added, changed, moved or removed, until Ctrl-C.

    Waits for files that are still being copied. Exit codes: 0 ended by SIGTERM, 130 by
    Ctrl-C, 1 the index cannot be used, 2 wrong usage.
    """
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.service.notify import Supervisor
    from pacetag.tagger.watch.keeper import Keeper
    from pacetag.tagger.watch.reported import ReportedLines
    from pacetag.tagger.workers import pool

    roots = roots_to_watch(paths or [], may_be_absent=wait)
    options = ScanOptions(
        jobs=jobs or default_jobs(), tags=not no_tags, nice=nice, bpm=bpm, watching=True
    )
    if nice:
        lower_priority()
    stop, supervisor = Stop(), Supervisor()
    with stop_on_signals(stop), opened_index(index_path(index)) as songs:
        Keeper(
            roots,
            songs,
            pool.shipped_judge(),
            options,
            settle=settle,
            sweep=60 * sweep,
            stop=stop,
            lines=ReportedLines(supervisor),
        ).run()
        supervisor.stopping()
    raise typer.Exit(130 if stop.signal is signal.SIGINT else 0)


def roots_to_watch(paths: list[Path], *, may_be_absent: bool) -> list[Path]:
    """The folders that are named, or those of the settings, absolute.

    Those of the settings may always be absent. Raises UsageError where there is none, and for a
    path that is no folder.
    """
    from pacetag.tagger.config.file import config_path
    from pacetag.tagger.config.values import value_of
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library.walk import check_paths

    named = paths or value_of("watch.roots").value or []
    if not named:
        raise UsageError(
            "no folder is named; name one, or write `roots` into [watch] of the file of settings"
            f" ({config_path() or 'named by PACETAG_CONFIG'})"
        )
    absolute = [Path(os.path.abspath(path.expanduser())) for path in named]  # noqa: PTH100
    there = [root for root in absolute if os.path.lexists(root)]
    roots = check_paths(absolute if paths and not may_be_absent else there)
    for root in roots:
        if not root.is_dir():
            raise UsageError(f"{root}: is not a folder; watch the folder that it is in")
    return absolute
