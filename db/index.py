"""The song index: what is known of every file, and which songs have which pace."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from pacetag.db import statements as sql
from pacetag.db.connection import connect, enable_wal, in_words, writing
from pacetag.db.light_sqlite_utils import Database
from pacetag.db.migrations import check_origin, migrate
from pacetag.db.records import IndexStats, PaceMatch, SongRecord, Stamp
from pacetag.db.rows import (
    Row,
    decode_path,
    decode_stamp,
    encode_path,
    path_ranges,
    song_records,
    song_row,
)
from pacetag.db.statistics import index_statistics


class SongIndex:
    """An open index; a context manager. One for each thread and process, on the same file.

    Every method raises a SongIndexError, with a sentence for a person, when the file is damaged,
    locked for over 30 s, or cannot be read or written.
    """

    def __init__(self, db: Database, path: Path) -> None:
        """Use `open` instead, which also brings the file up to date."""
        self._db = db
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the index, made with its folders if it is not there, in its newest shape.

        Raises:
            NewerIndexError: a later pacetag has changed it.
            DamagedIndexError: it is not a readable SQLite file.
            ForeignIndexError: it is another program's database, which is left as it is.
            SongIndexError: it cannot be opened or made.
        """
        with in_words(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            db = connect(path)
            try:
                check_origin(db, path)
                enable_wal(db)
                migrate(db)
            except BaseException:
                db.close()
                raise
        return cls(db, path)

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def song(self, path: str) -> SongRecord | None:
        """Return what is known of the file at `path`, or None."""
        return _first(self._songs(sql.SONG_BY_PATH, {"path": encode_path(path)}))

    def by_fingerprint(self, fingerprint: str, bundle: str) -> SongRecord | None:
        """Return a song with the same audio that this bundle has judged, or None.

        Where several have it, one that is missing comes first: that is the one that has moved.
        """
        found = {"fingerprint": fingerprint, "bundle": bundle}
        return _first(self._songs(sql.SONG_BY_FINGERPRINT, found))

    def store(
        self,
        song: SongRecord,
        *,
        old_tags: Mapping[str, list[str]] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Note a song, all in one transaction; what was known of its path is replaced.

        Args:
            song: the record; its paces most confident first.
            old_tags: values that tag fields had before they were written, [] where there was no
                such field. For each field only the first values noted are kept, until the file
                holds other audio (another fingerprint).
            moved_from: the path at which this song was known; its row and old tags move along.
        """
        with in_words(self.path), writing(self._db):
            if moved_from is not None and moved_from != song.path:
                self._move(encode_path(moved_from), encode_path(song.path))
            song_id = self._db.execute(sql.STORE_SONG, song_row(song)).fetchone()[0]
            self._db.execute(sql.FORGET_PACES, {"song_id": song_id})
            self._db.conn.executemany(
                sql.STORE_PACE,
                [
                    (song_id, rank, float(pace.bpm), float(pace.confidence))
                    for rank, pace in enumerate(song.paces)
                ],
            )
            self._note_old_tags(song.path, old_tags or {}, song.fingerprint)

    def stamps_under(self, folder: str) -> dict[str, Stamp]:
        """Return path -> stamp of the songs at or below `folder` that are not missing."""
        rows = self._rows(sql.STAMPS_UNDER, path_ranges(folder))
        return {decode_path(row["path"]): decode_stamp(row["stamp"]) for row in rows}

    def mark_missing(self, paths: Iterable[str]) -> None:
        """Note that these files are gone. Their rows stay, in case they come back or moved."""
        with in_words(self.path), writing(self._db):
            values = [(encode_path(path),) for path in paths]
            self._db.conn.executemany(sql.MARK_MISSING, values)

    def missing_under(self, folder: str) -> list[str]:
        """Return the paths at or below `folder` that are marked missing, sorted."""
        rows = self._rows(sql.MISSING_UNDER, path_ranges(folder))
        return sorted(decode_path(row["path"]) for row in rows)

    def matches(self, *, low: float, high: float, min_confidence: float) -> list[PaceMatch]:
        """Return the songs with a pace of `low` to `high` bpm, borders included.

        Each song comes once, with the most confident such pace (and all its paces in the record);
        missing and failed songs are left out. In the order in which they were first stored.
        """
        wanted = {"low": low, "high": high, "min_confidence": min_confidence}
        found = []
        for song in self._songs(sql.SONGS_BY_PACE, wanted):
            fitting = [
                pace
                for pace in song.paces
                if low <= pace.bpm <= high and pace.confidence >= min_confidence
            ]
            found.append(PaceMatch(song=song, pace=max(fitting, key=lambda pace: pace.confidence)))
        return found

    def stats(self) -> IndexStats:
        """Return the index in numbers."""
        with in_words(self.path):
            return index_statistics(self._db)

    def note_old_tags(
        self, path: str, old_tags: Mapping[str, list[str]], *, fingerprint: str | None
    ) -> None:
        """Note, before a file is written, what its tag fields hold; `store` does it afterwards.

        Args:
            path: the file.
            old_tags: as for `store`.
            fingerprint: of the audio in it, as it will be stored.
        """
        with in_words(self.path), writing(self._db):
            self._note_old_tags(path, old_tags, fingerprint)

    def old_tags(self, path: str) -> Mapping[str, list[str]] | None:
        """Return field -> values from before pacetag first wrote it, or None if it never did."""
        rows = self._rows(sql.OLD_TAGS, {"path": encode_path(path)})
        return {row["field"]: json.loads(row["old_values"]) for row in rows} or None

    def forget_old_tags(self, path: str) -> None:
        """Drop the old values, once they have been put back."""
        with in_words(self.path), writing(self._db):
            self._db.execute(sql.FORGET_OLD_TAGS, {"path": encode_path(path)})

    def _note_old_tags(
        self, path: str, old_tags: Mapping[str, list[str]], fingerprint: str | None
    ) -> None:
        stored = encode_path(path)
        if fingerprint is not None:
            stale = {"path": stored, "fingerprint": fingerprint}
            self._db.execute(sql.FORGET_STALE_TAGS, stale)
        values = [(stored, field, json.dumps(old), fingerprint) for field, old in old_tags.items()]
        self._db.conn.executemany(sql.NOTE_OLD_TAGS, values)

    def _move(self, old: str | bytes, new: str | bytes) -> None:
        """Rename a row and its old tags. What was known of the new path was overwritten."""
        paths = {"old": old, "new": new}
        if self._db.execute(sql.IS_KNOWN, paths).fetchone() is None:
            return
        for statement in sql.MOVE:
            self._db.execute(statement, paths)

    def _songs(self, statement: str, values: Mapping[str, object]) -> list[SongRecord]:
        return song_records(self._rows(statement, values))

    def _rows(self, statement: str, values: Mapping[str, object]) -> list[Row]:
        with in_words(self.path):
            return list(self._db.query(statement, dict(values)))


def _first(songs: list[SongRecord]) -> SongRecord | None:
    return songs[0] if songs else None
