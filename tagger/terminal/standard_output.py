"""Paths that stand for open descriptors: standard output, and files that a shell opened."""

import os
import re
import sys
from pathlib import Path

from pacetag.tagger.terminal.standard_streams import refusal, why

STDOUT = Path("/dev/stdout")  # the meaning of - on the command line
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NUMBERED = re.compile(r"/(?:dev|proc/(?:self|thread-self|(?P<process>\d+)))/fd/(?P<number>\d+)")


def descriptor_of(path: Path) -> int | None:
    """The open descriptor of this process that a path stands for; None for other paths."""
    name = str(path)
    if name in _STANDARD:
        return _STANDARD[name]
    found = _NUMBERED.fullmatch(name)
    if found is None or found["process"] not in (None, str(os.getpid())):
        return None
    return int(found["number"])


def is_stdout(path: Path | None) -> bool:
    """Whether a path stands for standard output, where nothing else may be printed then."""
    return path is not None and descriptor_of(path) == 1


def replaces(descriptor: int) -> bool:
    """Whether writing to a file that a shell opened would overwrite its content."""
    return (
        not _appends(descriptor)
        and os.lseek(descriptor, 0, os.SEEK_CUR) < os.fstat(descriptor).st_size
    )


def _appends(descriptor: int) -> bool:
    """Whether the shell opened it by >>; False where the system does not tell."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    return bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND)


def write_descriptor(descriptor: int, content: bytes) -> None:
    """Write all of the content at the descriptor's position, which may be past other output.

    Raises OSError.
    """
    if descriptor == 1:  # through Python's own stream, which may buffer earlier output
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        if (error := refusal(descriptor, forget=True)) is not None:
            raise OSError(error.errno, why(error)) from error
        return
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
