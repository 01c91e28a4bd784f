"""What the listener said of songs, and which playlists were written for them."""

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from pacetag.db import statements as sql
from pacetag.db.connection import in_words, snapshot, writing
from pacetag.db.records import Opinion, PlayedSong, SaidOpinion
from pacetag.db.values import (
    MOST_SECONDS,
    BadValueError,
    flag,
    number_or_none,
    text_of,
    text_or_none,
    whole,
)

AGAIN = 12 * 3600.0  # s; a playlist that is written again within them is the same one
MOST = 50  # playlists that are looked back at


class Listening:
    """The listener's part of an open index. Its methods raise what those of SongIndex do."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def say(self, said: SaidOpinion) -> None:
        """Keep an opinion in place of an earlier one."""
        values = {
            "fingerprint": said.fingerprint,
            "opinion": said.opinion.value,
            "name": said.name,
            "duration": said.duration,
            "said": time.time(),
        }
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.SAY, values)

    def opinion(self, fingerprint: str) -> Opinion | None:
        """Return the opinion of a sound, NONE if it was withdrawn, None if there never was one."""
        with in_words(self._path):
            row = self._db.execute(sql.OPINION, {"fingerprint": fingerprint}).fetchone()
            return None if row is None else _opinion(row[0])

    def opinions(self) -> list[SaidOpinion]:
        """Return all opinions that stand."""
        with in_words(self._path):
            return [
                SaidOpinion(
                    fingerprint=text_of(fingerprint, "a fingerprint"),
                    opinion=_opinion(opinion),
                    name=text_or_none(name, "a name"),
                    duration=number_or_none(duration, "a length", most=MOST_SECONDS),
                    present=flag(present, "`present`"),
                )
                for fingerprint, opinion, name, duration, present in self._db.execute(sql.OPINIONS)
            ]

    def wrote(self, target: str, songs: Iterable[tuple[str | None, str | None]]) -> None:
        """Note a playlist that was written to a file: the songs' fingerprints and pieces."""
        now = time.time()
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.FORGET_PLAYLIST, {"target": target, "since": now - AGAIN})
            stored = self._db.execute(sql.STORE_PLAYLIST, {"now": now, "target": target})
            playlist = whole(stored.fetchone()[0], "a playlist")
            rows = ((playlist, place, *song) for place, song in enumerate(songs))
            self._db.executemany(sql.STORE_PLAYLIST_SONG, rows)

    def played(self, target: str | None = None) -> list[PlayedSong]:
        """Return the songs of the playlists that were written last, the last one first.

        A playlist that was written to `target` just now is left out: it is being made again.
        """
        wanted = {"target": target, "since": time.time() - AGAIN, "most": MOST}
        with in_words(self._path), snapshot(self._db):
            playlists = self._db.execute(sql.LAST_PLAYLISTS, wanted).fetchall()
            return [
                PlayedSong(
                    ago=ago,
                    fingerprint=text_or_none(fingerprint, "a fingerprint"),
                    name=text_or_none(name, "a name"),
                )
                for ago, key in enumerate(playlists, 1)
                for fingerprint, name in self._db.execute(sql.SONGS_OF_PLAYLIST, key)
            ]


def _opinion(value: object) -> Opinion:
    try:
        return Opinion(text_of(value, "an opinion"))
    except ValueError as error:
        raise BadValueError("an opinion", value) from error
