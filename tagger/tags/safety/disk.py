"""Bytes and names that reach the disk itself, not only the system's memory of it."""

import contextlib
import errno
import fcntl
import os
import stat
import time
from pathlib import Path

_CANNOT = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)
_STEP = 1 << 20  # bytes read at once
_LOST = (errno.EIO, errno.ENOSPC, errno.EDQUOT)  # what a disk says that could not store something
_BETWEEN = 0.01  # seconds between two tries to lock a file


def write_at(descriptor: int, place: int, data: bytes) -> None:
    """Write all of the data at a place of an open file. Raises OSError."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, place)
        rest, place = rest[written:], place + written


def read_at(descriptor: int, place: int, size: int) -> bytes:
    """Up to size bytes from a place of an open file; fewer where it ends before."""
    parts = []
    while size > 0 and (part := os.pread(descriptor, size, place)):
        parts.append(part)
        size, place = size - len(part), place + len(part)
    return b"".join(parts)


def read_through(path: Path) -> OSError | None:
    """Read a file to its end, and return what the system has against it; None for nothing.

    A decoder takes a disk that fails for a damaged file. One that is gone is nothing to complain of
    here: the next look finds out. Only plain files are read, since a pipe would never end.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            while stat.S_ISREG(os.fstat(descriptor).st_mode) and os.read(descriptor, _STEP):
                pass
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error
    return None


def flush(descriptor: int) -> None:
    """Make what was written to an open file or folder last through a power cut. Raises OSError.

    macOS hands data to the drive on fsync, which may keep it in its own memory; another call
    empties that, too, where the file system knows it.
    """
    through = getattr(fcntl, "F_FULLFSYNC", None)
    if through is not None:
        try:
            fcntl.fcntl(descriptor, through)
            return
        except OSError as error:
            if error.errno in _LOST:  # which is said only once
                raise
    os.fsync(descriptor)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, with those above it, so that its name lasts. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    with contextlib.suppress(PermissionError):  # a folder that may be entered but not listed
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make new and removed names last. Some file systems cannot, and need not. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(descriptor)


def hold(descriptor: int, patience: float = 0.0) -> bool:
    """Lock an open file for this process, till it is closed or let go of.

    False where another process holds it for longer than `patience`, in seconds. Raises OSError, as
    where the file system has no locks.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
        time.sleep(_BETWEEN)
