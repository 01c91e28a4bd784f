"""Opening the file and taking turns on it; what SQLite reports is put in words here."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.db.errors import BusyIndexError, DamagedIndexError, SongIndexError
from pacetag.db.light_sqlite_utils import Database

BUSY_TIMEOUT = 30.0  # seconds; a write takes milliseconds, so longer means a stuck process

# The SQL is fixed and tested, so a plain SQL error means that tables or columns are not there.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def connect(path: Path) -> Database:
    """Open the file, made if it is not there, with foreign keys on."""
    # Opened here, since sqlite-utils would leave the timeout at 5 s; and without its plug-ins,
    # which are looked for in every installed package (10 ms) and are not ours to run.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        return Database(connection, execute_plugins=False, recursive_triggers=False)
    except BaseException:
        connection.close()
        raise


def enable_wal(db: Database) -> None:
    """Let readers go on while one process writes; the file stays in this mode.

    SQLite does not apply the busy timeout where two processes switch at the same moment (both
    read, then want the file alone): one of them is refused at once, and asks again here.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return db.enable_wal()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """Hold one transaction around the block: all of it is kept, or nothing.

    IMMEDIATE, because a transaction that reads first and then wants to write fails at once,
    timeout or not, when another process has written in between.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into a SongIndexError about `path`."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a wrong value or a wrong thread: the caller's mistake, not the file's
    except sqlite3.DatabaseError as error:
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
