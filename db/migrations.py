"""The shape of the index, as numbered steps from a blank file.

Append only: a step that was released is never edited, since users' files have taken it.

This module and `upgrade` alone import sqlite-utils, which loads numpy where that is installed: they
are imported only where an index is made or brought up to date. Questions go by plain SQL.
"""

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database, Migrations
from sqlite_utils.db import ForeignKey

from pacetag.db.steps import MIGRATION_SET
from pacetag.db.views import (
    SONG_PACES,
    SONGS,
    SONGS_WITH_DATES,
    SONGS_WITH_INTENSITY,
    SONGS_WITH_OPINIONS,
)

MIGRATIONS = Migrations(MIGRATION_SET)

Step = Callable[[Database], None]


def _step(name: str) -> Callable[[Step], Step]:
    """Append a step; `steps.STEPS` lists it too."""
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


@_step("0004_pace_bins")
def _pace_bins(db: Database) -> None:
    # Counting each song once per bin over all paces took ten seconds in a library of a million.
    songs = db.table("songs")
    songs.add_column("bins", int, not_null_default=0)  # a bit for each 10 bpm, see bins.bins_of
    db.execute(
        """
        UPDATE songs SET bins = coalesce((
            SELECT sum(DISTINCT CASE
                WHEN bpm BETWEEN 40 AND 320
                THEN 1 << CAST((min(bpm, 319.995) - 40) / 10 AS INTEGER)
                ELSE 1 << 28
            END) FROM paces WHERE song_id = songs.id
        ), 0) WHERE failure IS NULL
        """
    )
    songs.create_index(["missing", "bins"], "songs_by_bins")


@_step("0005_runs")
def _runs(db: Database) -> None:
    db.create_table(
        "runs",
        {
            "id": int,
            "command": str,
            "started": float,  # seconds since 1970
        },
        pk="id",
        not_null={"command"},
    )
    db.create_table(
        "tag_writes",
        {
            "id": int,
            "path": bytes,
            "fingerprint": str,  # of the audio in the file
            "run": int,  # none: the tags were found as pacetag writes them
            "old": str,  # JSON: field -> list of strings
            "new": str,  # likewise
            "stamp": str,  # after the write; none: it was not finished
            "undoing": int,  # 0 or 1
            "undone_by": int,  # the run that took it back
        },
        pk="id",
        not_null={"path", "fingerprint", "old", "undoing"},
        defaults={"undoing": 0},
        foreign_keys=[
            ForeignKey("tag_writes", "run", "runs", "id"),
            ForeignKey("tag_writes", "undone_by", "runs", "id"),
        ],
    )
    _carry_old_tags_over(db)
    writes = db.table("tag_writes")
    writes.create_index(["path", "fingerprint"], "tag_writes_by_song")
    writes.create_index(["fingerprint"], "tag_writes_by_audio")
    writes.create_index(["run"], "tag_writes_by_run")
    db.table("old_tags").drop()


def _carry_old_tags_over(db: Database) -> None:
    """Make them one run, whose time and new values are not known."""
    db.execute(
        "INSERT INTO runs (id, command) SELECT 1, 'scan' WHERE EXISTS (SELECT 1 FROM old_tags)"
    )
    db.execute(
        """
        INSERT INTO tag_writes (path, fingerprint, run, old, stamp)
        SELECT old_tags.path, coalesce(min(old_tags.fingerprint), min(songs.fingerprint), ''), 1,
               json_group_object(field, json(old_values)), coalesce(min(stamp), '')
        FROM old_tags LEFT JOIN songs ON songs.path = old_tags.path
        GROUP BY old_tags.path ORDER BY old_tags.path
        """
    )


@_step("0006_files_by_inode")
def _files_by_inode(db: Database) -> None:
    # A song with several names is one file, under whichever name it is written.
    writes = db.table("tag_writes")
    writes.add_column("device", str)  # as text: such numbers may outgrow 63 bits
    writes.add_column("inode", str)  # none: not known, as in older rows
    writes.create_index(["inode", "device", "fingerprint"], "tag_writes_by_file")


@_step("0007_kinds_of_failure")
def _kinds_of_failure(db: Database) -> None:
    # Faults of the system were stored as if they were the song's: all songs get one more try.
    songs = db.table("songs")
    songs.add_column("too_short", int, not_null_default=0)  # 0 or 1: the failure is no fault
    db.execute("UPDATE songs SET stamp = '0 0 0 0' WHERE failure IS NOT NULL")


