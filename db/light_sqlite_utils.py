"""The one door to sqlite-utils, which would otherwise pull numpy into every command.

On import sqlite-utils looks whether numpy and pandas are there, only to know their number types
when it guesses columns from values. Tables here are declared, so nothing is ever guessed, and
`pacetag playlist` would pay for numpy (half of its start) without a use for it.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

UNNEEDED = frozenset({"numpy", "pandas"})


class _Hide:
    """A finder that finds nothing: for the thread that made it, UNNEEDED are not installed."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the unneeded ones; leave all others to the finders after this one."""
        if name in UNNEEDED and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)


@contextmanager
def _without_unneeded() -> Iterator[None]:
    """Hide what is not imported yet, in this thread only: others may need it at this moment."""
    hide = _Hide()
    sys.meta_path.insert(0, hide)
    try:
        yield
    finally:
        sys.meta_path.remove(hide)


with _without_unneeded():
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import ForeignKey

__all__ = ["Database", "ForeignKey", "Migrations"]
