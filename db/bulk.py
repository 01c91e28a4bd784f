"""Store songs: one, or many in one transaction."""

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from pacetag.db import statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.records import SongRecord
from pacetag.db.rows import song_row


class Bulk:
    """Stores many songs at once, as where a cluster judges faster than a disk flushes."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def store(self, songs: Iterable[SongRecord]) -> None:
        """Store songs whose files hold no tags of pacetag's, all of them or none."""
        with in_words(self._path), writing(self._db):
            for song in songs:
                put_song(self._db, song)


def put_song(db: sqlite3.Connection, song: SongRecord) -> None:
    """Store a song's row and paces in the current transaction."""
    row = {**song_row(song), "added": song.added or time.time()}
    song_id = db.execute(sql.STORE_SONG, row).fetchone()[0]
    db.execute(sql.FORGET_PACES, {"song_id": song_id})
    db.executemany(
        sql.STORE_PACE,
        [
            (song_id, rank, float(pace.bpm), float(pace.confidence))
            for rank, pace in enumerate(song.paces)
        ],
    )
