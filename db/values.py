"""Values out of the file: each is checked when it becomes one, since files get damaged.

SQLite keeps any type in any column, and notices damage to its own pages only. What a flipped byte
makes of a value that could be true as well, nothing can notice.
"""

import json
import math
import os
import re

from pacetag.db.runs import FIELDS, Fields

MOST_SECONDS = 1e9  # 30 years; of a song's length
FASTEST = 999.99  # bpm; far beyond what is judged, and all that a tag can hold
LATEST = 253_370_000_000.0  # s since 1970; later years have five digits, which no calendar knows

_STAMP = re.compile(r"(\d{1,30}) (-?\d{1,30}) (-?\d{1,30}) (\d{1,30})", re.ASCII)


class BadValueError(Exception):
    """Something in the file cannot be; never leaves this package, see connection.in_words."""

    def __init__(self, what: str, value: object) -> None:
        shown = ascii(value) if isinstance(value, str | bytes | int | float | None) else "?"
        super().__init__(f"{what} cannot be {shown if len(shown) <= 40 else shown[:40] + '...'}")


def text_of(value: object, what: str) -> str:
    """A text."""
    if isinstance(value, str):
        return value
    raise BadValueError(what, value)


def text_or_none(value: object, what: str) -> str | None:
    """A text or nothing."""
    return None if value is None else text_of(value, what)


def whole(value: object, what: str, *, most: int = (1 << 63) - 1) -> int:
    """A whole number of 0 to `most`."""
    if isinstance(value, int) and 0 <= value <= most:
        return value
    raise BadValueError(what, value)


def whole_or_none(value: object, what: str) -> int | None:
    """A whole number that is not below 0, or nothing."""
    return None if value is None else whole(value, what)


def flag(value: object, what: str) -> bool:
    """0 or 1."""
    return bool(whole(value, what, most=1))


def number(value: object, what: str, *, least: float = 0.0, most: float = math.inf) -> float:
    """A number of `least` to `most` that is finite."""
    if isinstance(value, int | float) and math.isfinite(value) and least <= value <= most:
        return float(value)
    raise BadValueError(what, value)


def number_or_none(value: object, what: str, *, most: float = math.inf) -> float | None:
    """A finite number of 0 to `most`, or nothing."""
    return None if value is None else number(value, what, most=most)


def path_of(value: object) -> str:
    """An absolute path; bytes that are no text are surrogates in it."""
    if isinstance(value, str | bytes):
        path = os.fsdecode(value)
        if path.startswith(os.sep) and "\0" not in path:
            return path
    raise BadValueError("a path", value)


def stamp_of(value: object) -> tuple[int, int, int, int]:
    """Size, mtime, ctime and inode out of one text."""
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValueError("a stamp", value)
    size, mtime, ctime, inode = map(int, found.groups())
    return size, mtime, ctime, inode


def file_number(value: object) -> int:
    """The number of a device or an inode, which is kept as text."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,30}", value, re.ASCII):
        return int(value)
    raise BadValueError("the number of a file", value)


def tempos_of(value: object) -> tuple[float, ...]:
    """The tempos of a song's parts, of which there are two at least, or none."""
    if value is None:
        return ()
    words = text_of(value, "a change of tempo").split()
    found = tuple(_number(word, "a change of tempo") for word in words)
    if len(found) == 1:
        raise BadValueError("a change of tempo", value)
    return found


def listener_of(value: object) -> tuple[float, ...] | None:
    """The paces that a person set, which may be none; None where no person spoke."""
    if value is None:
        return None
    return tuple(_number(word, "a person's paces") for word in text_of(value, "paces").split())


def pairs_of(value: object) -> list[tuple[float, float]]:
    """Tempos with a number each, as in "82.49@1.0000 164.98@0.9708"."""
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
    """Fields with their values out of a JSON text."""
    try:
        found = json.loads(text_of(value, "a note of tags"))
    except (ValueError, RecursionError) as error:  # nested too deeply
        raise BadValueError("a note of tags", value) from error
    if isinstance(found, dict) and found.keys() <= FIELDS and all(map(_texts, found.values())):
        return found
    raise BadValueError("a note of tags", value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
