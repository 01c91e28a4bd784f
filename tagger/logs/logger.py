"""The log that helps to find faults, under the logger `pacetag`.

Nothing here imports logging, which would slow every command down: if nothing else has imported it,
nothing listens.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from pacetag.tagger.text.formatting import printable

if TYPE_CHECKING:
    import logging

NAME = "pacetag"
FACTS = "facts"  # attribute of a record
_DEBUG, _INFO = 10, 20  # as in logging
Facts = Mapping[str, Any] | None  # name -> value, as JSON takes it


def info(area: str, text: str, *, facts: Facts = None) -> None:
    """Note on one line what a person may want to follow, such as a song that was begun.

    A log in JSON holds the `facts` as well, under their names.
    """
    _note(_INFO, area, text, facts=facts)


def debug(
    area: str,
    text: str,
    *,
    error: BaseException | None = None,
    trace: str | None = None,
    facts: Facts = None,
) -> None:
    """Note what helps to find a fault, with an error's traceback, or one given as text."""
    _note(_DEBUG, area, text, error=error, trace=trace, facts=facts)


def silence_libraries() -> None:
    """Send libraries' logging, warnings and stray errors to the log, never to the screen.

    Otherwise logging prints what has no handler, and Python prints warnings and the errors that end
    a library's thread.
    """
    import logging
    import threading

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())
    logging.captureWarnings(True)
    threading.excepthook = _stray
    sys.unraisablehook = _stray


def _stray(raised: Any) -> None:
    """Note what was raised where nothing can catch it."""
    where = getattr(raised, "thread", None) or getattr(raised, "err_msg", None) or "a library"
    error = raised.exc_value or raised.exc_type()
    debug("library", f"{where}: {type(error).__name__}: {error}", error=error)


@contextmanager
def library_noise() -> Iterator[None]:
    """Move what C libraries print on standard error meanwhile into the log, at the end."""
    from pacetag.model.stderr import native_noise

    with native_noise(partial(info, "library")):
        yield


def is_verbose() -> bool:
    """Whether the log goes to the screen, where a progress bar would break its lines."""
    logger = _logger(NAME)
    return logger is not None and any(getattr(h, "on_screen", False) for h in logger.handlers)


def _note(
    level: int,
    area: str,
    text: str,
    *,
    error: BaseException | None = None,
    trace: str | None = None,
    facts: Facts = None,
) -> None:
    logger = _logger(f"{NAME}.{area}")
    if logger is None or not logger.isEnabledFor(level):
        return
    message = printable(text)
    text = f"{message}\n{trace.rstrip()}" if trace else message
    logger.log(level, "%s", text, exc_info=error, extra={FACTS: facts})


def _logger(name: str) -> "logging.Logger | None":
    module = sys.modules.get("logging")
    return None if module is None else module.getLogger(name)
