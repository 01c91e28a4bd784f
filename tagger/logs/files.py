"""A log's file: appended to by several processes, and put aside when it has grown large.

The file and those put aside (FILE.1 is the latest) hold nothing but pacetag's log; a file that does
not begin as one is never written to, moved or replaced.
"""

import json
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pacetag.tagger.errors import UsageError
from pacetag.tagger.logs.logger import FACTS, NAME
from pacetag.tagger.text.formatting import printable

# The start of each line of ours; the lines of a traceback below it are indented.
_OURS = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} pacetag\[\d+\] [A-Z]+ "
    rb'|\{"time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", "pacetag": \d+, '
)
_LONGEST = 90  # bytes of such a start, at most
_INDENT = "    "
_OF_POSIX = ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW")
_CLOEXEC, _NONBLOCK, _NOCTTY, _NOFOLLOW = (getattr(os, name, 0) for name in _OF_POSIX)
_FLAGS = os.O_RDWR | os.O_APPEND | _CLOEXEC | _NONBLOCK | _NOCTTY


@dataclass(frozen=True, kw_only=True)
class LogForm:
    """How a log is kept."""

    as_json: bool = False  # one object a line
    most: int = 10_000_000  # bytes of the file before it is put aside
    older: int = 5  # files put aside


class FileHandler(logging.Handler):
    """Appends each record to the file, in one write, with its traceback."""

    def __init__(self, path: Path, descriptor: int, form: LogForm) -> None:
        """`descriptor`: of the opened file."""
        super().__init__(logging.DEBUG)
        self._path, self._descriptor, self._form = Path(os.path.realpath(path)), descriptor, form
        self._render: Callable[[logging.LogRecord], str] = json_line if form.as_json else log_lines

    def emit(self, record: logging.LogRecord) -> None:
        """Append it; a full disk costs only the log."""
        content = self._render(record).encode("utf-8", "backslashreplace")
        with suppress(OSError):
            self._make_room(len(content))
        with suppress(OSError):
            os.write(self._descriptor, content)

    def close(self) -> None:
        """Close the file."""
        super().close()
        os.close(self._descriptor)

    def _make_room(self, size: int) -> None:
        """Put the file aside if it would grow too large; follow where another process did so."""
        now = os.fstat(self._descriptor)
        try:
            moved = not os.path.samestat(now, self._path.stat())
        except FileNotFoundError:
            moved = True
        if not moved and now.st_size and now.st_size + size > self._form.most:
            moved = self._put_aside()
        if moved:
            fresh = _open(self._path)
            if not _is_log(fresh):
                os.close(fresh)
                return
            os.close(self._descriptor)
            self._descriptor = fresh

    def _put_aside(self) -> bool:
        """Rename FILE to FILE.1, FILE.1 to FILE.2 and so on; whether that could be done."""
        try:
            import fcntl

            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (OSError, ImportError):  # another process is about to, or there are no locks
            return False
        try:
            if not self._form.older:
                os.ftruncate(self._descriptor, 0)
                return False
            chain = [
                self._path,
                *(self._aside(number) for number in range(1, self._form.older + 1)),
            ]
            there = [each for each in chain[1:] if os.path.lexists(each)]
            if not all(map(_lies_as_log, there)):
                return False
            for source, target in reversed(list(pairwise(chain))):
                with suppress(FileNotFoundError):
                    source.rename(target)
            return True
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def log_lines(record: logging.LogRecord) -> str:
    """Return a record as the file holds it: one line, then its traceback, indented."""
    first, *further = _texts(record)
    head = f"{_moment(record)} {NAME}[{record.process}] {record.levelname}"
    lines = [f"{head} {area(record)}: {printable(first)}"]
    lines += [f"{_INDENT}{printable(line)}" for line in further]
    return "".join(f"{line}\n" for line in lines)


def json_line(record: logging.LogRecord) -> str:
    """Return a record as one JSON object on a line, with the facts that it was given."""
    first, *further = _texts(record)
    told: dict[str, Any] = {"time": _moment(record), NAME: record.process}
    told |= {"level": record.levelname.lower(), "area": area(record), "text": printable(first)}
    told |= getattr(record, FACTS, None) or {}
    if further:
        told["trace"] = [printable(line) for line in further]
    return f"{json.dumps(told, ensure_ascii=False, default=str)}\n"


def area(record: logging.LogRecord) -> str:
    """Return the part of the program that a record is from."""
    return record.name.removeprefix(f"{NAME}.")


def _texts(record: logging.LogRecord) -> list[str]:
    """The lines of a record and of its traceback."""
    lines = record.getMessage().split("\n")
    if record.exc_info:
        lines += logging.Formatter().formatException(record.exc_info).split("\n")
    return lines


def _moment(record: logging.LogRecord) -> str:
    moment = time.localtime(record.created)
    when = f"{time.strftime('%Y-%m-%dT%H:%M:%S', moment)}.{int(record.msecs):03}"
    return f"{when}{time.strftime('%z', moment)}"


def opened(file: Path, spared: Iterable[Path]) -> tuple[Path, int]:
    """Return the path and a descriptor that appends to it. Raises UsageError, changing nothing.

    `spared` are files that must not become logs.
    """
    path = Path(os.path.expanduser(file)).absolute()  # noqa: PTH111 - Path's own can raise
    real = os.path.realpath(path)
    if any(os.path.realpath(each) == real for each in spared):
        raise UsageError(f"log file {file}: the command itself uses that file; choose another")
    try:
        descriptor = _open(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"log file {file}: cannot be written ({reason})") from error
    try:
        _check(descriptor, file)
    except BaseException:
        os.close(descriptor)
        raise
    return path, descriptor


def _open(path: Path) -> int:
    try:
        # Exclusive, so that a dangling link does not create a file elsewhere.
        return os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        status = path.stat()  # opening a device can have effects
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a file") from None
        return os.open(path, _FLAGS)


def _check(descriptor: int, file: Path) -> None:
    """Raise UsageError unless the open file is new, empty, or a log of pacetag's."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"log file {file}: cannot be written (it is not a file)")
    if not _is_log(descriptor):
        raise UsageError(
            f"log file {file}: is not a log of pacetag's, and was left as it is; name a new file"
        )
    if status.st_size and _read_at(descriptor, status.st_size - 1, 1) != b"\n":
        os.write(descriptor, b"\n")  # it was cut off in the middle of a line


def _is_log(descriptor: int) -> bool:
    """Whether an open file is empty or a log of pacetag's."""
    head = _read_at(descriptor, 0, _LONGEST)
    return not head or _OURS.match(head) is not None


def _read_at(descriptor: int, place: int, size: int) -> bytes:
    """Bytes from a place of an open file, to whose end is written wherever it was read."""
    os.lseek(descriptor, place, os.SEEK_SET)
    return os.read(descriptor, size)


def _lies_as_log(path: Path) -> bool:
    """Whether a log of pacetag's lies at the path itself, not behind a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _CLOEXEC | _NONBLOCK | _NOFOLLOW)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and _is_log(descriptor)
    finally:
        os.close(descriptor)
