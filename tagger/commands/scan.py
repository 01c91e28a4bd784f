"""`pacetag scan`: parse, run, render."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.catalogue import catalogue_request, run_catalogue
from pacetag.tagger.commands.cluster_options import ClusterOption, OutputOption, workers_of
from pacetag.tagger.commands.options import (
    PATH,
    DryRunOption,
    IndexOption,
    JsonOption,
    SourcesArgument,
)
from pacetag.tagger.commands.reporters import reporter
from pacetag.tagger.logs.logger import is_verbose
from pacetag.tagger.paces import PaceRange
from pacetag.tagger.scanning.options import BpmMode, PaceValues, ScanOptions
from pacetag.tagger.settings import default_jobs, index_path
from pacetag.tagger.workers.priority import lower_priority

if TYPE_CHECKING:
    from pacetag.tagger.library.stalls import Walked
    from pacetag.tagger.scanning.missing import Vanished
    from pacetag.tagger.scanning.outcomes import LeftOut, SongOutcome
    from pacetag.tagger.scanning.scan import Scan

JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, metavar="N", help="Worker processes; one a processor if not given."
    ),
]
ScanJobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=0,
        metavar="N",
        help="Worker processes; one a processor if not given. 0: judge in this very process.",
    ),
]
NiceOption = Annotated[
    bool,
    typer.Option(
        "--nice/--no-nice",
        help="Let all other programs go first: lowest priority for processor and disk.",
    ),
]
NoTagsOption = Annotated[
    bool, typer.Option("--no-tags/--tags", help="Only fill the index; leave the files as they are.")
]
CheckOption = Annotated[
    Path | None,
    typer.Option(
        "--read-only-check",
        metavar="DIR",
        click_type=PATH,
        help="Prove that nothing in this folder changes but tags: every file is read before and "
        "after, and all other changes are named.",
    ),
]


def _pace_range(text: str) -> PaceRange:
    """The range that a person typed. Raises BadParameter."""
    try:
        return PaceRange.read(text)
    except ValueError as error:
        raise typer.BadParameter(f'"{text}" {error}', param_hint="--bpm-range") from error


BpmOption = Annotated[
    BpmMode | None,
    typer.Option(
        "--bpm",
        help="Whether to write the ordinary BPM field, with the most confident pace, too; never "
        "if not given.",
    ),
]
BpmRangeOption = Annotated[
    PaceRange | None,
    typer.Option(
        "--bpm-range",
        metavar="LOW-HIGH",
        parser=_pace_range,
        help="Write the most confident pace within this range, such as 140-190, into BPM; alone "
        "it means --bpm if-missing.",
    ),
]
QuodLibetOption = Annotated[
    bool,
    typer.Option(
        "--quodlibet/--no-quodlibet",
        help="Write the paces of MP3 once more where Quod Libet reads them: QuodLibet::pace.",
    ),
]
PaceValuesOption = Annotated[
    PaceValues,
    typer.Option(
        "--pace-values",
        help="How several paces stand in PACE: as they do already, one by one, or joined into "
        "one value, 160/80, for players that show only the first.",
    ),
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="GLOB",
        help='Pass over what matches, such as "Audiobooks" or "*.part.mp3"; may be repeated.',
    ),
]


def scan(
    paths: SourcesArgument,
    jobs: ScanJobsOption = None,
    nice: NiceOption = False,
    no_tags: NoTagsOption = False,
    dry_run: DryRunOption = False,
    force: Annotated[
        bool, typer.Option("--force", help="Judge songs again that are known or failed before.")
    ] = False,
    ignore_failed: Annotated[
        bool,
        typer.Option(
            "--ignore-failed",
            help="Pass over songs that failed before and have not changed: no failure any more.",
        ),
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Judge songs again that failed before.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
    bpm: BpmOption = None,
    bpm_range: BpmRangeOption = None,
    quodlibet: QuodLibetOption = False,
    pace_values: PaceValuesOption = PaceValues.KEEP,
    ignore: IgnoreOption = None,
    read_only_check: CheckOption = None,
    cluster: ClusterOption = None,
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
    request = catalogue_request(
        paths, options, output=output, cluster=cluster, check=read_only_check
    )
    if request is not None:
        raise typer.Exit(run_catalogue(request, index_path(index), options, as_json=as_json))
    code = run_scan(
        check_paths(map(Path, paths)),
        index_path(index),
        options,
        index_named=index is not None,
        as_json=as_json,
        check=check_folder(read_only_check),
        cluster=cluster,
    )
    raise typer.Exit(code)


def bpm_mode(mode: BpmMode | None, pace_range: PaceRange | None) -> BpmMode:
    """The mode that was asked for; a range alone asks for BPM only where there is none."""
    if mode is not None:
        return BpmMode(mode)
    return BpmMode.NEVER if pace_range is None else BpmMode.IF_MISSING


def run_scan(
    roots: Sequence[Path],
    index_file: Path,
    options: ScanOptions,
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
    from pacetag.tagger.workers import pool

    began = time.monotonic()
    stop, tally, lost = Stop(), Tally(None if is_verbose() else SHOWN), Vanished()
    naming = naming_of(roots, index_file if index_named else None, dry_run=options.dry_run)
    with stop_on_signals(stop), opened_index(index_file, scratch=options.dry_run) as index:
        checked = Checked(check, index_file, options, stop, as_json=as_json)
        found = Asking(stop, ignored=Ignored(options.ignore)).walk(roots)
        if not options.dry_run:
            Tidying(index.path).tidy(found.leftovers)
        scan = Scan(index, pool.shipped_judge(), options, stop, make_workers=workers_of(cluster))
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
