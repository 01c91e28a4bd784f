"""Writing tags so that they can be taken back: note the change, write it, finish the note.

The note reaches the index before the first byte of the file changes. A crash before the note is
finished leaves a song that is examined again, and whose write can be undone whether it happened or
not.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.runs import Fields, TagChange
from pacetag.tagger.logs.logger import info
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.settings import journals_beside
from pacetag.tagger.tags.errors import ObstacleError, TagError
from pacetag.tagger.tags.writer import Written, write_tags

SET = "set"  # the command of a run in which a person set paces
OPINIONS = ("love", "exclude")  # those of runs in which one said something of songs


class TaggingRun:
    """One command's tag writes, as one run of the index; it begins with the first of them."""

    def __init__(self, index: SongIndex, command: str) -> None:
        self._index, self._command = index, command
        self._started = time.time()
        self._number: int | None = None

    def number(self) -> int:
        """The run's number in the index, where this begins it."""
        if self._number is None:
            self._number = self._index.writes.start_run(self._command, self._started)
            info("run", f"{self._command}: run {self._number} begins to write tags")
        return self._number

    def note(
        self,
        probe: FileProbe,
        change: TagChange,
        *,
        found: TagChange | None = None,
        undoing: bool = False,
    ) -> int:
        """Note a change of a file's tags, and return the note's number; see `WriteLog.note`.

        Raises ReplacedIndexError where the note would be lost.
        """
        self._index.check_in_place()
        return self._index.writes.note(
            str(probe.path),
            probe.fingerprint,
            change,
            run=self.number(),
            undoing=undoing,
            found=found,
            file=probe.file,
        )

    def write(
        self,
        probe: FileProbe,
        old: Fields,
        new: Fields,
        finish: Callable[[int, Stamp], None],
        *,
        found: TagChange | None = None,
        undoing: bool = False,
    ) -> Written:
        """Note the change from `old` to `new`, write it, and `finish` the note.

        `finish` gets the note's number and the stamp that the file has since. The note of a write
        that failed stays, since another program's change may have come after the write. That of a
        write that met an obstacle goes, or each further try would add one. So does that of a failed
        undo: the watcher spares a song whose last note is an undo.

        Raises TagError, ChangedMeanwhileError among them, or OSError where nothing was written.
        """
        note = self.note(probe, TagChange(old=old, new=new), found=found, undoing=undoing)
        try:
            written = write_tags(
                probe.path,
                new,
                expected=probe.stamp,
                fingerprint=probe.fingerprint,
                journals=journals_beside(self._index.path),
            )
        except (TagError, OSError) as error:
            if undoing or isinstance(error, ObstacleError):
                self._index.writes.forget(note)
            raise
        finish(note, written.stamp)
        return written

    def write_and_store(
        self,
        probe: FileProbe,
        old: Fields,
        new: Fields,
        record: SongRecord,
        *,
        moved_from: str | None,
        found: TagChange | None = None,
    ) -> Written:
        """The same for a song that goes into the index with the stamp that the write leaves."""

        def finish(note: int, stamp: Stamp) -> None:
            stored = replace(record, stamp=stamp)
            self._index.store(stored, write=note, moved_from=moved_from)

        return self.write(probe, old, new, finish, found=found)
