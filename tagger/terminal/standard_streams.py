"""Standard output and error as all commands find them: there, and never what breaks one off.

What cannot be written is lost, remembered, and told when the command has done its work. A closed
descriptor is held, so that no song or index that is opened later gets its number, and with it what
is printed.
"""

import errno
import fcntl
import io
import os
import select
import sys
from contextlib import suppress
from typing import Any, TextIO

_IN, _OUT, _ERROR = 0, 1, 2
_FIRST_OTHER = 3  # descriptor


class Lasting(io.FileIO):
    """A descriptor that takes everything; `refusal` is the first error that it met."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.refusal: OSError | None = None

    def write(self, content: Any) -> int:
        """Write it, or lose it."""
        try:
            while (written := super().write(content)) is None:  # a program made it non-blocking
                select.select([], [self], [])
        except OSError as error:
            self.refusal = self.refusal or error
            return memoryview(content).nbytes
        return written


_LASTING: dict[int, Lasting] = {}  # those in use, by their usual number
_RESULTS = {_OUT}  # those that a command's results go to


def hold_descriptors() -> None:
    """Open the standard descriptors that are closed: reading them finds nothing, writing fails."""
    for descriptor in (_IN, _OUT, _ERROR):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # takes the lowest number that is free
            os.set_inheritable(descriptor, True)  # workers must not reuse it either


def keep_streams() -> None:
    """Give Python's standard streams descriptors that take everything.

    Standard error gets one of its own, so that what libraries write to the usual one can be sent
    elsewhere. Streams that a test or a program has put in their place stay.
    """
    hold_descriptors()
    if sys.stdin is None:
        sys.stdin = open(_IN, closefd=False)  # noqa: SIM115 - of a descriptor, for good
    sys.stdout = _kept(sys.stdout, _OUT, "strict")
    sys.stderr = _kept(sys.stderr, _ERROR, "backslashreplace")


def _kept(stream: TextIO | None, number: int, errors: str) -> TextIO:
    if stream is not None and not _is_of(stream, number):
        return stream
    descriptor = number
    if number == _ERROR:
        descriptor = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _FIRST_OTHER)
    _LASTING[number] = Lasting(descriptor)
    return io.TextIOWrapper(
        io.BufferedWriter(_LASTING[number]),
        encoding=getattr(stream, "encoding", None),
        errors=getattr(stream, "errors", None) or errors,
        line_buffering=getattr(stream, "line_buffering", number == _ERROR),
    )


def _is_of(stream: TextIO, number: int) -> bool:
    try:
        stream.flush()
        return stream.fileno() == number
    except (OSError, ValueError, AttributeError):
        return False


def refusal(descriptor: int = _OUT, *, forget: bool = False) -> OSError | None:
    """Why a part of what was written to a standard stream is lost; None where nothing is.

    `forget` it where it is told otherwise.
    """
    kept = _LASTING.get(descriptor)
    if kept is None:
        return None
    with suppress(OSError, ValueError):
        (sys.stdout if descriptor == _OUT else sys.stderr).flush()
    found = kept.refusal
    if forget:
        kept.refusal = None
    return found


def reader_is_gone() -> bool:
    """Whether the reader of a pipe at standard output has seen enough."""
    return isinstance(refusal(), BrokenPipeError)


def results_on_stderr() -> TextIO:
    """Standard error, where results go as well, so that losing it is a failure."""
    _RESULTS.add(_ERROR)
    return sys.stderr


def losses() -> tuple[bool, str | None]:
    """Whether results were lost, and a sentence about it; None where the reader wanted no more."""
    found = [error for number in sorted(_RESULTS) if (error := refusal(number)) is not None]
    told = [error for error in found if not isinstance(error, BrokenPipeError)]
    if not told:
        return bool(found), None
    return True, (
        f"standard output cannot be written ({why(told[0])}), so that what was said is incomplete; "
        "send it elsewhere with > or |"
    )


def why(error: OSError) -> str:
    """What keeps a standard stream from being written, as an error says it."""
    return "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
