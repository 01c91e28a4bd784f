"""Where songs get going: found on request, and kept by the sound of the song."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from pacetag.db import statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.values import MOST_SECONDS, number, text_of


class Intros:
    """The intros of an open index. Its methods raise what those of SongIndex do."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def by_sound(self, method: int) -> dict[str, float]:
        """Return the seconds of intros by their songs' fingerprints, as a method found them."""
        with in_words(self._path):
            rows = self._db.execute(sql.INTROS, {"method": method})
            return {
                text_of(fingerprint, "a fingerprint"): number(
                    seconds, "an intro", most=MOST_SECONDS
                )
                for fingerprint, seconds in rows
            }

    def store(self, method: int, seconds: Mapping[str, float]) -> None:
        """Keep the seconds of intros by the fingerprints of their songs."""
        rows = [
            {"fingerprint": fingerprint, "method": method, "seconds": own}
            for fingerprint, own in seconds.items()
        ]
        with in_words(self._path), writing(self._db):
            self._db.executemany(sql.STORE_INTRO, rows)