@_step("0008_listeners_word")
def _listeners_word(db: Database) -> None:
    songs = db.table("songs")
    songs.add_column("listener", str)  # paces that a person set, "84 168"; "": none
    songs.add_column("judged", str)  # the network's beside them, "82.49@1.0000 164.98@0.9708"
    songs.add_column("untagged", str)  # why the file does not carry its paces, if it does not
    db.execute("CREATE INDEX songs_by_listener ON songs (missing) WHERE listener >= ''")
    # A pace counted by its whole part, so 119.97, which tags round to 120, fell below 120.
    db.execute(
        """
        UPDATE songs SET bins = coalesce((
            SELECT sum(DISTINCT CASE
                WHEN CAST(round(bpm, 2) + 0.5 AS INTEGER) BETWEEN 40 AND 320
                THEN 1 << (min(CAST(round(bpm, 2) + 0.5 AS INTEGER), 319) - 40) / 10
                ELSE 1 << 28
            END) FROM paces WHERE song_id = songs.id
        ), 0) WHERE failure IS NULL AND bins <> 0
        """
    )


@_step("0009_views")
def _views(db: Database) -> None:
    # The plain names are for people: `songs` becomes a view with readable columns.
    rename = "ALTER TABLE songs RENAME TO song_records"
    try:
        db.execute(rename)
    except sqlite3.OperationalError:
        # A broken view, which the user may have added, keeps SQLite from renaming a table unless it
        # is told to leave views alone.
        db.execute("PRAGMA legacy_alter_table = ON")
        db.execute(rename)
        db.execute("PRAGMA legacy_alter_table = OFF")
    db.execute(SONGS)
    db.execute(SONG_PACES)


@_step("0010_dates")
def _dates(db: Database) -> None:
    songs = db.table("song_records")
    songs.add_column("album_artist", str)
    songs.add_column("year", int)  # 0: the tags have no date; none: they were not read for it
    songs.add_column("added", float)  # seconds since 1970, when the index first met the file
    # Of a song that was met before, the first write of its tags is all that tells the time.
    db.execute(
        """
        UPDATE song_records SET added = (
            SELECT min(started) FROM tag_writes JOIN runs ON runs.id = tag_writes.run
            WHERE tag_writes.path = song_records.path
              AND tag_writes.fingerprint = song_records.fingerprint
        )
        """
    )
    db.execute("DROP VIEW IF EXISTS songs")
    db.execute(SONGS_WITH_DATES)


@_step("0011_opinions")
def _opinions(db: Database) -> None:
    # By sound, not by song: what a person said outlasts renames, `forget` and a new row.
    db.create_table(
        "opinions",
        {
            "fingerprint": str,
            "opinion": str,  # "loved", "excluded", or "none" where it was withdrawn
            "name": str,  # of the piece, to know it in another format; none: not known
            "duration": float,  # seconds
            "said": float,  # seconds since 1970
        },
        pk="fingerprint",
        not_null={"opinion"},
    )
    db.execute("DROP VIEW IF EXISTS songs")
    db.execute(SONGS_WITH_OPINIONS)


@_step("0012_playlists")
def _playlists(db: Database) -> None:
    db.create_table(
        "playlists",
        {
            "id": int,
            "written": float,  # seconds since 1970
            "target": str,  # the file that it was written to
        },
        pk="id",
        not_null={"written", "target"},
    )
    db.create_table(
        "playlist_songs",
        {
            "playlist": int,
            "place": int,  # 0 is the first
            "fingerprint": str,
            "name": str,  # of the piece, as in `opinions`
        },
        pk=("playlist", "place"),
        foreign_keys=[
            ForeignKey("playlist_songs", "playlist", "playlists", "id", on_delete="CASCADE")
        ],
    )


@_step("0013_intensity")
def _intensity(db: Database) -> None:
    db.table("song_records").add_column("intensity", float)  # 0 to 1; none: not measured
    db.execute("DROP VIEW IF EXISTS songs")
    db.execute(SONGS_WITH_INTENSITY)


@_step("0014_intros")
def _intros(db: Database) -> None:
    db.create_table(
        "intros",
        {
            "fingerprint": str,
            "method": int,  # number of the way in which it was found
            "seconds": float,  # to leave out; 0: the song gets going at once
        },
        pk="fingerprint",
        not_null={"method", "seconds"},
    )


@_step("0015_kept_playlists")
def _kept_playlists(db: Database) -> None:
    db.create_table(
        "kept_playlists",
        {
            "target": bytes,  # path of the file, see rows.encode_path
            "folder": bytes,  # in which the command was given
            "arguments": str,  # JSON: a list of strings, as they were typed
            "hash": str,  # of the file's content, as it was written last
            "since": float,  # seconds since 1970
        },
        pk="target",
        not_null={"folder", "arguments", "hash", "since"},
    )
