"""Reading an index that this process may not write: as it lies, or as a copy of its files.

SQLite needs files of its own beside an index, and makes them where there are none. Where it may
not, it still reads one that lies so still that nothing can write it, and one beside which these
files are there already, since another process has made them.
"""

import os
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from pacetag.db.access import is_frozen, is_unreadable
from pacetag.db.connection import check_tables, check_whole, in_words
from pacetag.db.errors import BusyIndexError, SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.regular import beside, check_regular
from pacetag.db.steps import has_all_steps

TRIES, BETWEEN = 40, 0.05  # s; times that files are copied which are written meanwhile
TICK = 0.02  # s; what was written within the last one may be written again without a new time
HEAD = 32  # bytes of a write-ahead log, which are others where it was begun again


def open_as_it_lies(path: Path) -> SongIndex | None:
    """The index at `path`, opened without a trace; None where it must be copied to be read.

    Also where it must be brought up to date. Raises SongIndexError as `SongIndex.open` does.
    """
    real = Path(os.path.realpath(path))
    with in_words(real):
        check_regular(path)
        _check_rights(real)
        how = _how(real)
        if how is None:
            return None
        check_whole(real)
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
    """What SQLite is to be told; None where it could not read the file, or would leave a trace."""
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        return "mode=ro" if beside(path, "-shm").exists() else None
    return "immutable=1" if is_frozen(path) else None


def _connected(address: str) -> sqlite3.Connection | None:
    """A connection to an index that is up to date; None where there is none to be had."""
    try:
        db = sqlite3.connect(address, uri=True, isolation_level=None)
    except sqlite3.OperationalError:
        return None
    with suppress(sqlite3.OperationalError):
        if has_all_steps(db):  # that it has a log is not seen where nothing can write it
            return db
    db.close()
    return None


def copy_files(source: Path, target: Path) -> None:
    """Copy an index with its logs, all as they were at one moment, without writing beside it.

    Others may be writing meanwhile. What they append to a write-ahead log does no harm, as it was
    not there or is whole; what is carried over from a log into the index has all copied again.
    Raises BusyIndexError where that goes on, and OSError.
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
    """What is another where the index itself was written."""
    status = path.stat()
    head = b""
    with suppress(FileNotFoundError), beside(path, "-wal").open("rb") as log:
        head = log.read(HEAD)
    rest = beside(path, "-journal").exists()
    return status.st_size, status.st_mtime_ns, status.st_ino, head, rest
