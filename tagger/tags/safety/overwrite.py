"""Writes a new content over a song that must stay the same file, and can take it back.

Renaming would leave other names with the old content, or change the owner of a file of somebody
else's. So the old content is copied first, beside the song or, where its folder may not be written,
beside the journals. Only while that copy has the name of a backup can the song be half written.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import (
    ChangedMeanwhileError,
    RefusedError,
    TagError,
)
from pacetag.tagger.tags.safety.byte_patches import view
from pacetag.tagger.tags.safety.disk import flush, read_at, sync_folder, write_at
from pacetag.tagger.tags.safety.in_place import Check, TakenBack, path_of
from pacetag.tagger.tags.safety.journal import COPIES, published
from pacetag.tagger.tags.safety.mixture import NO_SUMS, Mixture, Sums
from pacetag.tagger.tags.safety.replace import CHANGED, same_file, stamp_of
from pacetag.tagger.tags.safety.temp_files import BACKUP, DRAFT, FRESH, hidden_sibling, is_sibling

_STEP = 1 << 20  # bytes copied at once
_RESCUED = ".rescued"


@dataclass(frozen=True, kw_only=True)
class CopyNote:
    """Which song is to be written over with which draft, and where its old content lies."""

    KIND = "copy"

    path: Path
    inode: int
    draft: Path  # the new content
    spare: Path  # the old content, as long as the song is whole
    digest: str  # of the old content
    new: Sums  # of the new content, should the draft be lost

    @property
    def home(self) -> Path:
        """The folder of the copies."""
        return self.spare.parent

    @property
    def backup(self) -> Path:
        """The old content, as long as the song may be half written."""
        return self.spare.with_suffix(BACKUP)

    @property
    def rescued(self) -> Path:
        """The old content, where somebody else wrote the song since."""
        return self.spare.with_suffix(_RESCUED)

    @property
    def fresh(self) -> Path:
        """The new content, likewise."""
        return self.draft.with_suffix(FRESH)

    def record(self) -> dict[str, Any]:
        """The note as a journal's record."""
        return {
            "kind": self.KIND,
            "path": os.fspath(self.path),
            "inode": self.inode,
            "draft": self.draft.name,
            "spare": self.spare.name,
            "apart": self.home != self.path.parent,
            "digest": self.digest,
            "new": self.new.record(),
        }

    @classmethod
    def read(cls, record: Mapping[str, Any], journals: Path) -> Self:
        """The note of a journal's record in a folder. Raises ValueError, KeyError or TypeError."""
        path, names = path_of(record), (record["draft"], record["spare"])
        if not all(map(is_sibling, names)) or not all(name.endswith(DRAFT) for name in names):
            raise ValueError("not a name that pacetag gives")
        home = journals / COPIES if record.get("apart") is True else path.parent
        draft, spare = (home / name for name in names)
        return cls(
            path=path,
            inode=record["inode"],
            draft=draft,
            spare=spare,
            digest=record["digest"],
            new=Sums.read(record["new"]) if "new" in record else NO_SUMS,  # as once there were none
        )

    def take_back(self, check: Check | None = None) -> TakenBack:
        """Copy the old content back, unless the song is not ours any more.

        Where it is not, the old content stays beside the song under a name of its own. Before
        anything is done, `check` gets the old content and the new one; the old one twice where the
        new one is lost, and the song twice where that is whole. Raises OSError, RefusedError, or
        what `check` raises.
        """
        self._refuse_odd_files()
        if not self.backup.exists():
            self.path.stat()  # a disk that is not there has no backup either
            if check is not None:
                self._show(check, self.path, self.path)
            found = TakenBack.UNTOUCHED
        elif not self._is_ours():
            self.backup.replace(self.rescued)
            found = TakenBack.FOREIGN
        else:
            if check is not None:
                self._show(check, self.backup, self.fresh if self._is_fresh() else self.backup)
            _copy(self.backup, self.path, inode=self.inode)
            self.backup.replace(self.spare)
            found = TakenBack.RESTORED
        sync_folder(self.home)
        self.clear()
        return found

    def clear(self) -> None:
        """Remove what lies beside the song, which is whole, for good. Raises OSError."""
        for each in (self.draft, self.fresh, self.spare):
            each.unlink(missing_ok=True)
        sync_folder(self.home)

    def where_old_is(self) -> str:
        """A clause on where the old content of a song is kept that was left alone."""
        return f"its old content is in {self.rescued}; "

    def _refuse_odd_files(self) -> None:
        """Raise RefusedError where something else than a file has one of the names."""
        for each in (self.draft, self.fresh, self.spare, self.backup):
            with suppress(FileNotFoundError):
                if not stat.S_ISREG(each.lstat().st_mode):
                    raise RefusedError(f"{each.name} is not a file")

    def _show(self, check: Check, old: Path, new: Path) -> None:
        """Have the contents checked, under the song's name."""
        with old.open("rb") as before, new.open("rb") as after:
            name = os.fspath(self.path)
            check(*(view(each.fileno(), (), name) for each in (before, after)))

    def _is_fresh(self) -> bool:
        """Whether the new content is there, and not lost in a power cut."""
        with _opened(self.fresh) as new:
            return new is not None and self.new in (NO_SUMS, Sums.of(new))

    def _is_ours(self) -> bool:
        """Whether the song is a mixture of old and new, and the backup what it should be.

        The new content need not be there, as it is known by its sums.
        """
        with _opened(self.path) as song, _opened(self.backup) as old, _opened(self.fresh) as new:
            if song is None or old is None:
                return False
            status = os.fstat(song)
            return (
                stat.S_ISREG(status.st_mode)
                and status.st_ino == self.inode
                and _digest(old) == self.digest
                and Mixture(song, old, new, self.new).holds()
            )


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """The file, open for reading; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def overwrite(
    path: Path, real: Path, draft: Path, before: os.stat_result, *, journals: Path
) -> Stamp:
    """Write the draft over the song, journalled; the song's stamp afterwards.

    Raises ChangedMeanwhileError where the song is no longer what `before` says, else TagError or
    OSError; in all cases it keeps its old content, if need be from the next start on.
    """
    with hidden_sibling(draft) as spare:
        _copy(real, spare)
        with spare.open("rb") as copy, draft.open("r+b") as new:
            flush(new.fileno())  # before it gets the name by which it counts
            note = CopyNote(
                path=real,
                inode=before.st_ino,
                draft=draft,
                spare=spare,
                digest=_digest(copy.fileno()),
                new=Sums.of(new.fileno()),
            )
        with published(journals, note.record()) as journal:
            try:
                if not same_file(before, real.stat()):  # as it may have been while it was copied
                    raise ChangedMeanwhileError(path, CHANGED)
                draft.replace(note.fresh)
                spare.replace(note.backup)
                sync_folder(note.home)
                stamp = _over(path, real, note.fresh, before)
                note.backup.replace(spare)
            except BaseException as error:
                found = _taken_back(path, note, error)
                journal.drop()
                if found is TakenBack.FOREIGN and isinstance(error, Exception):
                    reason = f"{CHANGED}; its old content is in {note.rescued}"
                    raise ChangedMeanwhileError(path, reason) from error
                raise
            with suppress(OSError):  # the song is whole; the next start does what is left
                sync_folder(note.home)
                note.clear()
                journal.drop()
    return stamp


def _over(path: Path, real: Path, fresh: Path, before: os.stat_result) -> Stamp:
    if not same_file(before, real.stat()):
        raise ChangedMeanwhileError(path, CHANGED)
    stamp = _copy(fresh, real)
    with fresh.open("rb") as new, real.open("rb") as song:
        if _digest(song.fileno()) != _digest(new.fileno()):
            raise TagError(path, "the new content did not read back, so the old one was put back")
    return stamp


def _taken_back(path: Path, note: CopyNote, error: BaseException) -> TakenBack:
    try:
        if isinstance(error, ChangedMeanwhileError):  # nothing was written yet
            note.backup.unlink(missing_ok=True)
        return note.take_back()
    except Exception as again:
        raise TagError(
            path,
            f"it broke off half written ({error}), and could not be put back ({again}); pacetag "
            f"tries again at its next start; its old content is in {note.backup}",
        ) from error


def _copy(source: Path, target: Path, inode: int | None = None) -> Stamp:
    """Copy content over an existing file, onto the disk itself; its stamp afterwards.

    Raises RefusedError where the file has not the inode that it should have.
    """
    with source.open("rb", buffering=0) as reader, target.open("r+b", buffering=0) as writer:
        descriptor, place = writer.fileno(), 0
        if inode not in (None, os.fstat(descriptor).st_ino):
            raise RefusedError("another file has its name now")
        while data := reader.read(_STEP):
            write_at(descriptor, place, data)
            place += len(data)
        os.ftruncate(descriptor, place)
        flush(descriptor)
        return stamp_of(os.fstat(descriptor))


def _digest(descriptor: int) -> str:
    total, place = hashlib.blake2b(digest_size=16), 0
    while data := read_at(descriptor, place, _STEP):
        total.update(data)
        place += len(data)
    return total.hexdigest()
