"""`pacetag scan` of songs in stores: URLs and manifests instead of folders."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pacetag.db.urls import is_url
from pacetag.tagger.commands.cluster_options import cluster_workers
from pacetag.tagger.commands.reporters import reporter
from pacetag.tagger.errors import MissingExtraError, UsageError
from pacetag.tagger.scanning.options import ScanOptions

if TYPE_CHECKING:
    from pacetag.tagger.catalogue.scan import Records
    from pacetag.tagger.workers.judging import JudgeRef
    from pacetag.tagger.workers.protocol import Done, Workers

READ_ONLY = "songs in stores are only read: no tags are written"
ABOUT_TAGS = {  # parameters of `scan`, and how they are typed
    "dry_run": "--dry-run",
    "bpm": "--bpm",
    "bpm_range": "--bpm-range",
    "quodlibet": "--quodlibet",
    "pace_values": "--pace-values",
    "read_only_check": "--read-only-check",
}


@dataclass(frozen=True, kw_only=True)
class CatalogueRequest:
    """What was asked for."""

    places: tuple[str, ...]  # URLs and manifests
    output: Path | None  # a folder of Parquet files; without it the index is filled
    cluster: str | None  # address of a Dask scheduler


def is_catalogue(place: str) -> bool:
    """Whether a place on the command line names songs in a store: a URL or a manifest."""
    return is_url(place) or (place.endswith(".parquet") and Path(place).expanduser().is_file())


def catalogue_request(
    paths: Sequence[str],
    is_typed: Callable[[str], bool],
    *,
    output: Path | None,
    cluster: str | None,
) -> CatalogueRequest | None:
    """What is to be done about songs in stores; None where folders are named.

    `is_typed`: whether a parameter of the command was typed; settings about tags stand for other
    scans, too. Raises UsageError where the options and places do not go together.
    """
    from pacetag.tagger.library.walk import check_paths

    places = tuple(path for path in paths if is_catalogue(path))
    if not places:
        if output is not None:
            check_paths(map(Path, paths))  # a manifest with a wrong name is no folder
            raise UsageError(
                "--output is for songs in stores: name a URL or a Parquet file of URLs; a folder's "
                "songs go into their tags and the index"
            )
        return None
    if len(places) < len(paths):
        raise UsageError("scan folders of this machine and songs in stores one after the other")
    wrong = [option for name, option in ABOUT_TAGS.items() if is_typed(name)]
    if wrong:
        raise UsageError(f"{READ_ONLY}; leave {' and '.join(wrong)} out")
    return CatalogueRequest(places=places, output=output, cluster=cluster)


def run_catalogue(
    request: CatalogueRequest,
    index_file: Path,
    options: ScanOptions,
    load_judge: Callable[[], "JudgeRef"],
    *,
    as_json: bool,
) -> int:
    """Judge songs in stores and record them; returns the exit code."""
    from pacetag.model.extras import missing_modules

    if missing_modules("cluster"):
        raise MissingExtraError("Judging songs in stores", "cluster")
    from pacetag.tagger.cancellation import Stop, stop_on_signals
    from pacetag.tagger.catalogue.listing import count_listed, listed
    from pacetag.tagger.catalogue.scan import CatalogueScan
    from pacetag.tagger.library.ignored import Ignored
    from pacetag.tagger.logs.logger import is_verbose
    from pacetag.tagger.output.report import note_song
    from pacetag.tagger.output.scan_summary import Naming
    from pacetag.tagger.scanning.findings import SHOWN
    from pacetag.tagger.scanning.outcomes import Tally
    from pacetag.tagger.terminal.say import say

    began = time.monotonic()
    stop, tally = Stop(), Tally(None if is_verbose() else SHOWN)
    naming = Naming(advice="--verbose lists them")
    total = count_listed(request.places)
    say(f"pacetag: {READ_ONLY}", sys.stderr)
    with stop_on_signals(stop), _records(request, index_file, judge := load_judge()) as records:
        scan = CatalogueScan(
            records,
            judge,
            options,
            stop,
            make_workers=lambda ref, done: _workers(request.cluster, options.jobs, ref, done),
        )
        with reporter(total, naming, as_json=as_json) as shown:
            for song in scan.songs(listed(request.places, Ignored(options.ignore))):
                tally.add(song)
                note_song(song)
                shown.song(song)
            summary = tally.summary(seconds=time.monotonic() - began, interrupted=stop.requested)
            shown.end(summary)
    return summary.exit_code


@contextmanager
def _records(request: CatalogueRequest, index_file: Path, judge: "JudgeRef") -> "Iterator[Records]":
    """Where the results go: Parquet files if a folder is named, else the index."""
    if request.output is not None:
        from pacetag.tagger.catalogue.parquet_records import ParquetRecords
        from pacetag.tagger.workers.station import card_of

        folder = request.output.expanduser().absolute()
        yield ParquetRecords(folder, card_of(judge).network)
        return
    from pacetag.tagger.catalogue.index_records import IndexRecords
    from pacetag.tagger.index.opening import opened_index

    with opened_index(index_file) as index:
        yield IndexRecords(index, judge.bundle)


def _workers(
    cluster: str | None, jobs: int, judge: "JudgeRef", done: "Done[str]"
) -> "Workers[str]":
    """The workers that judge: those of a cluster if one is named, else of this machine."""
    if cluster is not None:
        return cluster_workers(cluster, judge, done)
    if not jobs:
        from pacetag.tagger.workers.in_process import InProcess

        return InProcess(judge, done=done)
    from pacetag.tagger.workers.pool import JudgePool

    return JudgePool(judge, jobs=jobs, done=done)
