"""Puts a finished copy in a file's place, so that at any moment one of the two is whole."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import ChangedMeanwhileError, NotWritableError, UnlikeError
from pacetag.tagger.tags.safety.disk import flush, sync_folder

CHANGED = "the file was changed while it was being tagged"
RESERVE = 64 << 20  # bytes of the disk that are left to others
_OF_CONTENT = ("security.ima", "security.evm")  # attributes that the system makes anew
# What is said of rights, owners and attributes that are not to be had: then they are not needed.
_REFUSALS = (
    *(errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.ENODATA),
    *(errno.ENOSPC, errno.EDQUOT, errno.E2BIG, errno.ERANGE),  # too large for the file system
)


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


def check_room(path: Path, folder: Path, status: os.stat_result) -> None:
    """Raise NotWritableError unless two copies of the file would fit on the disk of a folder.

    They are asked for even where the tag is written in its place: some file systems write every
    change to a new place, and so can be full in the middle of it.
    """
    needed = 2 * status.st_size + RESERVE
    usage = shutil.disk_usage(folder)
    if usage.total and usage.free < needed:  # some file systems of the network say nothing
        raise NotWritableError(
            path,
            f"the disk is nearly full: {needed >> 20} MiB are needed, {usage.free >> 20} are free",
        )


def may_hold_copies(folder: Path) -> bool:
    """Whether files may be made in the folder. The superuser may, yet a read-only mark was meant.

    Raises OSError.
    """
    marked = not folder.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return not marked and may_access(folder, os.W_OK | os.X_OK)


def may_access(path: Path, means: int) -> bool:
    """Whether the user as whom this process acts may do that."""
    return os.access(path, means, effective_ids=os.access in os.supports_effective_ids)


def put_in_place(path: Path, real: Path, draft: Path, before: os.stat_result) -> Stamp:
    """Rename the draft to the file, whose owner, mode and attributes it gets.

    Returns the stamp of what was written. Raises ChangedMeanwhileError where the file is no longer
    what `before` says, UnlikeError where the draft could not be made like it in these, or OSError;
    in all cases the file keeps its old content.
    """
    with draft.open("r+b") as file:
        _take_over(path, real, file.fileno(), before)
        flush(file.fileno())
        if not same_file(before, real.stat()):
            raise ChangedMeanwhileError(path, CHANGED)
        try:
            draft.replace(real)
        except PermissionError as error:  # a folder in which people may replace their own alone
            raise UnlikeError(path, "its folder does not let it be replaced") from error
        with contextlib.suppress(OSError):  # it is done; the next sync of the disk makes it last
            sync_folder(real.parent)
        return stamp_of(os.fstat(file.fileno()))  # of what was written, whoever comes next


def _take_over(path: Path, real: Path, draft: int, before: os.stat_result) -> None:
    """Give the draft the file's owner, mode and extended attributes, and look whether it has them.

    Some file systems refuse that, and some only seem to do it. Raises UnlikeError.
    """
    owner, mode = (before.st_uid, before.st_gid), stat.S_IMODE(before.st_mode)
    if _owner(draft) != owner:
        with _unless_refused():
            os.fchown(draft, *owner)
        if _owner(draft) != owner:  # before others may read it, whom the mode would let
            raise UnlikeError(path, "it belongs to another user, and a new copy of it would not")
    if hasattr(os, "listxattr"):  # Linux only
        _take_over_attributes(path, real, draft)
    if _mode(draft) != mode:  # after the owner, whose change clears bits
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
    for name in own.keys() - wanted.keys():  # such as rights that a folder gives what is new in it
        with _unless_refused():
            os.removexattr(draft, name)
    for name, value in wanted.items():
        if value is not None and own.get(name) != value:
            with _unless_refused():
                os.setxattr(draft, name, value)
    if _attributes(draft) != wanted:
        raise UnlikeError(path, "a new copy of it would have other extended attributes")


def _attributes(file: Path | int) -> dict[str, bytes | None]:
    """The extended attributes of a file, those of sums over its content aside; None: not readable.

    Raises OSError, though not where the file system has none.
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
    """Pass over what the file system or the user's rights do not allow."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
