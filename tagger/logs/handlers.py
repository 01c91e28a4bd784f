"""Where the log goes: to the screen, and to a file that holds nothing but pacetag's log."""

import logging
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pacetag.tagger.errors import UsageError
from pacetag.tagger.logs.logger import NAME
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import printable

# The start of each line of ours; the lines of a traceback below it are indented.
_OURS = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} pacetag\[\d+\] [A-Z]+ ")
_LONGEST = 80  # bytes of such a start, at most
_INDENT = "    "


class ScreenHandler(logging.Handler):
    """Prints each line on stderr, without tracebacks."""

    on_screen = True

    def emit(self, record: logging.LogRecord) -> None:
        """Print it; a closed screen is ignored."""
        text = record.getMessage().partition("\n")[0]
        with suppress(OSError, ValueError, AttributeError):
            say(f"{_area(record)}: {printable(text)}", sys.stderr, whole=True)


class FileHandler(logging.Handler):
    """Appends each record to an open file, in one write, with its traceback."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(logging.DEBUG)
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        """Append it; a full disk costs only the log."""
        content = log_lines(record).encode("utf-8", "backslashreplace")
        with suppress(OSError):
            os.write(self._descriptor, content)

    def close(self) -> None:
        """Close the file."""
        super().close()
        os.close(self._descriptor)


def log_lines(record: logging.LogRecord) -> str:
    """Return a record as the file holds it: one line, then its traceback, indented."""
    first, *further = record.getMessage().split("\n")
    if record.exc_info:
        further += logging.Formatter().formatException(record.exc_info).split("\n")
    moment = time.localtime(record.created)
    when = f"{time.strftime('%Y-%m-%dT%H:%M:%S', moment)}.{int(record.msecs):03}"
    head = f"{when}{time.strftime('%z', moment)} {NAME}[{record.process}] {record.levelname}"
    lines = [f"{head} {_area(record)}: {printable(first)}"]
    lines += [f"{_INDENT}{printable(line)}" for line in further]
    return "".join(f"{line}\n" for line in lines)


def _area(record: logging.LogRecord) -> str:
    return record.name.removeprefix(f"{NAME}.")


def start_log(*, verbose: bool, file: Path | None, spared: Iterable[Path]) -> Callable[[], None]:
    """Send the log to the screen, to a file, or to both; return the function that ends it.

    `spared` are files that the command is about to use, which must not become logs. Raises
    UsageError for a file that is not a log of pacetag's.
    """
    handlers: list[logging.Handler] = []
    if file is not None:
        handlers.append(FileHandler(_opened(file, spared)))
    if verbose:
        handlers.append(ScreenHandler(logging.INFO))
    logger = logging.getLogger(NAME)
    before = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG if file is not None else logging.INFO)
    logger.propagate = False
    loggers = (logger, logging.getLogger())  # libraries' warnings come to the root
    for each in loggers:
        for handler in handlers:
            each.addHandler(handler)

    def end() -> None:
        for handler in handlers:
            for each in loggers:
                each.removeHandler(handler)
            handler.close()
        logger.setLevel(before[0])
        logger.propagate = before[1]

    return end


def _opened(file: Path, spared: Iterable[Path]) -> int:
    """Return a descriptor that appends to the file. Raises UsageError, changing nothing."""
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
    return descriptor


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        # Exclusive, so that a dangling link does not create a file elsewhere.
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        status = path.stat()  # opening a device can have effects
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a file") from None
        return os.open(path, flags)


def _check(descriptor: int, file: Path) -> None:
    """Raise UsageError unless the open file is new, empty, or a log of pacetag's."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"log file {file}: cannot be written (it is not a file)")
    if not status.st_size:
        return
    if not _OURS.match(os.pread(descriptor, _LONGEST, 0)):
        raise UsageError(
            f"log file {file}: is not a log of pacetag's, and was left as it is; name a new file"
        )
    if os.pread(descriptor, 1, status.st_size - 1) != b"\n":  # cut off in the middle of a line
        os.write(descriptor, b"\n")
