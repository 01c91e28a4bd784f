"""Read an index that this process may not write: in place, or as a copy of its files.

SQLite needs files of its own beside an index and makes them. Where it may not, it can still read
an index that no process can write, and one whose files another process has made already.
"""

import os
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from pacetag.db.access import is_frozen, is_unreadable
from pacetag.db.connection import check_tables, in_words
from pacetag.db.errors import BusyIndexError, SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.index_file import OPENING, check_before_opening
from pacetag.db.regular import beside, check_regular
from pacetag.db.steps import has_all_steps

TRIES, BETWEEN = 40, 0.05  # copies of files that are being written, and seconds between them
TICK = 0.02  # s; two writes within one may leave the same modification time
HEAD = 32  # bytes at the start of a write-ahead log, which change when it starts again


def open_as_it_lies(path: Path) -> SongIndex | None:
    """Return the index at `path`, opened without leaving a trace.

    Returns None if it must be copied to be read, or brought up to date. Raises SongIndexError as
    `SongIndex.open` does.
    """
    real = Path(os.path.realpath(path))
    with OPENING, in_words(real):
        check_regular(path)
        _check_rights(real)
        how = _how(real)
        if how is None:
            return None
        check_before_opening(real)
        db = _connected(f"{real.as_uri()}?{how}")
        if db is None:
            return None
        try:
            check_tables(db)
        except BaseException:
            db.close()
            raise
        return SongIndex(db, real)


def _check_rights(path: Path) -> None:
    for each in (path, beside(path, "-wal")):
        if is_unreadable(each) and (each == path or each.stat().st_size):
            it = "it" if each == path else each.name
            raise SongIndexError(path, f"the index cannot be read ({it} may not be read by you)")


def _how(path: Path) -> str | None:
    """Return SQLite's URI parameter; None if it could not read the file or would leave a trace."""
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        return "mode=ro" if beside(path, "-shm").exists() else None
    return "immutable=1" if is_frozen(path) else None


def _connected(address: str) -> sqlite3.Connection | None:
    """Return a connection to an index that is up to date; None if that cannot be had."""
    try:
        db = sqlite3.connect(address, uri=True, isolation_level=None)
    except sqlite3.OperationalError:
        return None
    with suppress(sqlite3.OperationalError):
        if has_all_steps(db):  # not `is_current`: an immutable file does not show its WAL mode
            return db
    db.close()
    return None


def copy_files(source: Path, target: Path) -> None:
    """Copy an index with its logs, as they were at one moment, without writing beside it.

    Others may write meanwhile. What they append to a write-ahead log does no harm: SQLite ignores
    an incomplete transaction. When they move the log into the index, everything is copied again.
    Raises BusyIndexError if that goes on, and OSError.
    """
    for _ in range(TRIES):
        before = _state(source)
        if abs(time.time() - before[1] / 1e9) < TICK:
            time.sleep(TICK)
            continue
        shutil.copyfile(source, target)
        for suffix in ("-wal", "-journal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(beside(source, suffix), beside(target, suffix))
        if _state(source) == before:
            return
        for suffix in ("", "-wal", "-journal"):
            beside(target, suffix).unlink(missing_ok=True)
        time.sleep(BETWEEN)
    raise BusyIndexError(source, "the index is being written all the time")


def _state(path: Path) -> tuple[int, int, int, bytes, bool]:
    """Return what differs after a write to the index itself."""
    status = path.stat()
    head = b""
    with suppress(FileNotFoundError), beside(path, "-wal").open("rb") as log:
        head = log.read(HEAD)
    rest = beside(path, "-journal").exists()
    return status.st_size, status.st_mtime_ns, status.st_ino, head, rest
