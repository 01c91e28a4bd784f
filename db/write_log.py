"""The log of tag writes, from which they can be taken back.

A write is noted before its file is touched and finished together with the song's new row. What a
song has there goes by its path and its audio: when another file takes the name, nothing is mixed
up, and nothing is lost when two songs swap their names. It goes by the file and its audio as well,
since one file may have several names.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pacetag.db import write_statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.records import Stamp
from pacetag.db.rows import decode_path, encode_path, encode_stamp
from pacetag.db.runs import Fields, FileId, Run, TagChange, TagState, TagWrite
from pacetag.db.values import (
    LATEST,
    BadValueError,
    fields_of,
    file_number,
    flag,
    number_or_none,
    text_of,
    whole,
    whole_or_none,
)

NOTHING = TagChange(old={}, new={})  # says that the tags were seen to


class WriteLog:
    """The runs and writes of an open index; see SongIndex for what its methods raise."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def start_run(self, command: str, started: float) -> int:
        """Begin a run, at `started` seconds since 1970, and return its number."""
        with in_words(self._path), writing(self._db):
            values = {"command": command, "started": started}
            return _number(self._db.execute(sql.START_RUN, values))

    def note(
        self,
        path: str,
        fingerprint: str,
        change: TagChange,
        *,
        run: int,
        undoing: bool = False,
        found: TagChange | None = None,
        file: FileId | None = None,
    ) -> int:
        """Note what is about to be written, into which file, and return the write's number.

        `found`: what the file, of which nothing is noted yet, holds as pacetag writes it, and what
        it held before that, as far as can be told.
        """
        song = _song(path, fingerprint, file)
        with in_words(self._path), writing(self._db):
            if found is not None:
                self._insert(song, found, stamp="")
            return self._insert(song, change, run=run, undoing=undoing)

    def finish(self, write: int, stamp: Stamp) -> None:
        """Note, within a transaction, that the file was written and how it looks since."""
        self._db.execute(sql.FORGET_UNFINISHED, {"id": write})
        self._db.execute(sql.FOLLOW, {"id": write, "inode": str(stamp.inode)})
        self._db.execute(sql.FINISH, {"id": write, "stamp": encode_stamp(stamp)})

    def finish_undo(
        self,
        fingerprint: str,
        stamp: Stamp,
        *,
        write: int,
        run: int,
        history: Sequence[TagWrite],
        first: int,
    ) -> None:
        """The same for a write, the last of a file's history, that took back those from `first` on.

        What an earlier undo had taken back, which is itself taken back now, stands again. The
        file's other names count as undone as well.
        """
        own = history[-1]
        taken = [each for each in history if first <= each.id < write]
        undoing = {each.run for each in taken if each.undoing}
        standing = [each for each in history if each.id < first and each.undone_by in undoing]
        marks: list[dict[str, int | None]]
        marks = [{"id": each.id, "run": run} for each in taken if not each.undone]
        marks += [{"id": each.id, "run": None} for each in standing]
        names = {each.path for each in history if each.file and each.file == own.file}
        with in_words(self._path), writing(self._db):
            self.finish(write, stamp)
            self._db.executemany(sql.MARK_UNDONE, marks)
            for name in sorted(names - {own.path}):
                song = _song(name, fingerprint, own.file)
                self._insert(song, NOTHING, run=run, stamp=encode_stamp(stamp), undoing=True)

    def forget(self, write: int) -> None:
        """Drop a write that did not come to be."""
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.FORGET, {"id": write})

    def disown(self, writes: Iterable[int]) -> None:
        """Note that the file of these writes is gone, and that another one has its numbers."""
        with in_words(self._path), writing(self._db):
            self._db.executemany(sql.DISOWN, [{"id": write} for write in writes])

    def see_to(
        self,
        path: str,
        fingerprint: str,
        stamp: Stamp,
        found: TagChange,
        file: FileId | None = None,
    ) -> None:
        """Note, within a transaction, that a file's tags need no writing, unless that is known.

        `found` as for `note`; it counts if nothing is noted of the file yet.
        """
        song = _song(path, fingerprint, file)
        if self._state(song) is not TagState.SEEN_TO:
            own = _song(path, fingerprint)
            known = self._db.execute(sql.HISTORY, own).fetchone() is not None
            self._insert(song, NOTHING if known else found, stamp=encode_stamp(stamp))

    def carry_over(self, old: str, new: str, fingerprint: str) -> None:
        """Within a transaction: the song has moved, and its history moves along."""
        song = {"old": encode_path(old), "new": encode_path(new), "fingerprint": fingerprint}
        self._db.execute(sql.CARRY_OVER, song)

    def move(self, old: str, new: str, fingerprint: str) -> None:
        """The same in a transaction of its own."""
        with in_words(self._path), writing(self._db):
            self.carry_over(old, new, fingerprint)

    def history(self, path: str, fingerprint: str, file: FileId | None = None) -> list[TagWrite]:
        """Return what happened to the tags of the song, the first write first.

        Of the file at the path with that audio, and of `file` with it by whichever name.
        """
        with in_words(self._path):
            rows = self._db.execute(sql.HISTORY, _song(path, fingerprint, file)).fetchall()
            return [
                TagWrite(
                    id=whole(number, "a write"),
                    path=decode_path(place),
                    file=_file(device, inode),
                    run=whole_or_none(run, "a run"),
                    change=_change(old, new),
                    finished=flag(finished, "a write"),
                    undoing=flag(undoing, "`undoing`"),
                    undone_by=whole_or_none(undone, "a run"),
                )
                for number, place, device, inode, run, old, new, finished, undoing, undone in rows
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

    def names(self, path: str) -> list[str]:
        """Return the paths of the files that lie, or lay, at a path, sorted."""
        return sorted(self._paths(sql.NAMES, {"path": encode_path(path)}))

    def files(self, run: int) -> set[FileId]:
        """Return the files that a run wrote, as far as they are known."""
        with in_words(self._path):
            rows = self._db.execute(sql.FILES_OF_RUN, {"run": run}).fetchall()
        return {FileId(device=int(device), inode=int(inode)) for device, inode in rows}

    def runs(self) -> list[Run]:
        """Return the runs that wrote tags, the latest first."""
        with in_words(self._path):
            rows = self._db.execute(sql.RUNS).fetchall()
            return [
                Run(
                    id=whole(number, "a run"),
                    command=text_of(command, "a command"),
                    started=number_or_none(started, "a time", most=LATEST),
                    files=whole(files, "a number of files"),
                    undone=whole(undone, "a number of files"),
                )
                for number, command, started, files, undone in rows
            ]

    def _state(self, song: Mapping[str, object]) -> TagState:
        (state,) = self._db.execute(sql.STATE, song).fetchone()
        return TagState(whole(state, "a state", most=2))

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
        return _number(self._db.execute(sql.NOTE, values))

    def _paths(self, statement: str, values: Mapping[str, object]) -> list[str]:
        with in_words(self._path):
            return [decode_path(path) for (path,) in self._db.execute(statement, values)]


def _song(path: str, fingerprint: str, file: FileId | None = None) -> dict[str, object]:
    return {
        "path": encode_path(path),
        "fingerprint": fingerprint,
        "device": None if file is None else str(file.device),
        "inode": None if file is None else str(file.inode),
    }


def _file(device: object, inode: object) -> FileId | None:
    if device is None or inode is None:
        return None
    return FileId(device=file_number(device), inode=file_number(inode))


def _number(rows: Iterable[tuple[object, ...]]) -> int:
    """The number of a row that was just put in."""
    found = [whole(number, "a number") for (number,) in rows]
    return found[0]


def _change(old: object, new: object) -> TagChange:
    change = TagChange(old=fields_of(old), new=None if new is None else fields_of(new))
    if change.new is not None and not change.old.keys() <= change.new.keys():
        raise BadValueError("a note of tags", new)
    return change


def _encode(fields: Fields) -> str:
    """As ASCII, in which values that are no text survive; equal fields give equal texts."""
    return json.dumps(fields, sort_keys=True)
