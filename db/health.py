"""The health of an index, found out without changing it or what lies beside it."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.connection import check_tables, in_words
from pacetag.db.errors import ForeignIndexError, NewerIndexError
from pacetag.db.index_file import OPENING, check_before_opening
from pacetag.db.regular import beside, check_regular
from pacetag.db.rows import encode_path
from pacetag.db.steps import MIGRATION_SET, STEPS, TAKEN
from pacetag.db.values import text_of, whole

MOST_FAULTS = 5  # that SQLite's check names
_COUNTS = """
    SELECT count(*), coalesce(sum(missing), 0), coalesce(sum(failure IS NOT NULL), 0)
    FROM song_records
"""
_IS_KNOWN = "SELECT 1 FROM song_records WHERE path = ? AND +missing = 0"


@dataclass(frozen=True, kw_only=True)
class IndexHealth:
    """What was found in an index."""

    faults: tuple[str, ...]  # what SQLite's check of the whole file says; () where it is whole
    steps: int  # that it has taken
    pending: int  # steps that this version still has to take with it
    size: int  # bytes of the file
    log_size: int  # bytes of the write-ahead log beside it
    songs: int = 0
    missing: int = 0  # of the songs
    failed: int = 0  # of the songs


@contextmanager
def opened_unchanged(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to an index that the block only reads; no file is made beside it.

    Without a log no process has the index open, so SQLite need not lock it, nor make files for
    that. One that opens it meanwhile may move pages while they are read, which then looks like
    damage: read it again where a log has appeared. Raises SongIndexError, as for a file that is no
    index.
    """
    with in_words(path):
        with OPENING:
            check_regular(path)
            check_before_opening(path)
        how = "mode=ro" if has_log(path) else "immutable=1"
        address = f"{path.absolute().as_uri()}?{how}"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            yield connection


def has_log(path: Path) -> bool:
    """Whether a log lies beside an index: it is open in some process, or one was killed."""
    return beside(path, "-wal").exists() or beside(path, "-journal").exists()


def health(connection: sqlite3.Connection, path: Path) -> IndexHealth:
    """Return the health of the index at `path`, which the connection has open.

    Raises:
        ForeignIndexError: it is another program's database.
        NewerIndexError: a later pacetag has changed it.
        DamagedIndexError: it cannot be read.
    """
    with in_words(path):
        taken = _steps(connection, path)
        faults = tuple(_faults(connection))
        counts = (0, 0, 0)
        if not faults and len(taken) == len(STEPS):
            check_tables(connection)
            row = connection.execute(_COUNTS).fetchone()
            counts = (whole(row[0], "songs"), whole(row[1], "songs"), whole(row[2], "songs"))
        log = beside(path, "-wal")
        return IndexHealth(
            faults=faults,
            steps=len(taken),
            pending=len(STEPS) - len(taken),
            size=path.stat().st_size,
            log_size=log.stat().st_size if log.exists() else 0,
            songs=counts[0],
            missing=counts[1],
            failed=counts[2],
        )


def unknown_songs(connection: sqlite3.Connection, path: Path, songs: Iterable[str]) -> int:
    """Return how many of the files the index does not know. Raises SongIndexError."""
    with in_words(path):
        return sum(
            connection.execute(_IS_KNOWN, [encode_path(song)]).fetchone() is None for song in songs
        )


def _steps(connection: sqlite3.Connection, path: Path) -> list[str]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    taken: list[str] = []
    if "_sqlite_migrations" in tables:
        rows = connection.execute(TAKEN, [MIGRATION_SET])
        taken = [text_of(name, "a step") for (name,) in rows]
    unknown = [name for name in taken if name not in STEPS]
    if unknown:
        raise NewerIndexError(path, f"made by a newer pacetag (it has taken step {unknown[-1]})")
    if tables and not taken:
        raise ForeignIndexError(path, "a database of another program")
    return taken


def _faults(connection: sqlite3.Connection) -> Iterator[str]:
    for (said,) in connection.execute(f"PRAGMA quick_check({MOST_FAULTS})"):
        if said != "ok":
            yield text_of(said, "what SQLite says")
