"""Open the index for a command: the index itself, or a copy to be thrown away."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from pacetag.db.access import in_the_way
from pacetag.db.connection import check_whole, in_words, make_private
from pacetag.db.errors import ReadOnlyIndexError, SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.regular import beside, check_regular
from pacetag.db.steps import is_current
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.index.recovery import finish_unfinished, say_that_they_wait
from pacetag.tagger.index.scratch import scratch_folder
from pacetag.tagger.logs.logger import info
from pacetag.tagger.tags.safety.disk import check_locks, make_folder

# The errors of SQLite where it cannot make its own files beside an index.
_NO_NEIGHBOURS = {
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL),
}


@contextmanager
def opened_index(path: Path, *, scratch: bool = False) -> Iterator[SongIndex]:
    """Yield the index at `path`, made if needed; with `scratch` a copy, and `path` stays as it is.

    Tag writes that broke off are taken back first. A dry run does everything on a copy and leaves
    even those alone. Raises SongIndexError, also where the index may not be written, unless it is
    copied.
    """
    if not scratch:
        check_locks("writing tags and index")
        _check_writable(path)
        with suppress(OSError):  # which opening the index puts in words
            make_folder(path.parent, mode=0o700)
        with _opened(path) as index:
            info("index", f"{path}: opened")
            finish_unfinished(index)
            yield index
        return
    with in_words(path):
        check_regular(path)
    with _scratch_folder(path) as folder:
        copy = folder / path.name
        try:
            if path.exists():
                make_private(copy)
                _copy(path, copy)
            with SongIndex.open(copy) as index:
                info("index", f"{path}: opened as a copy")
                yield index
        except SongIndexError as error:
            if error.path != copy:
                raise
            raise type(error)(path, error.reason) from error


def make_elsewhere(path: Path) -> None:
    """Make the index at `path`, or bring it up to date, in another process, where that is needed.

    A process that runs for years does not keep what that loads: 20 MB. What goes wrong there is
    said when the index is opened.
    """
    from multiprocessing import get_context

    from pacetag.tagger.cancellation import signals_held

    with suppress(SongIndexError, sqlite3.Error, OSError):
        if _is_current(path):
            return
    with suppress(OSError), signals_held():
        process = get_context("spawn").Process(target=_make, args=(path,), name="pacetag-index")
        process.start()
        process.join()


def _is_current(path: Path) -> bool:
    if not path.exists():
        return False
    check_regular(path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return is_current(db)


def _make(path: Path) -> None:
    with suppress(SongIndexError):
        SongIndex.open(path).close()


def _opened(path: Path) -> SongIndex:
    try:
        return SongIndex.open(path)
    except SongIndexError:
        say_that_they_wait(path)
        raise


def _check_writable(path: Path) -> None:
    reason = in_the_way(path)
    if reason is not None:
        say_that_they_wait(path)
        kind = ReadOnlyIndexError if path.exists() else SongIndexError
        raise kind(path, f"the index cannot be written ({reason})")


@contextmanager
def _scratch_folder(path: Path) -> Iterator[Path]:
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder())
        except OSError as error:
            reason = f"it must be copied, and there is no place for that ({error.strerror})"
            raise TaggerError(f"{path}: {reason}; name one with TMPDIR") from error
        yield folder


def _copy(source: Path, target: Path) -> None:
    """Copy a database to which other processes may be writing."""
    with in_words(source):
        check_regular(source)
        if source.stat().st_size:
            check_whole(source)
        if in_the_way(source) is not None or not _backed_up(source, target):
            from pacetag.db.reading import copy_files

            copy_files(source, target)


def _backed_up(source: Path, target: Path) -> bool:
    """Copy with SQLite's backup; False where it cannot make its files beside the index."""
    try:
        _back_up(source, target)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_NEIGHBOURS:
            raise
        return False
    return True


def _back_up(source: Path, target: Path) -> None:
    """Have SQLite copy it.

    A read-only connection leaves the files of SQLite's write-ahead log behind, one that may write
    removes them: so the files beside the index stay as they were, too.
    """
    mode = "ro" if beside(source, "-wal").exists() else "rw"
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode={mode}", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _is_there(path: Path) -> bool:
    """Whether anything lies at the path, even a link to nothing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # opening it will say why
        return True
    return True


@contextmanager
def read_index(path: Path) -> Iterator[SongIndex]:
    """Yield the index for a command that only reads it, even if it cannot be written.

    Raises TaggerError if there is none yet, else SongIndexError.
    """
    if not _is_there(path):
        raise TaggerError(f"{path}: there is no index yet; `pacetag scan FOLDER` makes one")
    with ExitStack() as stack:
        index = _to_be_written(path)
        if index is not None:
            stack.enter_context(index)
            info("index", f"{path}: opened")
            finish_unfinished(index, elsewhere=False)
        else:
            index = stack.enter_context(_only_read(path))
        yield index


def _to_be_written(path: Path) -> SongIndex | None:
    """The index, open for writing; None where it can only be read."""
    reason = in_the_way(path)
    if reason is None:
        try:
            return _opened(path)
        except SongIndexError as error:
            if type(error) is not SongIndexError:  # a copy would not help either
                raise
            reason = error.reason
    info("index", f"{path}: is only read: {reason}")
    return None


@contextmanager
def _only_read(path: Path) -> Iterator[SongIndex]:
    """Yield the index where it may not be written; unfinished tag writes must wait."""
    from pacetag.db.reading import open_as_it_lies

    with ExitStack() as stack:
        index = open_as_it_lies(path)
        if index is None:
            index = stack.enter_context(opened_index(path, scratch=True))
        else:
            stack.enter_context(index)
            info("index", f"{path}: opened as it lies")
        yield index
