"""Locks on songs, against another pacetag and against programs that write them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.tagger.tags.errors import ObstacleError
from pacetag.tagger.tags.safety.disk import hold

try:
    import fcntl
except ImportError:  # Windows, on which nothing is written
    fcntl = None  # type: ignore[assignment]

TIMEOUT = 10.0  # seconds to wait for a lock; a write takes less


@contextmanager
def locked(path: Path, descriptor: int) -> Iterator[None]:
    """Lock an open file against other processes that ask for the lock.

    Raises ObstacleError if one keeps it. On file systems without locks there is none.
    """
    held = _hold_in_time(path, descriptor)
    try:
        yield
    finally:
        if held:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _hold_in_time(path: Path, descriptor: int) -> bool:
    try:
        if hold(descriptor, TIMEOUT):
            return True
    except OSError:
        return False
    raise ObstacleError(path, "another program keeps it locked")


def refuse_if_written(path: Path, real: Path) -> None:
    """Raise ObstacleError if a program has the file open for writing, as far as can be told.

    Raises OSError.
    """
    if hasattr(fcntl, "F_SETLEASE") and _is_written(real):
        raise ObstacleError(path, "another program has it open for writing")


def is_open_for_writing(path: Path) -> bool:
    """Whether a program has the file open for writing, as far as can be told.

    Linux grants a read lease only on a file that no process has open for writing. On other systems,
    on some file systems and for files of other users it cannot be told, and False is returned.
    """
    try:
        return hasattr(fcntl, "F_SETLEASE") and _is_written(path)
    except OSError:
        return False


def _is_written(real: Path) -> bool:
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK)
        try:
            _try_lease(descriptor)
        finally:
            os.close(descriptor)
    except BlockingIOError:
        return True
    return False


def _try_lease(descriptor: int) -> None:
    try:
        # If a program opens the file at this very moment, the system signals us: with SIGURG, which
        # is ignored, since the default signal would end this process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        raise
    except OSError:  # leases are not supported
        return
