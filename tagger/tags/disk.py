"""Bytes and names that reach the disk itself, not only the system's memory of it."""

import errno
import fcntl
import os
import time
from pathlib import Path

_CANNOT = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)
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


def sync_folder(folder: Path) -> None:
    """Make new and removed names last. Some file systems cannot, and need not. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
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
