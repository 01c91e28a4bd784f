"""The note on a song that is overwritten from a copy; it also undoes that write."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import RefusedError
from pacetag.tagger.tags.safety.byte_patches import view
from pacetag.tagger.tags.safety.disk import flush, read_at, sync_folder, write_at
from pacetag.tagger.tags.safety.half_written import NO_SUMS, Mixture, Sums
from pacetag.tagger.tags.safety.in_place import Check, TakenBack, path_of
from pacetag.tagger.tags.safety.journal import COPIES
from pacetag.tagger.tags.safety.replace import stamp_of
from pacetag.tagger.tags.safety.temp_files import BACKUP, DRAFT, FRESH, is_temp_file

_STEP = 1 << 20  # bytes copied at once
_RESCUED = ".rescued"


@dataclass(frozen=True, kw_only=True)
class CopyNote:
    """Which song is overwritten with which draft, and where its old content lies."""

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
        """The old content, if the song was changed externally since."""
        return self.spare.with_suffix(_RESCUED)

    @property
    def fresh(self) -> Path:
        """The new content, as long as the song may be half written."""
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
        if not all(map(is_temp_file, names)) or not all(name.endswith(DRAFT) for name in names):
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
        """Copy the old content back, unless the song was changed externally since.

        In that case the old content stays beside the song under a name of its own. Before anything
        is written, `check` gets the old content and the new one; the old one twice if the new one
        is lost, and the song twice if it is whole. Raises OSError, RefusedError, or what `check`
        raises.
        """
        self._refuse_odd_files()
        if not self.backup.exists():
            self.path.stat()  # raises where the disk is not mounted, and the backup is with it
            if check is not None:
                self._show(check, self.path, self.path)
            found = TakenBack.UNTOUCHED
        elif not self._is_ours():
            self.backup.replace(self.rescued)
            found = TakenBack.FOREIGN
        else:
            if check is not None:
                self._show(check, self.backup, self.fresh if self._is_fresh() else self.backup)
            copy_over(self.backup, self.path, inode=self.inode)
            self.backup.replace(self.spare)
            found = TakenBack.RESTORED
        sync_folder(self.home)
        self.clear()
        return found

    def clear(self) -> None:
        """Remove the copies beside the song, which is whole. Raises OSError."""
        for each in (self.draft, self.fresh, self.spare):
            each.unlink(missing_ok=True)
        sync_folder(self.home)

    def where_old_is(self) -> str:
        """A clause that says where the old content is, of a song that was left alone."""
        return f"its old content is in {self.rescued}; "

    def _refuse_odd_files(self) -> None:
        """Raise RefusedError if anything but a regular file has one of the names."""
        for each in (self.draft, self.fresh, self.spare, self.backup):
            with suppress(FileNotFoundError):
                if not stat.S_ISREG(each.lstat().st_mode):
                    raise RefusedError(f"{each.name} is not a file")

    def _show(self, check: Check, old: Path, new: Path) -> None:
        """Let `check` see both contents under the song's name."""
        with old.open("rb") as before, new.open("rb") as after:
            name = os.fspath(self.path)
            check(*(view(each.fileno(), (), name) for each in (before, after)))

    def _is_fresh(self) -> bool:
        """Whether the new content is there and complete."""
        with _opened(self.fresh) as new:
            return new is not None and self.new in (NO_SUMS, Sums.of(new))

    def _is_ours(self) -> bool:
        """Whether the song is a mixture of old and new, and the backup is the old content.

        The new content may be lost, as it is recognised by its sums.
        """
        with _opened(self.path) as song, _opened(self.backup) as old, _opened(self.fresh) as new:
            if song is None or old is None:
                return False
            status = os.fstat(song)
            return (
                stat.S_ISREG(status.st_mode)
                and status.st_ino == self.inode
                and digest_of(old) == self.digest
                and Mixture(song, old, new, self.new).holds()
            )


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """The descriptor of a file, open for reading; None if there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def copy_over(source: Path, target: Path, inode: int | None = None) -> Stamp:
    """Copy content over an existing file and flush it; returns the new stamp.

    Raises RefusedError if `inode` is given and the file has another.
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


def digest_of(descriptor: int) -> str:
    """A hash over the content of an open file."""
    total, place = hashlib.blake2b(digest_size=16), 0
    while data := read_at(descriptor, place, _STEP):
        total.update(data)
        place += len(data)
    return total.hexdigest()
