"""Fills an index with many songs at once, for the benchmarks of its size."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.db.rows import STORED_COLUMNS, song_row


def fill(index: Path, songs: Iterable[SongRecord], *, seen_to: bool = False) -> None:
    """Write the songs as `SongIndex.store` does, in one transaction instead of one a song.

    With `seen_to` the log says that their tags need no writing.
    """
    SongIndex.open(index).close()
    names = ", ".join(STORED_COLUMNS)
    values = ", ".join(f":{column}" for column in STORED_COLUMNS)
    with closing(sqlite3.connect(index)) as connection:
        for song in songs:
            row = song_row(song)
            stored = connection.execute(
                f"INSERT INTO song_records ({names}) VALUES ({values})", row
            )
            connection.executemany(
                "INSERT INTO paces (song_id, rank, bpm, confidence) VALUES (?, ?, ?, ?)",
                [(stored.lastrowid, n, p.bpm, p.confidence) for n, p in enumerate(song.paces)],
            )
            if seen_to:
                connection.execute(
                    "INSERT INTO tag_writes (path, fingerprint, old, new, stamp) "
                    "VALUES (?, ?, '{}', '{}', ?)",
                    [row["path"], row["fingerprint"], row["stamp"]],
                )
        connection.commit()
