"""Replaces a file by a finished copy, so that one of the two is whole at any moment."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import ChangedMeanwhileError, ObstacleError, UnlikeError
from pacetag.tagger.tags.safety.disk import flush, sync_folder

CHANGED = "the file was changed while it was being tagged"
RESERVE = 64 << 20  # bytes of the disk that stay free for other programs
_OF_CONTENT = ("security.ima", "security.evm")  # attributes that the system sets itself
# Errors of file systems that have no such rights, owners or attributes, so none can be lost.
_REFUSALS = (
    *(errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.ENODATA),
    *(errno.ENOSPC, errno.EDQUOT, errno.E2BIG, errno.ERANGE),  # too large for the file system
)


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file, by which a later change is noticed."""
    return Stamp(
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


def same_file(before: os.stat_result, now: os.stat_result) -> bool:
    """Whether the file is unchanged between two looks."""
    return before.st_dev == now.st_dev and stamp_of(before) == stamp_of(now)


def check_room(path: Path, folder: Path, status: os.stat_result) -> None:
    """Raise ObstacleError unless two copies of the file would fit on the disk of a folder.

    That holds also for a write in place: some file systems write every change to a new place, and
    can run full in the middle of it.
    """
    needed = 2 * status.st_size + RESERVE
    usage = shutil.disk_usage(folder)
    if usage.total and usage.free < needed:  # some network file systems do not tell
        raise ObstacleError(
            path,
            f"the disk is nearly full: {needed >> 20} MiB are needed, {usage.free >> 20} are free",
        )


def may_hold_copies(folder: Path) -> bool:
    """Whether files may be made in the folder; a read-only mark counts for the superuser, too.

    Raises OSError.
    """
    marked = not folder.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return not marked and may_access(folder, os.W_OK | os.X_OK)


def may_access(path: Path, means: int) -> bool:
    """Whether the effective user of this process may access the path so."""
    return os.access(path, means, effective_ids=os.access in os.supports_effective_ids)


def put_in_place(path: Path, real: Path, draft: Path, before: os.stat_result) -> Stamp:
    """Give the draft the file's owner, mode and attributes, and rename it to the file.

    Returns the new stamp. Raises ChangedMeanwhileError if the file is no longer what `before` says,
    UnlikeError if the draft cannot be given one of these, or OSError. In each case the file keeps
    its old content.
    """
    with draft.open("r+b") as file:
        _take_over(path, real, file.fileno(), before)
        flush(file.fileno())
        if not same_file(before, real.stat()):
            raise ChangedMeanwhileError(path, CHANGED)
        try:
            draft.replace(real)
        except (
            PermissionError
        ) as error:  # in a sticky folder users may replace their own files only
            raise UnlikeError(path, "its folder does not let it be replaced") from error
        with contextlib.suppress(
            OSError
        ):  # the rename is done; the next sync of the disk makes it last
            sync_folder(real.parent)
        return stamp_of(os.fstat(file.fileno()))  # of our file, even if replaced at once


def _take_over(path: Path, real: Path, draft: int, before: os.stat_result) -> None:
    """Give the draft the file's owner, mode and extended attributes, and check that it has them.

    Some file systems refuse these changes, and some ignore them. Raises UnlikeError.
    """
    owner, mode = (before.st_uid, before.st_gid), stat.S_IMODE(before.st_mode)
    if _owner(draft) != owner:
        with _unless_refused():
            os.fchown(draft, *owner)
        if _owner(draft) != owner:  # before the mode lets other users read it
            raise UnlikeError(path, "it belongs to another user, and a new copy of it would not")
    if hasattr(os, "listxattr"):  # Linux only
        _take_over_attributes(path, real, draft)
    if _mode(draft) != mode:  # after the owner, since changing that clears bits of the mode
        with _unless_refused():
            os.fchmod(draft, mode)
        if _mode(draft) != mode:
            raise UnlikeError(path, "a new copy of it would have another mode")


def _owner(draft: int) -> tuple[int, int]:
    status = os.fstat(draft)
    return status.st_uid, status.st_gid


def _mode(draft: int) -> int:
    return stat.S_IMODE(os.fstat(draft).st_mode)


def _take_over_attributes(path: Path, real: Path, draft: int) -> None:
    wanted, own = _attributes(real), _attributes(draft)
    for name in (
        own.keys() - wanted.keys()
    ):  # such as access rights that new files inherit from the folder
        with _unless_refused():
            os.removexattr(draft, name)
    for name, value in wanted.items():
        if value is not None and own.get(name) != value:
            with _unless_refused():
                os.setxattr(draft, name, value)
    if _attributes(draft) != wanted:
        raise UnlikeError(path, "a new copy of it would have other extended attributes")


def _attributes(file: Path | int) -> dict[str, bytes | None]:
    """Names and values of a file's extended attributes; None for a value that is not readable.

    Those that the system sets itself are left out. Raises OSError, but not where the file system
    has no attributes.
    """
    names: list[str] = []
    with _unless_refused():
        names = os.listxattr(file)
    found: dict[str, bytes | None] = {}
    for name in names:
        if name not in _OF_CONTENT:
            found[name] = None
            with _unless_refused():
                found[name] = os.getxattr(file, name)
    return found


@contextlib.contextmanager
def _unless_refused() -> Iterator[None]:
    """Ignore errors of file systems or rights that do not allow this."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
