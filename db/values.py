"""Checked conversion of the index's columns into values, since files get damaged.

SQLite stores any type in any column and detects damage to its own pages only. A flipped byte that
turns one valid value into another cannot be detected.
"""

import json
import math
import os
import re

from pacetag.db.runs import FIELDS, Fields
from pacetag.db.urls import is_url

MOST_SECONDS = 1e9  # 30 years; longer than any song
FASTEST = 999.99  # bpm; far beyond what is judged, and the most that a tag can hold
LAST_YEAR = 9999
LATEST = 253_370_000_000.0  # s since 1970; datetime has no years of five digits

_STAMP = re.compile(r"(\d{1,30}) (-?\d{1,30}) (-?\d{1,30}) (\d{1,30})", re.ASCII)


class BadValueError(Exception):
    """A column holds an impossible value; connection.in_words turns it into a public error."""

    def __init__(self, what: str, value: object) -> None:
        shown = ascii(value) if isinstance(value, str | bytes | int | float | None) else "?"
        super().__init__(f"{what} cannot be {shown if len(shown) <= 40 else shown[:40] + '...'}")


def text_of(value: object, what: str) -> str:
    """The value, which must be text."""
    if isinstance(value, str):
        return value
    raise BadValueError(what, value)


def text_or_none(value: object, what: str) -> str | None:
    """The value, which must be text or NULL."""
    return None if value is None else text_of(value, what)


def whole(value: object, what: str, *, most: int = (1 << 63) - 1) -> int:
    """The value, which must be an integer from 0 to `most`."""
    if isinstance(value, int) and 0 <= value <= most:
        return value
    raise BadValueError(what, value)


def whole_or_none(value: object, what: str) -> int | None:
    """The value, which must be an integer of at least 0, or NULL."""
    return None if value is None else whole(value, what)


def year_of(value: object) -> int | None:
    """The value, which must be a year, 0 or NULL."""
    return None if value is None else whole(value, "a year", most=LAST_YEAR)


def flag(value: object, what: str) -> bool:
    """The value as a truth value; it must be 0 or 1."""
    return bool(whole(value, what, most=1))


def number(value: object, what: str, *, least: float = 0.0, most: float = math.inf) -> float:
    """The value, which must be a finite number from `least` to `most`."""
    if isinstance(value, int | float) and math.isfinite(value) and least <= value <= most:
        return float(value)
    raise BadValueError(what, value)


def number_or_none(value: object, what: str, *, most: float = math.inf) -> float | None:
    """The value, which must be a finite number from 0 to `most`, or NULL."""
    return None if value is None else number(value, what, most=most)


def path_of(value: object) -> str:
    """The value as an absolute path, in which bytes that are not text are surrogates."""
    if isinstance(value, str | bytes):
        path = os.fsdecode(value)
        if path.startswith(os.sep) and "\0" not in path:
            return path
    raise BadValueError("a path", value)


def place_of(value: object) -> str:
    """The value as an absolute path, or as the URL of a song in a store."""
    if isinstance(value, str) and is_url(value) and "\0" not in value:
        return value
    return path_of(value)


def stamp_of(value: object) -> tuple[int, int, int, int]:
    """Size, mtime, ctime and inode from one text."""
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValueError("a stamp", value)
    size, mtime, ctime, inode = map(int, found.groups())
    return size, mtime, ctime, inode


def file_number(value: object) -> int:
    """The number of a device or inode, which is stored as text."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,30}", value, re.ASCII):
        return int(value)
    raise BadValueError("the number of a file", value)


def tempos_of(value: object) -> tuple[float, ...]:
    """Tempos in bpm of a song's parts, at least two; () where the tempo stays."""
    if value is None:
        return ()
    words = text_of(value, "a change of tempo").split()
    found = tuple(_number(word, "a change of tempo") for word in words)
    if len(found) == 1:
        raise BadValueError("a change of tempo", value)
    return found


def listener_of(value: object) -> tuple[float, ...] | None:
    """The paces that a person set, () where they want none; None where they set nothing."""
    if value is None:
        return None
    return tuple(_number(word, "a person's paces") for word in text_of(value, "paces").split())


def pairs_of(value: object) -> list[tuple[float, float]]:
    """Paces as pairs of bpm and confidence, from text such as "82.49@1.0000 164.98@0.9708"."""
    pairs = []
    for word in text_of(value, "paces").split():
        bpm, _, confidence = word.partition("@")
        pairs.append((_number(bpm, "a pace"), _number(confidence, "a confidence")))
    return pairs


def _number(word: str, what: str) -> float:
    try:
        return number(float(word), what, most=FASTEST)
    except ValueError as error:
        raise BadValueError(what, word) from error


def fields_of(value: object) -> Fields:
    """Fields of tags with their values, from JSON text."""
    try:
        found = json.loads(text_of(value, "a note of tags"))
    except (ValueError, RecursionError) as error:  # nested too deeply
        raise BadValueError("a note of tags", value) from error
    if isinstance(found, dict) and found.keys() <= FIELDS and all(map(_texts, found.values())):
        return found
    raise BadValueError("a note of tags", value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
