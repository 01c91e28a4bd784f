"""Standard output and error that are always open and never end a command.

Output that cannot be written is lost and remembered, and reported when the command has done its
work. A closed descriptor is held, so that no song or index that is opened later gets its number,
and with it what is printed.
"""

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import Any, TextIO

_IN, _OUT, _ERROR = 0, 1, 2


class Lasting(io.FileIO):
    """A descriptor that accepts everything; `refusal` is the first error of a write."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.refusal: OSError | None = None

    def write(self, content: Any) -> int:
        """Write the content, or drop it and remember the error."""
        try:
            while (written := super().write(content)) is None:  # a program made it non-blocking
                select.select([], [self], [])
        except OSError as error:
            self.refusal = self.refusal or error
            return memoryview(content).nbytes
        return written


_LASTING: dict[int, Lasting] = {}  # in use, by their usual number
_RESULTS = {_OUT}  # descriptors that a command's results go to


def hold_descriptors() -> None:
    """Open closed standard descriptors on /dev/null, where reads are empty and writes fail."""
    for descriptor in (_IN, _OUT, _ERROR):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # gets the lowest free number
            os.set_inheritable(descriptor, True)  # workers must not reuse it either


def keep_streams() -> None:
    """Give Python's standard streams descriptors that accept everything.

    Standard error gets its own, so that output of libraries to the usual one can be redirected.
    Streams that a test or a program has replaced stay.
    """
    hold_descriptors()
    if sys.stdin is None:
        sys.stdin = open(_IN, closefd=False)  # noqa: SIM115 - open until the end
    sys.stdout = _kept(sys.stdout, _OUT, "strict")
    sys.stderr = _kept(sys.stderr, _ERROR, "backslashreplace")


def _kept(stream: TextIO | None, number: int, errors: str) -> TextIO:
    if stream is not None and not _is_of(stream, number):
        return stream
    descriptor = number
    if number == _ERROR:
        descriptor = os.dup(number)  # above the three, which are all held
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
    """Why output to a standard stream was lost; None if none was.

    `forget`: the caller reports it.
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
    """Whether the reader of standard output has closed the pipe."""
    return isinstance(refusal(), BrokenPipeError)


def results_on_stderr() -> TextIO:
    """Standard error, marked as a stream of results, so that losing it is a failure."""
    _RESULTS.add(_ERROR)
    return sys.stderr


def losses() -> tuple[bool, str | None]:
    """Whether results were lost, and a sentence about it; None if the reader closed the pipe."""
    found = [error for number in sorted(_RESULTS) if (error := refusal(number)) is not None]
    told = [error for error in found if not isinstance(error, BrokenPipeError)]
    if not told:
        return bool(found), None
    return True, (
        f"standard output cannot be written ({why(told[0])}), so that what was said is incomplete; "
        "send it elsewhere with > or |"
    )


def why(error: OSError) -> str:
    """Why a standard stream cannot be written, from the error."""
    return "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
