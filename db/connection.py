"""Connections, transactions, and SQLite's errors in words."""

import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacetag.db.errors import BusyIndexError, DamagedIndexError, SongIndexError
from pacetag.db.regular import beside
from pacetag.db.values import BadValueError

_HEAD = 32  # bytes at the start of an SQLite file, with the size and number of its pages
BUSY_TIMEOUT = 30.0  # seconds; a write takes milliseconds, so longer means a stuck process

# The SQL is fixed and tested, so a plain SQL error means that tables or columns are missing.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
# The caller's mistakes; other constraints, such as a duplicate key, mean a damaged file.
_WRONG_VALUES = {sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY}
_TABLES = ("song_records", "paces", "runs", "tag_writes", "_sqlite_migrations")
_NO_TABLES = f"""
    SELECT name FROM sqlite_master
    WHERE name IN ({", ".join("?" * len(_TABLES))}) AND (type <> 'table' OR rootpage = 0)
"""
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def make_private(path: Path) -> None:
    """Make the file, and the folders that lead to it, for their owner alone.

    What exists keeps its mode, and SQLite gives its own files the mode of the index. Raises
    OSError.
    """
    if path.exists():
        return
    _make_folder(path.parent)
    with suppress(FileExistsError):  # another process made it just now, or it is a link to nothing
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, or make it, with foreign keys on.

    The connection is a plain one: sqlite-utils takes longer to import than most queries take.
    Transactions are those of `writing` and `snapshot`.
    """
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # The log's note must be on the disk before a song is touched; some builds of SQLite leave
        # that to the next checkpoint. The second is for macOS, where fsync is not enough.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def check_whole(path: Path) -> None:
    """Raise DamagedIndexError where the file is shorter than its first page says.

    SQLite reads the missing part as zeros, so it could return wrong values or write there. With a
    write-ahead log nothing can be said, since what is in the log is not in the file yet.
    """
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, io.SEEK_END)
    page = int.from_bytes(head[16:18]) if head[16:18] != b"\0\1" else 1 << 16
    if head.startswith(b"SQLite format 3\0") and size < page * int.from_bytes(head[28:32]):
        raise DamagedIndexError(path, "the index cannot be read (its end is missing)")


def check_tables(connection: sqlite3.Connection) -> None:
    """Check that pacetag's tables are tables: a view could answer anything, or never end.

    Raises BadValueError.
    """
    for (name,) in connection.execute(_NO_TABLES, _TABLES):
        raise BadValueError("a table", name)


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one transaction: all of it is kept, or nothing.

    IMMEDIATE, because a transaction that reads first and then wants to write fails at once, without
    the timeout, if another process has written in between.
    """
    with _transaction(connection, "BEGIN IMMEDIATE"):
        yield


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all statements of the block see the index as the first one does."""
    with _transaction(connection, "BEGIN"):
        yield


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn errors of SQLite, the file system and bad values into a SongIndexError for `path`."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a wrong thread, say: the caller's mistake, not the file's
    except sqlite3.IntegrityError as error:
        if getattr(error, "sqlite_errorcode", None) in _WRONG_VALUES:
            raise
        raise DamagedIndexError(path, f"the index cannot be read ({error})") from error
    except (BadValueError, UnicodeDecodeError) as error:  # the latter: SQLite quotes the file
        raise DamagedIndexError(path, f"the index cannot be read ({error})") from error
    except sqlite3.Error as error:
        # Extended codes keep the plain one in their low byte.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGED:
            raise DamagedIndexError(path, f"the index cannot be read ({error})") from error
        if code in _BUSY:
            raise BusyIndexError(path, f"locked for over {BUSY_TIMEOUT:.0f} s") from error
        raise SongIndexError(path, f"the index cannot be used ({error})") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise SongIndexError(path, f"the index cannot be used ({reason})") from error
