"""Bring an index that an earlier pacetag made into the newest shape."""

import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database

from pacetag.db import connection
from pacetag.db.connection import writing
from pacetag.db.errors import ForeignIndexError, NewerIndexError
from pacetag.db.migrations import MIGRATIONS
from pacetag.db.steps import STEPS


def bring_up_to_date(plain: sqlite3.Connection, path: Path) -> None:
    """Bring the index at `path` into its newest shape, and into WAL mode.

    Raises:
        NewerIndexError: it has taken steps that this version does not know.
        ForeignIndexError: it holds tables but has taken no step of pacetag.
    """
    # Plug-ins of sqlite-utils are not ours to run; searching every package for them takes 10 ms.
    db = Database(plain, execute_plugins=False, recursive_triggers=False)
    check_origin(db, path)
    enable_wal(db)
    migrate(db)


def check_origin(db: Database, path: Path) -> None:
    """Check, without writing, that this version may bring the file up to date.

    Raises NewerIndexError or ForeignIndexError, as `bring_up_to_date` does.
    """
    with db.atomic():  # one snapshot: another process may be creating the tables just now
        applied = [step.name for step in MIGRATIONS.applied(db)]
        tables = set(db.table_names()) - {MIGRATIONS.migrations_table}
    unknown = [name for name in applied if name not in STEPS]
    if unknown:
        raise NewerIndexError(path, f"made by a newer pacetag (it has taken step {unknown[-1]})")
    if tables and not applied:
        raise ForeignIndexError(path, "a database of another program")


def enable_wal(db: Database) -> None:
    """Switch the file to WAL mode for good, so that readers go on while one process writes.

    SQLite does not apply the busy timeout where two processes switch at the same moment (both
    read, then want the file alone): it refuses one of them at once, which tries again here.
    """
    deadline = time.monotonic() + connection.BUSY_TIMEOUT
    while True:
        try:
            return db.enable_wal()
        except sqlite3.OperationalError as error:
            late = time.monotonic() > deadline
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or late:
                raise
            time.sleep(0.01)


def migrate(db: Database) -> None:
    """Take the missing steps, each in one transaction together with its record.

    The write lock is taken before the steps are read again, so processes that open a blank index
    at the same moment take turns.
    """
    while MIGRATIONS.pending(db):
        with writing(db.conn):
            later = [step.name for step in MIGRATIONS.pending(db)][1:]
            MIGRATIONS.apply(db, stop_before=later[:1])
