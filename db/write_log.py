"""The log of tag writes, from which they can be taken back.

A write is noted before its file is touched and finished together with the song's new row. What a
song has there goes by its path and its audio: when another file takes the name, nothing is mixed
up, and nothing is lost when two songs swap their names.
"""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from pacetag.db import write_statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.records import Stamp
from pacetag.db.rows import decode_path, encode_path, encode_stamp
from pacetag.db.runs import Fields, Run, TagChange, TagState, TagWrite

NOTHING = TagChange(old={}, new={})  # says that the tags were seen to


class WriteLog:
    """The runs and writes of an open index; see SongIndex for what its methods raise."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def start_run(self, command: str, started: float) -> int:
        """Begin a run, at `started` seconds since 1970, and return its number."""
        with in_words(self._path), writing(self._db):
            values = {"command": command, "started": started}
            number: int = self._db.execute(sql.START_RUN, values).fetchone()[0]
        return number

    def note(
        self,
        path: str,
        fingerprint: str,
        change: TagChange,
        *,
        run: int,
        undoing: bool = False,
        found: TagChange | None = None,
    ) -> int:
        """Note what is about to be written and return the write's number.

        `found`: what the file, of which nothing is noted yet, holds as pacetag writes it, and what
        it held before that, as far as can be told.
        """
        song = _song(path, fingerprint)
        with in_words(self._path), writing(self._db):
            if found is not None:
                self._insert(song, found, stamp="")
            return self._insert(song, change, run=run, undoing=undoing)

    def finish(self, write: int, stamp: Stamp) -> None:
        """Note, within a transaction, that the file was written and how it looks since."""
        self._db.execute(sql.FORGET_UNFINISHED, {"id": write})
        self._db.execute(sql.FINISH, {"id": write, "stamp": encode_stamp(stamp)})

    def finish_undo(
        self, path: str, fingerprint: str, stamp: Stamp, *, write: int, run: int, first: int
    ) -> None:
        """The same for a write that took back the song's writes from `first` on."""
        song = {**_song(path, fingerprint), "first": first, "own": write, "run": run}
        with in_words(self._path), writing(self._db):
            self.finish(write, stamp)
            self._db.execute(sql.MARK_STANDING, song)
            self._db.execute(sql.MARK_UNDONE, song)

    def forget(self, write: int) -> None:
        """Drop a write that did not come to be."""
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.FORGET, {"id": write})

    def see_to(self, path: str, fingerprint: str, stamp: Stamp, found: TagChange) -> None:
        """Note, within a transaction, that a file's tags need no writing, unless that is known.

        `found` as for `note`; it counts if nothing is noted of the file yet.
        """
        song = _song(path, fingerprint)
        if self._state(song) is not TagState.SEEN_TO:
            known = self._db.execute(sql.HISTORY, song).fetchone() is not None
            self._insert(song, NOTHING if known else found, stamp=encode_stamp(stamp))

    def carry_over(self, old: str, new: str, fingerprint: str) -> None:
        """Within a transaction: the song has moved, and its history moves along."""
        song = {"old": encode_path(old), "new": encode_path(new), "fingerprint": fingerprint}
        self._db.execute(sql.CARRY_OVER, song)

    def move(self, old: str, new: str, fingerprint: str) -> None:
        """The same in a transaction of its own."""
        with in_words(self._path), writing(self._db):
            self.carry_over(old, new, fingerprint)

    def history(self, path: str, fingerprint: str) -> list[TagWrite]:
        """Return what happened to the tags of the file with that audio, the first write first."""
        with in_words(self._path):
            rows = self._db.execute(sql.HISTORY, _song(path, fingerprint)).fetchall()
        return [
            TagWrite(
                id=number,
                run=run,
                change=TagChange(old=json.loads(old), new=None if new is None else json.loads(new)),
                finished=bool(finished),
                undoing=bool(undoing),
                undone=bool(undone),
            )
            for number, run, old, new, finished, undoing, undone in rows
        ]

    def state(self, path: str, fingerprint: str) -> TagState:
        """Return what became of the tags of the file with that audio."""
        with in_words(self._path):
            return self._state(_song(path, fingerprint))

    def paths_of_audio(self, fingerprint: str) -> list[str]:
        """Return the paths at which files with that audio have a history, the oldest first."""
        return self._paths(sql.PATHS_OF_AUDIO, {"fingerprint": fingerprint})

    def paths(self, run: int | None = None) -> list[str]:
        """Return the paths of all files with a history, or of those that a run wrote; sorted."""
        if run is None:
            return sorted(self._paths(sql.PATHS, {}))
        return sorted(self._paths(sql.PATHS_OF_RUN, {"run": run}))

    def runs(self) -> list[Run]:
        """Return the runs that wrote tags, the latest first."""
        with in_words(self._path):
            rows = self._db.execute(sql.RUNS).fetchall()
        return [
            Run(id=number, command=command, started=started, files=files, undone=undone)
            for number, command, started, files, undone in rows
        ]

    def _state(self, song: Mapping[str, object]) -> TagState:
        return TagState(self._db.execute(sql.STATE, song).fetchone()[0])

    def _insert(
        self,
        song: Mapping[str, object],
        change: TagChange,
        *,
        run: int | None = None,
        stamp: str | None = None,
        undoing: bool = False,
    ) -> int:
        values = {
            **song,
            "run": run,
            "old": _encode(change.old),
            "new": None if change.new is None else _encode(change.new),
            "stamp": stamp,
            "undoing": int(undoing),
        }
        number: int = self._db.execute(sql.NOTE, values).fetchone()[0]
        return number

    def _paths(self, statement: str, values: Mapping[str, object]) -> list[str]:
        with in_words(self._path):
            return [decode_path(path) for (path,) in self._db.execute(statement, values)]


def _song(path: str, fingerprint: str) -> dict[str, object]:
    return {"path": encode_path(path), "fingerprint": fingerprint}


def _encode(fields: Fields) -> str:
    """As ASCII, in which values that are no text survive; equal fields give equal texts."""
    return json.dumps(fields, sort_keys=True)
