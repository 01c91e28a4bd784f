"""Who else has a song in hand: another pacetag, or any program that writes it."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.safety.disk import hold

PATIENCE = 10.0  # seconds; a write takes less


@contextmanager
def claimed(path: Path, descriptor: int) -> Iterator[None]:
    """Keep other processes that ask from writing the open file meanwhile.

    Raises NotWritableError where one does not let go of it. File systems without locks have none.
    """
    held = _hold_patiently(path, descriptor)
    try:
        yield
    finally:
        if held:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _hold_patiently(path: Path, descriptor: int) -> bool:
    try:
        if hold(descriptor, PATIENCE):
            return True
    except OSError:
        return False
    raise NotWritableError(path, "another program keeps it locked")


def refuse_if_written(path: Path, real: Path) -> None:
    """Raise NotWritableError where a program has the file open for writing, if that can be told.

    Linux gives a lease for reading only on a file that nobody has open for writing. Other systems,
    some file systems, and files of other people are taken not to be open.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK)
        try:
            _try_lease(descriptor)
        finally:
            os.close(descriptor)
    except BlockingIOError as error:
        raise NotWritableError(path, "another program has it open for writing") from error


def _try_lease(descriptor: int) -> None:
    try:
        # Whoever opens the file this very moment has the system tell us: with a signal that nobody
        # hears, since the usual one would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        raise
    except OSError:  # it cannot be told
        return
