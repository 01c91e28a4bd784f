"""Writes the few changed places of a song where they lie, and can take them back."""

import base64
import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from operator import index
from pathlib import Path
from typing import Any, BinaryIO, Self

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import ChangedMeanwhileError, TagError
from pacetag.tagger.tags.safety.byte_patches import NEAR, Patch, view
from pacetag.tagger.tags.safety.disk import flush, read_at, write_at
from pacetag.tagger.tags.safety.journal_writing import published
from pacetag.tagger.tags.safety.replace import CHANGED, same_file, stamp_of

# Takes a song's content before and after a write; raises RefusedError.
Check = Callable[[BinaryIO, BinaryIO], None]


class TakenBack(Enum):
    """What was left of an interrupted write."""

    RESTORED = auto()  # part of it; the song is as it was before
    UNTOUCHED = auto()  # nothing
    FOREIGN = auto()  # the song was changed externally since, and left alone


@dataclass(frozen=True, kw_only=True)
class PatchNote:
    """Which song changes in which places, and how it is recognised afterwards."""

    KIND = "patches"

    path: Path
    size: int  # bytes of the song
    patches: tuple[Patch, ...]
    around: str  # a hash over what lies close to the patches

    @classmethod
    def of(cls, path: Path, descriptor: int, patches: Sequence[Patch]) -> Self:
        """A note on an open song that is about to change."""
        return cls(
            path=path,
            size=os.fstat(descriptor).st_size,
            patches=tuple(patches),
            around=_around(descriptor, patches),
        )

    def record(self) -> dict[str, Any]:
        """The note as a journal's record."""
        return {
            "kind": self.KIND,
            "path": os.fspath(self.path),
            "size": self.size,
            "around": self.around,
            "patches": [
                {"place": each.place, "old": _text(each.old), "new": _text(each.new)}
                for each in self.patches
            ],
        }

    @classmethod
    def read(cls, record: Mapping[str, Any], _journals: Path) -> Self:
        """The note of a journal's record in a folder. Raises ValueError, KeyError or TypeError."""
        note = cls(
            path=path_of(record),
            size=index(record["size"]),
            around=record["around"],
            patches=tuple(
                Patch(
                    place=index(each["place"]),
                    old=base64.b64decode(each["old"]),
                    new=base64.b64decode(each["new"]),
                )
                for each in record["patches"]
            ),
        )
        note._check_places()
        return note

    def _check_places(self) -> None:
        """Raise ValueError or TypeError unless the patches lie one behind the other in the song."""
        stop = 0
        for each in self.patches:
            if each.place < stop or len(each.old) != len(each.new):
                raise ValueError("patches that overlap, or change the song's size")
            stop = each.stop
        if not self.patches or stop > self.size:
            raise ValueError("patches that do not lie in the song")

    def where_old_is(self) -> str:
        """Empty: the old bytes are in the journal alone."""
        return ""

    def take_back(self, check: Check) -> TakenBack:
        """Put the old bytes back, unless the song was changed externally since.

        Before anything is written, `check` gets the song as it was and as it was meant to become.
        Raises OSError, or what `check` raises.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            return self.take_back_open(descriptor, check)
        finally:
            os.close(descriptor)

    def take_back_open(self, descriptor: int, check: Check | None = None) -> TakenBack:
        """The same for an open song."""
        status = os.fstat(descriptor)
        if (
            not stat.S_ISREG(status.st_mode)
            or status.st_size != self.size
            or _around(descriptor, self.patches) != self.around
        ):
            return TakenBack.FOREIGN
        found = [read_at(descriptor, each.place, len(each.old)) for each in self.patches]
        pairs = list(zip(self.patches, found, strict=True))
        if not all(is_mixture(there, each.old, each.new) for each, there in pairs):
            return TakenBack.FOREIGN
        if check is not None:
            name = os.fspath(self.path)
            before = [replace(each, new=each.old) for each in self.patches]
            check(view(descriptor, before, name), view(descriptor, self.patches, name))
        if all(there == each.old for each, there in pairs):
            flush(descriptor)  # an earlier recovery may have died before they reached the disk
            return TakenBack.UNTOUCHED
        for each in self.patches:
            write_at(descriptor, each.place, each.old)
        flush(descriptor)
        return TakenBack.RESTORED


def write_in_place(
    path: Path,
    real: Path,
    before: os.stat_result,
    patches: Sequence[Patch],
    *,
    verify: Callable[[BinaryIO], None],
    journals: Path,
) -> Stamp:
    """Journal the old bytes, write the new ones and read them back; returns the new stamp.

    `verify` reads the written file and raises if it is wrong. Raises ChangedMeanwhileError if the
    file is no longer what `before` says, else TagError or OSError. In each case the file keeps its
    old content, at the latest after the next start.
    """
    with real.open("r+b", buffering=0) as file:
        descriptor = file.fileno()
        note = PatchNote.of(real, descriptor, patches)
        with published(journals, note.record()) as journal:
            try:
                _check(path, real, descriptor, before, patches)
            except BaseException:
                journal.drop()
                raise
            try:
                stamp = _write(path, file, patches)
                verify(file)
                journal.drop()
            except BaseException as error:
                found = _taken_back(path, note, descriptor, error)
                journal.drop()
                if found is TakenBack.FOREIGN and isinstance(error, Exception):
                    raise ChangedMeanwhileError(path, CHANGED) from error
                raise
    return stamp


def _check(
    path: Path, real: Path, descriptor: int, before: os.stat_result, patches: Sequence[Patch]
) -> None:
    """Raise ChangedMeanwhileError unless the open file is still what was looked at."""
    same = all(read_at(descriptor, each.place, len(each.old)) == each.old for each in patches)
    # Last, so that as little time as possible lies between this check and the first write.
    if (
        not same
        or not same_file(before, os.fstat(descriptor))
        or not same_file(before, real.stat())
    ):
        raise ChangedMeanwhileError(path, CHANGED)


def _write(path: Path, file: BinaryIO, patches: Sequence[Patch]) -> Stamp:
    descriptor = file.fileno()
    for each in patches:
        write_at(descriptor, each.place, each.new)
    flush(descriptor)
    stamp = stamp_of(os.fstat(descriptor))  # at once, so that it belongs to our own write
    if any(read_at(descriptor, each.place, len(each.new)) != each.new for each in patches):
        raise TagError(path, "the new tags did not read back, so the old ones were put back")
    return stamp


def _taken_back(path: Path, note: PatchNote, descriptor: int, error: BaseException) -> TakenBack:
    try:
        return note.take_back_open(descriptor)
    except Exception as again:
        raise TagError(
            path,
            f"writing its tags broke off ({error}), and they could not be put back ({again}); "
            "pacetag tries again at its next start",
        ) from error


def is_mixture(found: bytes, old: bytes, new: bytes) -> bool:
    """Whether every byte is the old or the new one at its place."""
    if found in (old, new):
        return True
    return len(found) == len(old) and all(
        there in (before, after) for there, before, after in zip(found, old, new, strict=True)
    )


def _around(descriptor: int, patches: Sequence[Patch]) -> str:
    """A hash over the bytes just before and after each patch, which do not change."""
    total = hashlib.blake2b(digest_size=16)
    for each in patches:
        start = max(0, each.place - NEAR)
        for place, size in ((start, each.place - start), (each.stop, NEAR)):
            total.update(read_at(descriptor, place, size) + b"|")
    return total.hexdigest()


def path_of(record: Mapping[str, Any]) -> Path:
    """The song that a journal's record is about. Raises ValueError, KeyError or TypeError."""
    path = Path(record["path"])
    if not path.is_absolute() or b"\0" in os.fsencode(path):
        raise ValueError("not the path of a file")
    return path


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
