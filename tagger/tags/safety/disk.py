"""Bytes and names that reach the disk itself, not only the system's memory of it."""

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from pacetag.tagger.errors import TaggerError

try:
    import fcntl
except ImportError:  # Windows, on which nothing is written: see `check_locks`
    fcntl = None  # type: ignore[assignment]

_CANNOT = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)
_STEP = 1 << 20  # bytes read at once
_LOST = (errno.EIO, errno.ENOSPC, errno.EDQUOT)  # errors of a disk that could not store data
_BETWEEN = 0.01  # seconds between two tries to lock a file


def check_locks(what: str) -> None:
    """Raise TaggerError on a system without the locks that writing safely needs."""
    if fcntl is None:
        raise TaggerError(
            f"{what} needs the locks of POSIX, which this system lacks; run pacetag within the "
            "Windows Subsystem for Linux"
        )


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
    """Read a file to its end; the system's error, or None.

    Decoders report a failing disk as a damaged file, and this tells the two apart. A missing file
    is no error here: the next look at it finds out. Only regular files are read, since a pipe might
    never end.
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
    """Flush an open file or folder to the disk, so that it survives a power cut. Raises OSError.

    macOS hands data to the drive on fsync, which may keep it in its own memory; another call
    empties that, too, where the file system knows it.
    """
    through = getattr(fcntl, "F_FULLFSYNC", None)
    if fcntl is not None and through is not None:
        try:
            fcntl.fcntl(descriptor, through)
            return
        except OSError as error:
            if error.errno in _LOST:  # the system reports it only once
                raise
    os.fsync(descriptor)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and its parents, and flush their names to the disk. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    with contextlib.suppress(PermissionError):  # a folder that may be entered but not listed
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Flush new and removed names to the disk, where the file system can. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(descriptor)


def hold(descriptor: int, timeout: float = 0.0) -> bool:
    """Lock an open file for this process until it is closed or unlocked.

    Returns False if another process holds it for longer than `timeout` seconds. Raises OSError, for
    example where the file system has no locks.
    """
    if fcntl is None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
        time.sleep(_BETWEEN)


def new_held_file(draw: Callable[[], Path], held: Callable[[int], bool]) -> tuple[Path, int]:
    """Create a file, readable by this user only, that is locked while its descriptor is open.

    `draw` gives a path that should be free, and another one each time; `held` locks a descriptor
    and says whether it could. Raises OSError, and leaves no file then.
    """
    while True:
        path = draw()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if held(descriptor) and os.fstat(descriptor).st_nlink:
                return path, descriptor
        except BaseException:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        os.close(descriptor)  # another process removed it before it was locked
