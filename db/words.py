"""Values of a column of songs that begin with a text, for completion in a shell."""

import sqlite3
import time
from pathlib import Path

from pacetag.db.connection import in_words
from pacetag.db.functions import JOINT

COLUMNS = frozenset({"artist", "album", "genre"})
MOST = 200  # values; a shell asks before it lists more
LONGEST = 0.5  # s, after which what was found so far is returned
_EVERY = 10_000  # steps of SQLite between two looks at the clock
_WORDS = """
    SELECT DISTINCT {column} FROM song_records
    WHERE {column} LIKE :pattern ESCAPE '\\' AND +missing = 0 LIMIT :most
"""


def words(connection: sqlite3.Connection, path: Path, column: str, beginning: str) -> list[str]:
    """Return values of a column of the index at `path` that begin so, sorted.

    Of several values in one field each counts. A large index is read for a moment only. Raises
    SongIndexError, and ValueError for a column that has no such values.
    """
    if column not in COLUMNS:
        raise ValueError(f"{column} is not one of {', '.join(sorted(COLUMNS))}")
    end = time.monotonic() + LONGEST
    connection.set_progress_handler(lambda: time.monotonic() > end, _EVERY)
    found: set[str] = set()
    with in_words(path):
        values = {"pattern": _pattern(beginning), "most": MOST}
        try:
            for (value,) in connection.execute(_WORDS.format(column=column), values):
                if isinstance(value, str):
                    found.update(each for each in value.split(JOINT) if each.startswith(beginning))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        finally:
            connection.set_progress_handler(None, 0)
    return sorted(found)[:MOST]


def _pattern(beginning: str) -> str:
    """A pattern for values that begin so, or have a later word that does."""
    plain = "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in beginning)
    return f"%{plain}%"
