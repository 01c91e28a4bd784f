"""`pacetag watch`: keep tags and index up to date with folders, in the foreground."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption, fill_in
from pacetag.tagger.commands.scan_options import (
    BpmOption,
    BpmRangeOption,
    IgnoreOption,
    JobsOption,
    NiceOption,
    NoTagsOption,
    PaceValuesOption,
    QuodLibetOption,
    bpm_mode,
)
from pacetag.tagger.scanning.options import PaceValues, ScanOptions
from pacetag.tagger.settings import default_jobs, index_path

if TYPE_CHECKING:
    from pacetag.tagger.watch.run import WatchSettings

RootsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        click_type=MUSIC,
        help="Folders with music; without any, those of `roots` in the settings.",
    ),
]


def watch(
    ctx: typer.Context,
    paths: RootsArgument = None,
    jobs: JobsOption = None,
    nice: NiceOption = False,
    no_tags: NoTagsOption = False,
    index: IndexOption = None,
    bpm: BpmOption = None,
    bpm_range: BpmRangeOption = None,
    quodlibet: QuodLibetOption = False,
    pace_values: PaceValuesOption = PaceValues.KEEP,
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
    ignore: IgnoreOption = None,
    polite: Annotated[
        bool,
        typer.Option(
            "--polite/--no-polite",
            help="Begin no song on battery, or while other programs keep the machine busy.",
        ),
    ] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Begin even if a folder is not there yet, as on a disk mounted later."
        ),
    ] = False,
) -> None:
    """Keep tags and index up to date while folders change.

    Scans the folders, then every song that is added, changed, moved or removed, until Ctrl-C.

    Waits for files that are still being copied. SIGTERM ends it within 5 s, SIGHUP has it read the
    settings again. Exit codes: 0 ended by SIGTERM, 130 by Ctrl-C, 1 the index cannot be used, 2
    wrong usage.
    """
    from pacetag.tagger.watch.run import run_watch
    from pacetag.tagger.workers import pool

    def read() -> "WatchSettings":
        fill_in(ctx)
        return _settings(ctx.params, paths or [], may_be_absent=wait)

    raise typer.Exit(run_watch(read, pool.shipped_judge, index_path(index)))


def _settings(values: dict[str, Any], paths: list[Path], *, may_be_absent: bool) -> "WatchSettings":
    """What the options say, typed or set. Raises UsageError."""
    from pacetag.tagger.service.polite import ThisMachine
    from pacetag.tagger.watch.run import WatchSettings

    if values["polite"]:
        ThisMachine()  # which may lack a package
    return WatchSettings(
        roots=roots_to_watch(paths, may_be_absent=may_be_absent),
        scan=ScanOptions(
            jobs=values["jobs"] or default_jobs(),
            tags=not values["no_tags"],
            nice=values["nice"],
            bpm=bpm_mode(values["bpm"], values["bpm_range"]),
            bpm_range=values["bpm_range"],
            quodlibet=values["quodlibet"],
            pace_values=PaceValues(values["pace_values"]),
            ignore=tuple(values["ignore"] or ()),
            watching=True,
        ),
        settle=values["settle"],
        sweep=60 * values["sweep"],
        polite=values["polite"],
    )


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
