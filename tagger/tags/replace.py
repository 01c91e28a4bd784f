"""Puts a finished copy in a file's place, so that at any moment one of the two is whole."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.disk import flush, sync_folder
from pacetag.tagger.tags.errors import ChangedMeanwhileError, NotWritableError

CHANGED = "the file was changed while it was being tagged"
RESERVE = 64 << 20  # bytes of the disk that are left to others
# Attributes that a person or a program of theirs gave; others belong to the system.
_OF_PEOPLE = ("user.", "system.posix_acl_", "system.nfs4_acl")


def stamp_of(status: os.stat_result) -> Stamp:
    """What tells whether the file has changed since."""
    return Stamp(
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


def same_file(before: os.stat_result, now: os.stat_result) -> bool:
    """Whether nobody touched the file between two looks."""
    return before.st_dev == now.st_dev and stamp_of(before) == stamp_of(now)


def check_room(path: Path, real: Path, status: os.stat_result) -> None:
    """Raise NotWritableError unless two copies of the file would fit on the disk.

    They are asked for even where the tag is written in its place: some file systems write every
    change to a new place, and so can be full in the middle of it.
    """
    needed = 2 * status.st_size + RESERVE
    usage = shutil.disk_usage(real.parent)
    if usage.total and usage.free < needed:  # some file systems of the network say nothing
        raise NotWritableError(
            path,
            f"the disk is nearly full: {needed >> 20} MiB are needed, {usage.free >> 20} are free",
        )


def put_in_place(path: Path, real: Path, draft: Path, before: os.stat_result) -> Stamp:
    """Rename the draft to the file, whose owner, mode and attributes it gets.

    Returns the stamp of what was written. Raises ChangedMeanwhileError where the file is no longer
    what `before` says, NotWritableError where it could not keep its owner, or OSError; in all cases
    the file keeps its old content.
    """
    with draft.open("r+b") as file:
        _take_over(path, real, file.fileno(), before)
        flush(file.fileno())
        if not same_file(before, real.stat()):
            raise ChangedMeanwhileError(path, CHANGED)
        draft.replace(real)
        with contextlib.suppress(OSError):  # it is done; the next sync of the disk makes it last
            sync_folder(real.parent)
        return stamp_of(os.fstat(file.fileno()))  # of what was written, whoever comes next


def _take_over(path: Path, real: Path, draft: int, before: os.stat_result) -> None:
    """Give the draft the file's owner, mode and extended attributes."""
    own = os.fstat(draft)
    if (own.st_uid, own.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(draft, before.st_uid, before.st_gid)
        except PermissionError as error:
            reason = "it belongs to somebody else, and a new copy of it would not"
            raise NotWritableError(path, reason) from error
    mode = stat.S_IMODE(before.st_mode)
    if stat.S_IMODE(os.fstat(draft).st_mode) != mode:  # after the owner, whose change clears bits
        os.fchmod(draft, mode)
    if not hasattr(os, "listxattr"):  # Linux only
        return
    names: list[str] = []
    with _unless_unsupported():
        names = os.listxattr(real)
    for name in names:
        with _unless_unsupported(name):
            os.setxattr(draft, name, os.getxattr(real, name))


@contextlib.contextmanager
def _unless_unsupported(name: str = "") -> Iterator[None]:
    """Pass over attributes that the file system lacks or keeps to itself."""
    try:
        yield
    except OSError as error:
        gone = error.errno == errno.ENODATA
        theirs = name.startswith(_OF_PEOPLE)
        refused = error.errno in (errno.EPERM, errno.EACCES, errno.ENOTSUP)
        if not gone and (theirs or not refused):
            raise
