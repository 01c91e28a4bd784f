"""The health of the index: whole, of this version, on a fit disk, and in whose hands."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from pacetag.db.access import in_the_way, is_unreadable
from pacetag.db.errors import DamagedIndexError, SongIndexError
from pacetag.db.health import IndexHealth, has_log, health, opened_unchanged, unknown_songs
from pacetag.db.mounts import remote_kind
from pacetag.db.reading import copy_files
from pacetag.tagger.doctor.holders import holders
from pacetag.tagger.doctor.results import CheckResult, fault, ok, parted, warning
from pacetag.tagger.doctor.subject import Subject
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.index.recovery import waiting_journals
from pacetag.tagger.index.scratch import scratch_folder
from pacetag.tagger.settings import journals_beside
from pacetag.tagger.text.formatting import songs

AREA = "index"
LARGE_LOG = 256 << 20  # bytes of a write-ahead log, beyond which some process keeps it from ending
LITTLE, TOO_LITTLE = 200 << 20, 8 << 20  # bytes that are free on the index's disk


@dataclass(frozen=True, kw_only=True)
class IndexReading:
    """An index, or a copy of it, that is open to be looked at."""

    connection: Connection
    path: Path  # of the file that is open

    def health(self) -> IndexHealth:
        """Return its health. Raises SongIndexError."""
        return health(self.connection, self.path)

    def unknown(self, songs: Iterable[str]) -> int:
        """Return how many of the files it does not know. Raises SongIndexError."""
        return unknown_songs(self.connection, self.path, songs)


@contextmanager
def index_to_read(path: Path) -> Iterator[IndexReading]:
    """Yield the index at `path`, or a copy where its log cannot be read in place.

    Raises SongIndexError, and OSError where there is no place for the copy.
    """
    if is_unreadable(path):
        raise SongIndexError(path, "the index cannot be read (it may not be read by you)")
    if in_the_way(path) is None or not has_log(path):
        with opened_unchanged(path) as connection:
            yield IndexReading(connection=connection, path=path)
        return
    with scratch_folder() as folder:
        copy = folder / path.name
        copy_files(path, copy)
        with opened_unchanged(copy) as connection:
            yield IndexReading(connection=connection, path=copy)


def index(subject: Subject) -> Iterator[CheckResult]:
    """Yield the health of the index, of its disk and of what lies beside it."""
    try:
        path = subject.index_file
    except TaggerError as error:
        what, advice = parted(str(error), "name the index with --index")
        yield fault(AREA, what, advice=advice)
        return
    yield from _disk(path)
    yield from _beside(path)
    if not os.path.lexists(path):
        yield ok(AREA, f"{path}: there is none yet", advice="pacetag scan FOLDER")
        return
    yield from _access(path)
    try:
        found = _health(path)
    except SongIndexError as error:
        yield fault(AREA, f"{path}: {error.reason}", advice=error.advice)
        return
    except OSError as error:
        yield warning(
            AREA,
            f"{path}: it must be copied to be checked, and there is no place for that ({error})",
            advice="name a folder with room in TMPDIR",
        )
        return
    yield from _content(path, found)


def _health(path: Path) -> IndexHealth:
    """The health of the index. Raises SongIndexError and OSError."""
    logged = has_log(path)
    try:
        with index_to_read(path) as reading:
            found = reading.health()
    except DamagedIndexError:
        if logged or not has_log(path):
            raise
    else:
        if logged or not (found.faults and has_log(path)):
            return found
    with index_to_read(path) as reading:  # it was opened while it was read
        return reading.health()


def _content(path: Path, found: IndexHealth) -> Iterator[CheckResult]:
    if found.faults:
        yield fault(
            AREA,
            f"{path}: SQLite finds it damaged ({'; '.join(found.faults)})",
            advice="Move the file away and run `pacetag scan FOLDER`, which builds a new index.",
        )
        return
    yield ok(
        AREA,
        f"{path}: whole, step {found.steps}, {_bytes(found.size)}, {songs(found.songs)}",
        figure=found.songs,
        unit="songs",
    )
    if found.pending:
        yield ok(
            AREA,
            f"it is of an earlier pacetag, {found.pending} steps behind",
            figure=found.pending,
            unit="steps",
            advice="`pacetag stats` brings it up to date",
        )
    if found.log_size > LARGE_LOG:
        yield warning(
            AREA,
            f"its write-ahead log has {_bytes(found.log_size)}, which slows all commands down",
            figure=found.log_size,
            unit="bytes",
            advice="end the programs that read the index, then run `pacetag stats`",
        )
    if found.missing:
        yield warning(
            AREA,
            f"{found.missing} of its songs were not there at the last scan",
            figure=found.missing,
            unit="songs",
            advice="mount the disk that they are on, or have `pacetag prune` forget them",
        )
    if found.failed:
        yield warning(
            AREA,
            f"{found.failed} of its songs could not be judged",
            figure=found.failed,
            unit="songs",
            advice="`pacetag problems` names them with the reasons",
        )


def _access(path: Path) -> Iterator[CheckResult]:
    reason = in_the_way(path)
    if reason is not None:
        remedy = "mount that" if "mounted" in reason else "have its owner make it and its folder"
        yield warning(
            AREA,
            f"{path}: it can only be read: {reason}",
            advice=f"{remedy} writable, or name another index with --index",
        )
    for holder in holders(path):
        yield ok(AREA, f"in use by {holder.name} (process {holder.process})")


def _disk(path: Path) -> Iterator[CheckResult]:
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    kind = remote_kind(folder)
    if kind is not None:
        yield warning(
            AREA,
            f"{folder}: lies on {kind}, where the locks of SQLite cannot be relied on",
            advice="move it to a disk of this machine, and name it as `index` in the settings",
        )
    with suppress(OSError):
        free = shutil.disk_usage(folder).free
        what, advice = f"{_bytes(free)} free on the disk of the index", f"make room on {folder}"
        if free < TOO_LITTLE:
            yield fault(AREA, what, figure=free, unit="bytes", advice=advice)
        elif free < LITTLE:
            yield warning(AREA, what, figure=free, unit="bytes", advice=advice)
        else:
            yield ok(AREA, what, figure=free, unit="bytes")


def _beside(path: Path) -> Iterator[CheckResult]:
    waiting = waiting_journals(path)
    if waiting:
        yield warning(
            AREA,
            f"{journals_beside(path)}: {waiting} writes of tags broke off",
            figure=waiting,
            unit="writes",
            advice="`pacetag stats` takes them back",
        )


def _bytes(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
