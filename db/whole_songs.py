"""Every song with all that the index knows of it, one after the other."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pacetag.db import statements as sql
from pacetag.db.connection import in_words
from pacetag.db.records import EVERY_SONG, Condition, Opinion, SongRecord
from pacetag.db.rows import Row, pace_record, song_record
from pacetag.db.values import BadValueError, flag, text_or_none, whole

_BESIDE = 3  # columns beside those of a record: opinion, tagged, tagged_at


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeSong:
    """A song as the index knows it, with what stands in other tables than its own."""

    song_id: int
    song: SongRecord
    opinion: Opinion | None  # LOVED or EXCLUDED, where a person said so
    tagged: bool  # its file carries its paces
    tagged_at: str | None  # start of the run that last wrote its tags: 2026-11-26T11:00:00Z


class WholeSongs:
    """The songs of an open index. Its method raises what those of SongIndex do."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def where(self, condition: Condition = EVERY_SONG) -> Iterator[WholeSong]:
        """Yield the songs that a condition holds for, in the order in which they were first stored.

        Missing and failed songs are among them. Memory does not grow with their number.
        """
        with in_words(self._path):
            statement = sql.WHOLE_SONGS.format(where=condition.sql)
            rows = self._db.execute(statement, dict(condition.values))
            for song_id, grouped in groupby(rows, itemgetter(0)):
                yield _whole_song(song_id, list(grouped))


def _whole_song(song_id: object, rows: list[Row]) -> WholeSong:
    """The song of its rows, one a pace, with pace and confidence at the end."""
    first = rows[0]
    opinion, tagged, tagged_at = first[1 : 1 + _BESIDE]
    paces = [pace_record(*row[-2:]) for row in rows if row[-2] is not None]
    return WholeSong(
        song_id=whole(song_id, "a song"),
        song=song_record(first[1 + _BESIDE : -2], paces),
        opinion=_opinion(opinion),
        tagged=flag(tagged, "`tagged`"),
        tagged_at=text_or_none(tagged_at, "a time"),
    )


def _opinion(value: object) -> Opinion | None:
    try:
        return None if value is None else Opinion(str(value))
    except ValueError as error:
        raise BadValueError("an opinion", value) from error
