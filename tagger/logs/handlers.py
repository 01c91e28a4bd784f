"""Where the log goes: to the screen, to a file, or to both."""

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pacetag.tagger.logs.files import FileHandler, LogForm, area, opened
from pacetag.tagger.logs.logger import NAME
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import printable


class ScreenHandler(logging.Handler):
    """Prints each line on stderr, without tracebacks."""

    on_screen = True

    def emit(self, record: logging.LogRecord) -> None:
        """Print it; a closed screen is ignored."""
        text = record.getMessage().partition("\n")[0]
        with suppress(OSError, ValueError, AttributeError):
            say(f"{area(record)}: {printable(text)}", sys.stderr, whole=True)


def start_log(
    *,
    verbose: bool,
    file: Path | None,
    spared: Iterable[Path],
    form: LogForm = LogForm(),  # noqa: B008
) -> Callable[[], None]:
    """Send the log to the screen, to a file, or to both; return the function that ends it.

    `spared` are files that the command is about to use, which must not become logs. Raises
    UsageError for a file that is not a log of pacetag's.
    """
    handlers: list[logging.Handler] = []
    if file is not None:
        handlers.append(FileHandler(*opened(file, spared), form))
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
