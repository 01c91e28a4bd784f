"""The log of tag writes, from which undo works.

A write is noted before its file is touched and finished together with the song's new row. The log
knows a song by path and audio, so nothing is mixed up when another file takes the name, and
nothing is lost when two songs swap their names; and by file and audio, since one file may have
several names.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pacetag.db import write_statements as sql
from pacetag.db.connection import in_words, writing
from pacetag.db.records import Stamp
from pacetag.db.rows import encode_path, encode_stamp
from pacetag.db.runs import FileId, Run, TagChange, TagState, TagWrite
from pacetag.db.values import path_of, whole
from pacetag.db.write_rows import change_row, new_number, run_of, song_key, tag_write

NOTHING = TagChange(old={}, new={})  # says that the tags are right


class WriteLog:
    """The runs and writes of an open index. Its methods raise what those of SongIndex do."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def start_run(self, command: str, started: float) -> int:
        """Begin a run, at `started` seconds since 1970, and return its number."""
        with in_words(self._path), writing(self._db):
            values = {"command": command, "started": started}
            return new_number(self._db.execute(sql.START_RUN, values))

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
        """Note what is about to be written into which file, and return the write's number.

        `found`, for a file that the log does not know: the fields that it already holds as pacetag
        writes them, and what they held before, as far as is known.
        """
        song = song_key(path, fingerprint, file)
        with in_words(self._path), writing(self._db):
            if found is not None:
                self._insert(song, found, stamp="")
            return self._insert(song, change, run=run, undoing=undoing)

    def finish(self, write: int, stamp: Stamp) -> None:
        """Note, within a transaction, that the file was written and how it looks now."""
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
        """Finish the last write of a file's history, which took back those from `first` on.

        If one of these was an undo, the writes that it had taken back stand again. The file's
        other names count as undone, too.
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
                song = song_key(name, fingerprint, own.file)
                self._insert(song, NOTHING, run=run, stamp=encode_stamp(stamp), undoing=True)

    def forget(self, write: int) -> None:
        """Delete a write that did not happen."""
        with in_words(self._path), writing(self._db):
            self._db.execute(sql.FORGET, {"id": write})

    def disown(self, writes: Iterable[int]) -> None:
        """Note that the file of these writes is gone, and another has its device and inode."""
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
        """Note, within a transaction, that a file's tags are right, unless the log says so already.

        `found` as for `note`; ignored if the log knows the file.
        """
        song = song_key(path, fingerprint, file)
        if self._state(song) is not TagState.SEEN_TO:
            own = song_key(path, fingerprint)
            known = self._db.execute(sql.HISTORY, own).fetchone() is not None
            self._insert(song, NOTHING if known else found, stamp=encode_stamp(stamp))

    def carry_over(self, old: str, new: str, fingerprint: str) -> None:
        """Move a song's history along with it, within a transaction."""
        song = {"old": encode_path(old), "new": encode_path(new), "fingerprint": fingerprint}
        self._db.execute(sql.CARRY_OVER, song)

    def move(self, old: str, new: str, fingerprint: str) -> None:
        """Move a song's history along with it, in a transaction of its own."""
        with in_words(self._path), writing(self._db):
            self.carry_over(old, new, fingerprint)

    def history(self, path: str, fingerprint: str, file: FileId | None = None) -> list[TagWrite]:
        """Return the writes of the song's tags, oldest first.

        They are those of the path with that fingerprint, and those of `file` with it by any name.
        """
        with in_words(self._path):
            rows = self._db.execute(sql.HISTORY, song_key(path, fingerprint, file)).fetchall()
            return [tag_write(*row) for row in rows]

    def state(self, path: str, fingerprint: str) -> TagState:
        """Return the state of the tags of the file with that fingerprint."""
        with in_words(self._path):
            return self._state(song_key(path, fingerprint))

    def paths_by_fingerprint(self, fingerprint: str) -> list[str]:
        """Return the paths at which files with that fingerprint have a history, oldest first."""
        return self._paths(sql.WRITTEN_PATHS_BY_FINGERPRINT, {"fingerprint": fingerprint})

    def paths(self, run: int | None = None) -> list[str]:
        """Return the paths of all files with a history, or that a run wrote, sorted."""
        if run is None:
            return sorted(self._paths(sql.PATHS, {}))
        return sorted(self._paths(sql.PATHS_OF_RUN, {"run": run}))

    def names(self, path: str) -> list[str]:
        """Return, sorted, all paths of the files that are, or were, at a path."""
        return sorted(self._paths(sql.NAMES, {"path": encode_path(path)}))

    def files(self, run: int) -> set[FileId]:
        """Return the files that a run wrote, if device and inode are known."""
        with in_words(self._path):
            rows = self._db.execute(sql.FILES_OF_RUN, {"run": run}).fetchall()
        return {FileId(device=int(device), inode=int(inode)) for device, inode in rows}

    def runs(self) -> list[Run]:
        """Return the runs that wrote tags, latest first."""
        with in_words(self._path):
            return [run_of(*row) for row in self._db.execute(sql.RUNS).fetchall()]

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
            **change_row(change),
            "run": run,
            "stamp": stamp,
            "undoing": int(undoing),
        }
        return new_number(self._db.execute(sql.NOTE, values))

    def _paths(self, statement: str, values: Mapping[str, object]) -> list[str]:
        with in_words(self._path):
            return [path_of(path) for (path,) in self._db.execute(statement, values)]
