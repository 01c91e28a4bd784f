"""The log that helps to find faults, under the logger `pacetag`.

Nothing here imports logging, which costs every command its time: unless something else has, nothing
listens.
"""

import sys
from typing import TYPE_CHECKING

from pacetag.tagger.wording import printable

if TYPE_CHECKING:
    import logging

NAME = "pacetag"
_DEBUG, _INFO = 10, 20  # as in logging


def info(area: str, text: str) -> None:
    """Note on one line what a person may want to follow, such as a song that was begun."""
    _note(_INFO, area, text)


def debug(
    area: str, text: str, *, error: BaseException | None = None, trace: str | None = None
) -> None:
    """Note what helps to find a fault, with the traceback of an error, or one that came as text."""
    _note(_DEBUG, area, text, error=error, trace=trace)


def silence_libraries() -> None:
    """Keep libraries' own logging off the screen, where logging prints what has no handler."""
    import logging

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def is_verbose() -> bool:
    """Whether lines of the log pass over the screen, where a bar would stand in their way."""
    logger = _logger(NAME)
    return logger is not None and any(getattr(h, "on_screen", False) for h in logger.handlers)


def _note(
    level: int,
    area: str,
    text: str,
    *,
    error: BaseException | None = None,
    trace: str | None = None,
) -> None:
    logger = _logger(f"{NAME}.{area}")
    if logger is None or not logger.isEnabledFor(level):
        return
    message = printable(text)
    logger.log(level, "%s", f"{message}\n{trace.rstrip()}" if trace else message, exc_info=error)


def _logger(name: str) -> "logging.Logger | None":
    module = sys.modules.get("logging")
    return None if module is None else module.getLogger(name)
