"""`pacetag scan`: parse, run, render."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pacetag.tagger.commands.catalogue import catalogue_request, run_catalogue
from pacetag.tagger.commands.cluster_options import ClusterOption, OutputOption, workers_of
from pacetag.tagger.commands.judges import judge_on
from pacetag.tagger.commands.options import (
    DryRunOption,
    IndexOption,
    JsonOption,
    SourcesArgument,
    is_typed,
)
from pacetag.tagger.commands.reporters import reporter
from pacetag.tagger.commands.scan_options import (
    BpmOption,
    BpmRangeOption,
    CheckOption,
    Device,
    DeviceOption,
    ForceOption,
    IgnoreFailedOption,
    IgnoreOption,
    NiceOption,
    NoTagsOption,
    PaceValuesOption,
    QuodLibetOption,
    RetryOption,
    ScanJobsOption,
    bpm_mode,
)
from pacetag.tagger.logs.logger import is_verbose
from pacetag.tagger.scanning.options import PaceValues, ScanOptions
from pacetag.tagger.settings import default_jobs, index_path
from pacetag.tagger.workers.priority import lower_priority

if TYPE_CHECKING:
    from pacetag.tagger.library.stalls import Walked
    from pacetag.tagger.scanning.missing import Vanished
    from pacetag.tagger.scanning.outcomes import LeftOut, SongOutcome
    from pacetag.tagger.scanning.scan import Scan
    from pacetag.tagger.workers.judging import JudgeRef


def scan(
    ctx: typer.Context,
    paths: SourcesArgument,
    jobs: ScanJobsOption = None,
    nice: NiceOption = False,
    no_tags: NoTagsOption = False,
    dry_run: DryRunOption = False,
    force: ForceOption = False,
    ignore_failed: IgnoreFailedOption = False,
    retry: RetryOption = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
    bpm: BpmOption = None,
    bpm_range: BpmRangeOption = None,
    quodlibet: QuodLibetOption = False,
    pace_values: PaceValuesOption = PaceValues.KEEP,
    ignore: IgnoreOption = None,
    read_only_check: CheckOption = None,
    cluster: ClusterOption = None,
    device: DeviceOption = Device.CPU,
    output: OutputOption = None,
) -> None:
    """Listen to songs; write their paces into tags and index.

    PATH may also be a URL such as s3://bucket/music, or a Parquet file with a column of URLs: such
    songs are only read, and their paces go into the index or, with --output, into Parquet files.

    Known songs are passed over, even if they were renamed or retagged. Ctrl-C stops; the next scan
    goes on from there. Exit codes: 0 done, 1 some songs failed or a folder could not be read, 2
    wrong usage, 130 interrupted; with --read-only-check also 1 if more than tags changed.
    `pacetag problems` lists songs that failed or are not tagged.
    """
    from pacetag.tagger.audit.report import check_folder
    from pacetag.tagger.library.walk import check_paths

    options = ScanOptions(
        jobs=default_jobs() if jobs is None else jobs,
        tags=not no_tags,
        dry_run=dry_run,
        force=force,
        retry=retry,
        ignore_failed=ignore_failed,
        nice=nice,
        bpm=bpm_mode(bpm, bpm_range),
        bpm_range=bpm_range,
        quodlibet=quodlibet,
        pace_values=pace_values,
        ignore=tuple(ignore or ()),
    )
    if nice:
        lower_priority()
    request = catalogue_request(paths, partial(is_typed, ctx), output=output, cluster=cluster)
    load_judge = partial(judge_on, device, here=cluster is None)
    if request is not None:
        code = run_catalogue(request, index_path(index), options, load_judge, as_json=as_json)
        raise typer.Exit(code)
    code = run_scan(
        check_paths(map(Path, paths)),
        index_path(index),
        options,
        load_judge,
        index_named=index is not None,
        as_json=as_json,
        check=check_folder(read_only_check),
        cluster=cluster,
    )
    raise typer.Exit(code)


def run_scan(
    roots: Sequence[Path],
    index_file: Path,
    options: ScanOptions,
    load_judge: Callable[[], "JudgeRef"],
    *,
    as_json: bool,
    check: Path | None = None,
    index_named: bool = False,
    cluster: str | None = None,
) -> int:
    """Scan and render; returns the exit code.

    Args:
        roots: absolute paths of folders and songs.
        index_file: the file of the index.
        options: what the scan may do.
        load_judge: returns what judges the songs; it reads the network, and a disk may hang.
        as_json: print JSON.
        check: a folder in which only tags may change.
        index_named: --index named the index, so advised commands must name it, too.
        cluster: the address of a Dask scheduler whose workers judge.
    """
    from pacetag.tagger.audit.report import Checked
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.index.opening import opened_index
    from pacetag.tagger.library.ignored import Ignored
    from pacetag.tagger.library.stalls import Asking
    from pacetag.tagger.output.report import note_song
    from pacetag.tagger.output.scan_summary import naming_of
    from pacetag.tagger.scanning.findings import SHOWN
    from pacetag.tagger.scanning.leftovers import Tidying
    from pacetag.tagger.scanning.missing import Vanished, mark_vanished
    from pacetag.tagger.scanning.outcomes import Tally
    from pacetag.tagger.scanning.scan import Scan

    began = time.monotonic()
    stop, tally, lost = Stop(), Tally(None if is_verbose() else SHOWN), Vanished()
    naming = naming_of(roots, index_file if index_named else None, dry_run=options.dry_run)
    with stop_on_signals(stop), opened_index(index_file, scratch=options.dry_run) as index:
        checked = Checked(check, index_file, options, stop, as_json=as_json)
        found = Asking(stop, ignored=Ignored(options.ignore)).walk(roots)
        if not options.dry_run:
            Tidying(index.path).tidy(found.leftovers)
        scan = Scan(index, load_judge(), options, stop, make_workers=workers_of(cluster))
        with reporter(len(found.songs), naming, as_json=as_json, dry_run=options.dry_run) as shown:
            for song in _outcomes(found, scan):
                tally.add(song)
                note_song(song)
                shown.song(song)
            if not stop.requested:
                seen = frozenset(map(str, (*found.songs, *found.stalled)))
                lost = mark_vanished(index, roots, roots=roots, seen=seen, stop=stop)
            summary = tally.summary(
                seconds=time.monotonic() - began,
                interrupted=stop.requested,
                missing=len(lost.gone),
                left_out=_left_out(found, lost, roots),
            )
            checked.compare()
            shown.end(summary)
        checked.end()
    return summary.exit_code or checked.exit_code


def _outcomes(found: "Walked", scan: "Scan") -> "Iterator[SongOutcome]":
    """An outcome for each song, and for each file and folder that did not answer."""
    from pacetag.tagger.scanning.known import stalled

    yield from map(stalled, found.stalled)
    yield from scan.songs(found.songs)


def _left_out(found: "Walked", lost: "Vanished", roots: Sequence[Path]) -> "LeftOut":
    from pacetag.tagger.scanning.outcomes import LeftOut

    return LeftOut(
        refused=tuple((str(place), why) for place, why in found.refused),
        bins=tuple(str(place) for place in found.bins if place not in roots),
        hidden=tuple(str(place) for place in found.hidden if place not in roots),
        binned=len(lost.binned),
        others=found.others,
    )
