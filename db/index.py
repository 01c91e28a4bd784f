"""The song index: what is known about every file, and which songs have which pace."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pacetag.db import search
from pacetag.db import statements as sql
from pacetag.db.bulk import Bulk, put_song
from pacetag.db.connection import in_words, writing
from pacetag.db.errors import DamagedIndexError
from pacetag.db.functions import add_functions
from pacetag.db.index_file import IndexFile
from pacetag.db.intros import Intros
from pacetag.db.kept import KeptPlaylists
from pacetag.db.listening import Listening
from pacetag.db.pool import OfferedPace, offered_paces
from pacetag.db.records import (
    EVERY_SONG,
    BestSongs,
    Condition,
    IndexStats,
    Nearest,
    NotedSong,
    PaceMatch,
    PaceQuery,
    SongRecord,
    SongStatus,
    Stamp,
    Standing,
)
from pacetag.db.rows import (
    Row,
    decode_path,
    decode_stamp,
    encode_path,
    path_ranges,
    song_records,
)
from pacetag.db.runs import FileId, TagChange
from pacetag.db.statistics import index_statistics
from pacetag.db.values import flag
from pacetag.db.whole_songs import WholeSongs
from pacetag.db.write_log import WriteLog


class SongIndex(IndexFile):
    """An open index; a context manager. Every thread and process opens its own.

    Every method raises a SongIndexError, with a sentence for the user, when the file is damaged,
    locked for over 30 s, or cannot be read or written.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        """Use `open` instead, which also brings the file up to date."""
        super().__init__(db, path)
        self.writes = WriteLog(db, path)
        self.bulk = Bulk(db, path)
        self.listening = Listening(db, path)
        self.intros = Intros(db, path)
        self.kept = KeptPlaylists(db, path)
        self.whole = WholeSongs(db, path)
        add_functions(db)

    def song(self, path: str) -> SongRecord | None:
        """Return what is known about the file at `path`, or None."""
        return _first(self._songs(sql.SONG_BY_PATH, {"path": encode_path(path)}))

    def by_fingerprint(self, fingerprint: str, bundle: str) -> SongRecord | None:
        """Return a song with the same fingerprint that this bundle has judged, or None.

        If several have it, a missing one comes first: that is the one that has moved.
        """
        found = {"fingerprint": fingerprint, "bundle": bundle}
        return _first(self._songs(sql.SONG_BY_FINGERPRINT, found))

    def paths_by_fingerprint(self, fingerprint: str) -> list[str]:
        """Return all paths of songs with that fingerprint, past ones and the log's included.

        The log has a path from before its file is written.
        """
        rows = self._rows(sql.PATHS_BY_FINGERPRINT, {"fingerprint": fingerprint})
        return [decode_path(path) for (path,) in rows]

    def copies(self, fingerprint: str) -> list[str]:
        """Return where songs with that fingerprint lie, missing ones aside, the oldest first."""
        with in_words(self.path):
            rows = self._rows(sql.COPIES, {"fingerprint": fingerprint})
            return [decode_path(path) for (path,) in rows]

    def is_blank(self) -> bool:
        """Whether no song is known, as in an index that was just made."""
        return not self._rows(sql.ANY_SONG, {})

    def store(
        self,
        song: SongRecord,
        *,
        write: int | None = None,
        found: TagChange | None = None,
        moved_from: str | None = None,
        file: FileId | None = None,
    ) -> None:
        """Store a song in one transaction; it replaces what was known about its path.

        Args:
            song: the record, its most confident pace first.
            write: the number of the write in the log that this song's stamp finishes.
            found: what its tags hold, if they need no writing, and what they held before pacetag,
                as far as is known; ignored if the log already knows the song.
            moved_from: the path at which this song was known; its row and its writes move along.
            file: device and inode of the song's file, for the log of tag writes.
        """
        with in_words(self.path), writing(self._db):
            if moved_from is not None and moved_from != song.path:
                self._move(encode_path(moved_from), encode_path(song.path), song.fingerprint)
                if song.fingerprint is not None:
                    self.writes.carry_over(moved_from, song.path, song.fingerprint)
            put_song(self._db, song)
            if write is not None:
                self.writes.finish(write, song.stamp)
            if found is not None and song.fingerprint is not None:
                self.writes.see_to(song.path, song.fingerprint, song.stamp, found, file)

    def statuses(self, paths: Sequence[str]) -> Iterator[SongStatus]:
        """Yield, for each of these files that is known, what decides whether to scan it again."""
        with in_words(self.path):
            yield from search.statuses(self._db, paths)

    def stamps_under(self, folder: str) -> dict[str, Stamp]:
        """Return path -> stamp of the songs at or below `folder` that are not missing."""
        with in_words(self.path):
            rows = self._rows(sql.STAMPS_UNDER, path_ranges(folder))
            return {decode_path(path): decode_stamp(stamp) for path, stamp in rows}

    def paths_under(self, folder: str) -> Iterator[str]:
        """Yield the paths of the songs at or below `folder` that are not missing."""
        with in_words(self.path):
            for (path,) in self._db.execute(sql.PATHS_UNDER, path_ranges(folder)):
                yield decode_path(path)

    def noted_under(self, folder: str) -> Iterator[NotedSong]:
        """Yield the present songs at or below `folder` that failed, lack tags or change tempo."""
        with in_words(self.path):
            for row in self._db.execute(sql.NOTED_UNDER, path_ranges(folder)):
                yield search.noted_song(*row)

    def mark_missing(self, paths: Iterable[str]) -> None:
        """Mark these files as missing. Their rows stay, in case they come back or have moved."""
        with in_words(self.path), writing(self._db):
            values = [(encode_path(path),) for path in paths]
            self._db.executemany(sql.MARK_MISSING, values)

    def songs_under(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Yield the path of each song at or below `folder`, and whether it is marked missing."""
        with in_words(self.path):
            for path, missing in self._db.execute(sql.SONGS_UNDER, path_ranges(folder)):
                yield decode_path(path), flag(missing, "`missing`")

    def forget(self, paths: Iterable[str]) -> None:
        """Delete these songs in one transaction; the log of tag writes keeps their history."""
        with in_words(self.path), writing(self._db):
            self._db.executemany(sql.FORGET_SONG, [(encode_path(path),) for path in paths])

    def matches(
        self, *, low: float, high: float, min_confidence: float, where: Condition = EVERY_SONG
    ) -> list[PaceMatch]:
        """Return the songs with a pace of `low` to `high` bpm, both included.

        Each song comes once, with the most confident such pace (and all its paces in the record),
        in the order in which they were first stored. Missing and failed songs are left out.
        """
        wanted = {"low": low, "high": high, "min_confidence": min_confidence, **where.values}
        found = []
        for song in self._songs(sql.SONGS_BY_PACE.format(where=where.sql), wanted):
            fitting = [
                pace
                for pace in song.paces
                if low <= pace.bpm <= high and pace.confidence >= min_confidence
            ]
            if not fitting:  # SQLite's index of paces contradicts the table
                raise DamagedIndexError(self.path, "the index cannot be read (paces disagree)")
            found.append(PaceMatch(song=song, pace=max(fitting, key=lambda pace: pace.confidence)))
        return found

    def best(self, query: PaceQuery, *, at_most: int) -> BestSongs:
        """Return the songs with the `at_most` best paces, reading no others as a whole."""
        with in_words(self.path):
            return search.best_songs(self._db, query, at_most=at_most)

    def loved(self, query: PaceQuery) -> list[SongRecord]:
        """Return the songs that a person loves and that have a pace in the range."""
        with in_words(self.path):
            return search.loved_songs(self._db, query)

    def nearest(self, query: PaceQuery) -> Iterator[Nearest]:
        """Yield, for each audio with a pace in the range, the distance of the nearest one.

        Missing and failed songs are left out, and copies of the same fingerprint count as one.
        """
        with in_words(self.path):
            yield from search.nearest(self._db, query)

    def offered(
        self, *, low: float, high: float, min_confidence: float, where: Condition = EVERY_SONG
    ) -> Iterator[OfferedPace]:
        """Yield the paces from `low` to `high` bpm, both included, of songs that can be offered."""
        with in_words(self.path):
            yield from offered_paces(
                self._db, low=low, high=high, min_confidence=min_confidence, where=where
            )

    def songs_of(self, ids: Sequence[int]) -> dict[int, SongRecord]:
        """Return the songs with these numbers, without missing and failed ones."""
        with in_words(self.path):
            return search.songs_of(self._db, ids)

    def standings(self, paths: Sequence[str]) -> dict[str, Standing]:
        """Return, for each of these files that is known, what decides which copy is offered."""
        with in_words(self.path):
            return dict(search.standings(self._db, paths))

    def stats(self) -> IndexStats:
        """Return the index in numbers."""
        with in_words(self.path):
            return index_statistics(self._db)

    def _move(self, old: str | bytes, new: str | bytes, fingerprint: str | None) -> None:
        """Rename a row if it has that audio. What was known about the new path is overwritten."""
        paths = {"old": old, "new": new, "fingerprint": fingerprint}
        if self._db.execute(sql.IS_KNOWN, paths).fetchone() is None:
            return
        for statement in sql.MOVE:
            self._db.execute(statement, paths)

    def _songs(self, statement: str, values: Mapping[str, object]) -> list[SongRecord]:
        with in_words(self.path):
            return list(song_records(self._rows(statement, values)))

    def _rows(self, statement: str, values: Mapping[str, object]) -> list[Row]:
        return self._db.execute(statement, dict(values)).fetchall()


def _first(songs: list[SongRecord]) -> SongRecord | None:
    return songs[0] if songs else None
