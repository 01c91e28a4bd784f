"""Copies of files that are checked: hashed while they are read, and read back from the disk."""

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pacetag.tagger.tags.safety.disk import flush, write_at

_STEP = 1 << 20  # bytes read at once

Ends = Callable[[], bool]  # whether a stop is requested


class StoppedError(Exception):
    """A stop was requested in the middle of a file."""


class SourceError(OSError):
    """The file that is copied cannot be read, or changed meanwhile."""


def file_hash(path: Path) -> str:
    """Return the hash of a file's content, read from the disk where the system can do so.

    A link is not followed. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        with suppress(OSError, AttributeError):  # not on every system
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        total = hashlib.blake2b(digest_size=16)
        while part := os.read(descriptor, _STEP):
            total.update(part)
        return total.hexdigest()
    finally:
        os.close(descriptor)


def copy_checked(source: Path, target: Path, ends: Ends) -> str:
    """Copy a file to a name that is free, and return the hash of its content.

    It is flushed to the disk and read back. Raises SourceError for the source, StoppedError, and
    OSError for the target, which is removed then.
    """
    opened = _opened(source)
    try:
        made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            return _copied(opened, made, target, ends)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            os.close(made)
    finally:
        os.close(opened)


def _opened(source: Path) -> int:
    try:
        return os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise SourceError(error.errno, error.strerror) from error


def _copied(opened: int, made: int, target: Path, ends: Ends) -> str:
    before, total, place = os.fstat(opened), hashlib.blake2b(digest_size=16), 0
    while part := _read(opened):
        if ends():
            raise StoppedError
        write_at(made, place, part)
        total.update(part)
        place += len(part)
    flush(made)
    now = os.fstat(opened)
    if (before.st_size, before.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
        raise SourceError(errno.EBUSY, "it was changed while it was copied")
    if file_hash(target) != total.hexdigest():
        raise OSError(errno.EIO, "what was written there does not read back")
    return total.hexdigest()


def _read(opened: int) -> bytes:
    try:
        return os.read(opened, _STEP)
    except OSError as error:
        raise SourceError(error.errno, error.strerror) from error
