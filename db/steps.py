"""Which migration steps an index has taken, found out without importing sqlite-utils."""

import sqlite3

from pacetag.db.values import text_of

MIGRATION_SET = "pacetag"
STEPS = (
    "0001_songs_and_paces",
    "0002_old_tags",
    "0003_steadiness",
    "0004_pace_bins",
    "0005_runs",
    "0006_files_by_inode",
    "0007_kinds_of_failure",
    "0008_listeners_word",
    "0009_views",
    "0010_dates",
    "0011_opinions",
    "0012_playlists",
    "0013_intensity",
    "0014_intros",
    "0015_kept_playlists",
)

TAKEN = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the index can be used as it is: it has taken all steps, no other, and is in WAL mode.

    Raises sqlite3.DatabaseError for a file that is no database, BadValueError for odd steps.
    """
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        return False
    return has_all_steps(connection)


def has_all_steps(connection: sqlite3.Connection) -> bool:
    """Whether it has taken all steps and no other, in any journal mode. Raises as `is_current`."""
    try:
        taken = connection.execute(TAKEN, [MIGRATION_SET]).fetchall()
    except sqlite3.OperationalError:  # a blank file, or another program's
        return False
    return sorted(text_of(name, "a step") for (name,) in taken) == sorted(STEPS)
