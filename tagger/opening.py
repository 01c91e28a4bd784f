"""Opening the index for a command: as it is, or as a copy that may be thrown away."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pacetag.db.connection import check_whole, in_words, make_private
from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.regular import beside, check_regular
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.logs import info
from pacetag.tagger.scratch import scratch_folder
from pacetag.tagger.tags.disk import make_folder
from pacetag.tagger.unfinished import finish_unfinished, say_that_they_wait


@contextmanager
def opened_index(path: Path, *, scratch: bool = False) -> Iterator[SongIndex]:
    """The index at `path`, made if need be; with `scratch` a copy, and `path` stays as it is.

    Before anything else is done with the index, tag writes that broke off are put right. A dry run
    does all that a real one does, on a copy, and leaves even those alone. Raises SongIndexError.
    """
    if not scratch:
        with suppress(OSError):  # which opening the index puts in words
            make_folder(path.parent, mode=0o700)
        with _opened(path) as index:
            info("index", f"{path}: opened")
            finish_unfinished(index)
            yield index
        return
    with in_words(path):
        check_regular(path)
    with scratch_folder() as folder:
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


def _opened(path: Path) -> SongIndex:
    try:
        return SongIndex.open(path)
    except SongIndexError:
        say_that_they_wait(path)
        raise


def _copy(source: Path, target: Path) -> None:
    """Copy a database that others may be writing to.

    A connection that may only read leaves the files of SQLite's write-ahead log behind, one that
    may write clears them away: so what lies beside the index stays as it was, too.
    """
    with in_words(source):
        check_regular(source)
        if source.stat().st_size:
            check_whole(source)
        mode = "ro" if beside(source, "-wal").exists() else "rw"
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode={mode}", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)


def _is_there(path: Path) -> bool:
    """Whether anything lies at the path, a link that leads nowhere included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # opening it will say why
        return True
    return True


@contextmanager
def read_index(path: Path) -> Iterator[SongIndex]:
    """The index for a command that only asks. Raises TaggerError when there is none yet."""
    if not _is_there(path):
        raise TaggerError(f"{path}: there is no index yet; `pacetag scan FOLDER` makes one")
    with _opened(path) as index:
        info("index", f"{path}: opened")
        finish_unfinished(index, elsewhere=False)
        yield index
