"""`pacetag watch`: keep tags and index up to date with folders, in the foreground."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption
from pacetag.tagger.commands.scan import BpmOption, JobsOption, NiceOption, NoTagsOption
from pacetag.tagger.scanning.options import BpmMode, ScanOptions
from pacetag.tagger.settings import default_jobs, index_path
from pacetag.tagger.workers.priority import lower_priority


def watch(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", click_type=MUSIC, help="Folders with music.")
    ],
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
) -> None:
    """Keep tags and index up to date while folders change.

    Scans the folders, then every song that is added, changed, moved or removed, until Ctrl-C.

    Waits for files that are still being copied. Exit codes: 0 ended by SIGTERM, 130 by
    Ctrl-C, 1 the index cannot be used, 2 wrong usage.
    """
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.library.walk import check_paths
    from pacetag.tagger.watch.keeper import Keeper
    from pacetag.tagger.watch.lines import WatchLines
    from pacetag.tagger.workers import pool

    roots = check_paths(paths)
    for root in roots:
        if not root.is_dir():
            raise UsageError(f"{root}: is not a folder; watch the folder that it is in")
    options = ScanOptions(
        jobs=jobs or default_jobs(), tags=not no_tags, nice=nice, bpm=bpm, watching=True
    )
    if nice:
        lower_priority()
    stop = Stop()
    with stop_on_signals(stop), opened_index(index_path(index)) as songs:
        Keeper(
            roots,
            songs,
            pool.shipped_judge(),
            options,
            settle=settle,
            sweep=60 * sweep,
            stop=stop,
            lines=WatchLines(),
        ).run()
    raise typer.Exit(130 if stop.signal is signal.SIGINT else 0)
