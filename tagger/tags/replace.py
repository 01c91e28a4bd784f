"""Puts a finished copy in a file's place, so that at any moment one of the two is whole."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.tags.errors import ChangedMeanwhileError, TagError

_CHANGED = "the file was changed while it was being tagged"
RESERVE = 16 << 20  # bytes of the disk that are left to others


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
    """Raise TagError unless the copies that put_in_place needs fit on the disk."""
    copies = 2 if status.st_nlink > 1 else 1
    needed = copies * status.st_size + RESERVE
    usage = shutil.disk_usage(real.parent)
    if usage.total and usage.free < needed:  # some file systems of the network say nothing
        raise TagError(
            path,
            f"the disk is nearly full: {needed >> 20} MiB are needed, {usage.free >> 20} are free",
        )


@contextlib.contextmanager
def hidden_sibling(real: Path, suffix: str) -> Iterator[Path]:
    """An empty file beside the file, which no player takes for a song; it goes at the end."""
    sibling = real.with_name(f".pacetag-{secrets.token_hex(6)}{suffix}")
    try:
        sibling.touch(mode=0o600, exist_ok=False)  # nobody else's, until it has the file's mode
        yield sibling
    finally:
        sibling.unlink(missing_ok=True)


def put_in_place(path: Path, real: Path, draft: Path, before: os.stat_result) -> Stamp:
    """Make the draft the file's content: by renaming, or in place where it has several names.

    Returns the stamp of what was written. Raises ChangedMeanwhileError where the file is no longer
    what `before` says, else TagError or OSError; in all cases the file keeps its old content.
    """
    with draft.open("r+b") as file:
        _take_over(real, file.fileno(), before)
        os.fsync(file.fileno())
        if not same_file(before, real.stat()):
            raise ChangedMeanwhileError(path, _CHANGED)
        if before.st_nlink > 1:
            return _overwrite(path, real, draft, before)
        draft.replace(real)
        _sync_folder(real.parent)
        return stamp_of(os.fstat(file.fileno()))  # of what was written, whoever comes next


def _take_over(real: Path, draft: int, before: os.stat_result) -> None:
    """Give the draft the file's owner, mode and extended attributes, as far as we may."""
    for owner, group in ((before.st_uid, before.st_gid), (-1, before.st_gid)):
        with contextlib.suppress(PermissionError):
            os.fchown(draft, owner, group)
            break
    with contextlib.suppress(PermissionError):  # some file systems have no modes
        os.fchmod(draft, before.st_mode & 0o7777)  # after the owner, whose change clears bits
    if not hasattr(os, "listxattr"):  # Linux only
        return
    with _unless_unsupported():
        for name in os.listxattr(real):
            with _unless_unsupported():
                os.setxattr(draft, name, os.getxattr(real, name))


@contextlib.contextmanager
def _unless_unsupported() -> Iterator[None]:
    """Pass over attributes that the file system lacks or keeps to itself."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA):
            raise


def _overwrite(path: Path, real: Path, draft: Path, before: os.stat_result) -> Stamp:
    """Write the draft over the file, whose other names would otherwise keep the old content."""
    with hidden_sibling(real, ".bak") as backup:
        _copy(real, backup)
        _sync_folder(real.parent)
        if not same_file(before, real.stat()):
            raise ChangedMeanwhileError(path, _CHANGED)
        try:
            return _copy(draft, real)
        except BaseException:
            _restore(path, real, backup)
            raise


def _restore(path: Path, real: Path, backup: Path) -> None:
    """Write the old content back; where that fails too, keep it under a name of its own."""
    try:
        _copy(backup, real)
    except BaseException as error:
        rescued = backup.replace(backup.with_suffix(".rescued"))
        raise TagError(
            path, f"it broke off half written ({error}); its old content is in {rescued}"
        ) from error


def _copy(source: Path, target: Path) -> Stamp:
    """Copy content over an existing file, onto the disk itself; its stamp afterwards."""
    with source.open("rb") as reader, target.open("r+b") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
        writer.truncate()
        writer.flush()
        os.fsync(writer.fileno())
        return stamp_of(os.fstat(writer.fileno()))


def _sync_folder(folder: Path) -> None:
    """Make a new name last. Some file systems cannot, and need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
