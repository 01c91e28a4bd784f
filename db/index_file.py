"""An index as an open file: opened, brought up to date, and closed."""

import os
import sqlite3
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from pacetag.db.connection import check_tables, check_whole, connect, in_words, make_private
from pacetag.db.errors import DamagedIndexError, ReplacedIndexError, SongIndexError
from pacetag.db.regular import beside, check_regular
from pacetag.db.steps import is_current

Identity = tuple[int, int] | None  # device and inode; None where nothing lies

OPENING = threading.RLock()  # held from the check of a file until it is open
_open: Counter[Identity] = Counter()  # files of this process, and how often each is open


class IndexFile:
    """An open index file; a context manager. Every thread and process needs its own."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        """Use `open` instead, which also brings the file up to date."""
        self._db = db
        self.path = path
        self._identity = _identity(path)
        self._is_open = True
        with OPENING:
            _open[self._identity] += 1

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the index in its newest shape; make it, and its folders, if it is not there.

        Links are followed once, since SQLite keeps its own files beside the real one.

        Raises:
            NewerIndexError: a later pacetag has changed it.
            DamagedIndexError: it is not a readable SQLite file.
            IrregularIndexError: it is not a file, or a link into a folder that is not there.
            ForeignIndexError: it is another program's database, which stays as it is.
            SongIndexError: it cannot be opened or made.
        """
        named, path = Path(path), Path(os.path.realpath(path))
        with OPENING, in_words(path):
            check_regular(named)
            make_private(path)
            check_before_opening(path)
            db = connect(path)
            try:
                if not is_current(db):
                    _bring_up_to_date(db, path)
                check_tables(db)
            except BaseException:
                db.close()
                raise
            return cls(db, path)

    def check_in_place(self) -> None:
        """Raise ReplacedIndexError where the path no longer leads to the file that is open.

        What is written into a file that was deleted is lost when it is closed: no song may be
        written without a log of it.
        """
        if _identity(self.path) != self._identity:
            raise ReplacedIndexError(self.path, "the index was deleted or replaced meanwhile")

    def leave(self) -> None:
        """Close a file that is no longer at its path, and remove its log from beside another.

        SQLite would take the log for that of the file that lies there now, and spoil it. A log that
        was written since is that file's own.
        """
        self.close()
        with suppress(OSError):
            log = beside(self.path, "-wal")
            if log.stat().st_mtime_ns <= self.path.stat().st_ctime_ns:
                log.unlink()
                beside(self.path, "-shm").unlink()

    def reopen(self) -> None:
        """Open what lies at its path now, or a new file, in place of what was open.

        Raises what `open` raises; it is closed then.
        """
        self.leave()
        self.__dict__.update(type(self).open(self.path).__dict__)

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._db.close()
        with OPENING:
            _open[self._identity] -= self._is_open
            self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def check_before_opening(path: Path) -> None:
    """Check a file as `check_whole` does, unless this process has it open; OPENING is held.

    SQLite's locks belong to the process, and closing the file in any way would end them: another
    process that closes the index would then remove the log that is in use.
    """
    if path.stat().st_size and not _open[_identity(path)]:
        check_whole(path)


def _identity(path: Path) -> Identity:
    """Device and inode of the file at the path; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    # sqlite-utils takes a while to import, and most indexes do not need it.
    from pacetag.db.upgrade import bring_up_to_date

    try:
        bring_up_to_date(db, path)
    except (SongIndexError, sqlite3.Error, OSError):
        raise
    except Exception as error:  # sqlite-utils does not document what it raises for damaged files
        raise DamagedIndexError(path, f"the index cannot be read ({error})") from error
