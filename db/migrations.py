"""The shape of the index, as numbered steps from a blank file.

Append only: a step that was released is never edited, since somebody's file has taken it.
"""

from collections.abc import Callable
from pathlib import Path

from pacetag.db.connection import writing
from pacetag.db.errors import ForeignIndexError, NewerIndexError
from pacetag.db.light_sqlite_utils import Database, ForeignKey, Migrations

MIGRATIONS = Migrations("pacetag")
STEPS: list[str] = []  # their names, in order

Step = Callable[[Database], None]


def _step(name: str) -> Callable[[Step], Step]:
    """Append a step."""
    STEPS.append(name)
    return MIGRATIONS(name=name)


@_step("0001_songs_and_paces")
def _songs_and_paces(db: Database) -> None:
    db.create_table(
        "songs",
        {
            "id": int,
            "path": bytes,  # BLOB keeps both text and bytes as they are, see rows.encode_path
            "stamp": str,  # one text: only compared as a whole, and inodes outgrow 63 bits
            "fingerprint": str,
            "title": str,
            "artist": str,
            "album": str,
            "genre": str,
            "duration": float,  # seconds
            "bundle": str,
            "failure": str,
            "missing": int,  # 0 or 1
        },
        pk="id",
        not_null={"path", "stamp", "missing"},
        defaults={"missing": 0},
    )
    songs = db.table("songs")
    songs.create_index(["path"], "songs_by_path", unique=True)
    songs.create_index(["fingerprint", "bundle"], "songs_by_fingerprint")
    # All that the statistics read, so that they never touch the wide rows.
    songs.create_index(["missing", "bundle", "artist", "duration", "failure"], "songs_by_state")
    db.create_table(
        "paces",
        {"song_id": int, "rank": int, "bpm": float, "confidence": float},
        pk=("song_id", "rank"),  # rank 0 is the most confident
        not_null={"bpm", "confidence"},
        foreign_keys=[ForeignKey("paces", "song_id", "songs", "id", on_delete="CASCADE")],
    )
    db.table("paces").create_index(["bpm", "confidence", "song_id"], "paces_by_bpm")


@_step("0002_old_tags")
def _old_tags(db: Database) -> None:
    # By path, not by song: the values are noted before the file's first write, when the song may
    # not be stored yet.
    db.create_table(
        "old_tags",
        {
            "path": bytes,
            "field": str,
            "old_values": str,  # a JSON list of strings
            "fingerprint": str,  # of the audio that the file held then
        },
        pk=("path", "field"),
        not_null={"old_values"},
    )


@_step("0003_steadiness")
def _steadiness(db: Database) -> None:
    songs = db.table("songs")
    songs.add_column("spread", float)  # of the tempo over the song, as a share of it
    songs.add_column("changes", str)  # tempos of its parts in turn, "100.00 141.00"; most have none


def check_origin(db: Database, path: Path) -> None:
    """Look, without writing, whether this file is one that this pacetag may bring up to date.

    Raises:
        NewerIndexError: it has taken steps that are not known here.
        ForeignIndexError: it holds tables, but no step of pacetag.
    """
    with db.atomic():  # one snapshot: another process may be creating the tables just now
        applied = [step.name for step in MIGRATIONS.applied(db)]
        tables = set(db.table_names()) - {MIGRATIONS.migrations_table}
    unknown = [name for name in applied if name not in STEPS]
    if unknown:
        raise NewerIndexError(path, f"made by a newer pacetag (it has taken step {unknown[-1]})")
    if tables and not applied:
        raise ForeignIndexError(path, "a database of another program")


def migrate(db: Database) -> None:
    """Take the steps that are still missing, each in one transaction together with its record.

    The write lock is taken before looking again, so processes that open a blank index at the same
    moment take turns.
    """
    while MIGRATIONS.pending(db):
        with writing(db):
            later = [step.name for step in MIGRATIONS.pending(db)][1:]
            MIGRATIONS.apply(db, stop_before=later[:1])
