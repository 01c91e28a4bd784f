"""Opening the index for a command: as it is, or as a copy that may be thrown away."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pacetag.db.errors import DamagedIndexError
from pacetag.db.index import SongIndex
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.unfinished import finish_unfinished


@contextmanager
def opened_index(path: Path, *, scratch: bool = False) -> Iterator[SongIndex]:
    """The index at `path`, made if need be; with `scratch` a copy, and `path` stays as it is.

    A dry run does all that a real one does, on such a copy. Raises SongIndexError.
    """
    if not scratch:
        finish_unfinished(path)
        with SongIndex.open(path) as index:
            yield index
        return
    with tempfile.TemporaryDirectory(prefix="pacetag-") as folder:
        copy = Path(folder) / path.name
        if path.exists():
            _copy(path, copy)
        with SongIndex.open(copy) as index:
            yield index


def _copy(source: Path, target: Path) -> None:
    """Copy a database that others may be writing to.

    A connection that may only read leaves the files of SQLite's write-ahead log behind, one that
    may write clears them away: so what lies beside the index stays as it was, too.
    """
    mode = "ro" if source.with_name(f"{source.name}-wal").exists() else "rw"
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode={mode}", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise DamagedIndexError(source, f"the index cannot be read ({error})") from error


@contextmanager
def read_index(path: Path) -> Iterator[SongIndex]:
    """The index for a command that only asks. Raises TaggerError when there is none yet."""
    if not path.exists():
        raise TaggerError(f"{path}: there is no index yet; `pacetag scan FOLDER` makes one")
    finish_unfinished(path, elsewhere=False)
    with SongIndex.open(path) as index:
        yield index
