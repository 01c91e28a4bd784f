"""Read regular files and nothing else: a pipe or a device has no end."""

import os
import stat
from pathlib import Path

# Only POSIX has the first two, only Windows the last: there bytes are changed without it.
_EXTRAS = ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in _EXTRAS)  # flags to open a file
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotRegularError(Exception):
    """The path leads to no regular file; the text says why, without the path."""


def check_regular(path: Path) -> None:
    """Check that `path` leads to a regular file, without opening it.

    Raises NotRegularError for anything else, a link that leads nowhere included, and OSError.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise NotRegularError(f"is a link to {path.readlink()}, which is not there") from None
        raise
    _check_mode(mode)


def read_regular(path: Path, *, most: int) -> bytes:
    """The content of a file of up to `most` bytes. Raises NotRegularError."""
    try:
        check_regular(path)  # for opening a device can do something already
        # Something else may have taken the name meanwhile: a pipe must not be waited for.
        descriptor = os.open(path, READING)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            status = os.fstat(descriptor)
            _check_mode(status.st_mode)
            if status.st_size > most:
                raise NotRegularError(f"is too large ({status.st_size} bytes)")
            return file.read(most)
    except FileNotFoundError as error:
        raise NotRegularError("missing") from error
    except OSError as error:
        raise NotRegularError(f"cannot be read ({error.strerror})") from error


def _check_mode(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise NotRegularError(f"is {kind}, not a file")
