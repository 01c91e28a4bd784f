"""Functions for conditions on texts, which SQLite compares by ASCII letters alone."""

import os
import re
import sqlite3
import unicodedata
import warnings
from functools import lru_cache

JOINT = "; "  # between several values of one field, as the reader of tags joins them


def fold(text: str) -> str:
    """Return a text as conditions compare it: in any case, and however its accents are spelt."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def add_functions(connection: sqlite3.Connection) -> None:
    """Make `has_text`, `is_text` and `matches` known to a connection; NULL fits nothing."""
    for function in (has_text, is_text, matches):
        connection.create_function(function.__name__, 2, function, deterministic=True)


def has_text(value: object, folded: str) -> bool:
    """Whether a column contains a text, which is folded already."""
    return value is not None and folded in fold(_text(value))


def is_text(value: object, folded: str) -> bool:
    """Whether a column, or one of the values in it, is a text, which is folded already."""
    if value is None:
        return False
    whole = fold(_text(value))
    return folded == whole or folded in whole.split(JOINT)


def matches(value: object, pattern: str) -> bool:
    """Whether a regular expression is found in a column."""
    return value is not None and compiled(pattern).search(_text(value)) is not None


@lru_cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a regular expression. Raises re.error, or OverflowError and RecursionError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a later Python may read in another way
        return re.compile(pattern)


def _text(value: object) -> str:
    """The value as text; paths that are not text are bytes."""
    return os.fsdecode(value) if isinstance(value, bytes) else str(value)
