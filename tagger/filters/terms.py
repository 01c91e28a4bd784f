"""One criterion of a query as an SQL expression that is true, false or unknown."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from pacetag.db.functions import compiled, fold
from pacetag.db.rows import path_ranges
from pacetag.tagger.filters.errors import TermError
from pacetag.tagger.filters.fields import KEYWORDS, Field, Kind
from pacetag.tagger.filters.ranges import Range, date_range, length_range, number_range

OPINIONS = ("loved", "excluded", "none")


class Way(StrEnum):
    """How a value is compared, by the sign before it; the longer sign comes first."""

    REGEX = ":"
    EXACT_ANY_CASE = "=~"
    EXACT = "="
    PLAIN = ""


class Values:
    """The values of an SQL text, which names them :q0, :q1 and so on."""

    def __init__(self) -> None:
        self.held: dict[str, object] = {}

    def add(self, value: object) -> str:
        """Keep a value, and return its name."""
        name = f"q{len(self.held)}"
        self.held[name] = value
        return f":{name}"


def way_of(value: str) -> tuple[Way, str]:
    """Return how a value is compared, and the value without the sign for that."""
    way = next(way for way in Way if value.startswith(way.value))
    return way, value[len(way.value) :]


def term(field: Field, value: str, values: Values) -> str:
    """Return the SQL for a field that has a value. Raises TermError."""
    way, bare = way_of(value)
    if way is Way.REGEX:
        return _found(field, bare, values)
    if not bare and way is Way.PLAIN:
        raise TermError(f"{field.name}: needs a value right behind the colon")
    return _BY_KIND[field.kind](field, way, bare, values)


def keyword(value: str, values: Values) -> str:
    """Return the SQL for a value in any field that is searched for words. Raises TermError."""
    if (place := _existing(value)) is not None:
        return _below(place, values)
    return " OR ".join(f"({term(field, value, values)})" for field in KEYWORDS)


def _existing(value: str) -> Path | None:
    """The file or folder that a word with a slash names; None if it names none."""
    if os.sep in value:
        with suppress(OSError, ValueError, RuntimeError):  # too long, a zero byte, an unknown user
            if (place := Path(value).expanduser()).exists():
                return place
    return None


def _text(field: Field, way: Way, value: str, values: Values) -> str:
    if way is Way.EXACT:
        return f"coalesce({field.sql}, '') = {values.add(_storable(value))}"
    name = "has_text" if way is Way.PLAIN else "is_text"
    return f"{name}({field.sql}, {values.add(_storable(fold(value)))})"


def _number(field: Field, way: Way, value: str, values: Values) -> str:
    return _within(field.sql, number_range(value, 0.0 if way.value else field.slack), values)


def _length(field: Field, way: Way, value: str, values: Values) -> str:
    return _within(field.sql, length_range(value, 0.0 if way.value else field.slack), values)


def _date(field: Field, way: Way, value: str, values: Values) -> str:
    return _within(field.sql, date_range(value), values)


def _pace(field: Field, way: Way, value: str, values: Values) -> str:
    """Any pace of the song counts, at its own level: 82 does not stand for 164."""
    within = _within(field.sql, number_range(value, 0.0 if way.value else field.slack), values)
    return f"EXISTS (SELECT 1 FROM paces WHERE song_id = song_records.id AND {within})"


def _path(field: Field, way: Way, value: str, values: Values) -> str:
    try:
        return _below(Path(value).expanduser(), values)
    except (RuntimeError, ValueError) as error:  # an unknown user, or a zero byte
        raise TermError(f'"{value}" is no path') from error


def _opinion(field: Field, way: Way, value: str, values: Values) -> str:
    if value.lower() not in OPINIONS:
        raise TermError(f'"{value}" is no opinion: write loved, excluded or none')
    return f"coalesce({field.sql}, 'none') = {values.add(value.lower())}"


_BY_KIND: dict[Kind, Callable[[Field, Way, str, Values], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.LENGTH: _length,
    Kind.DATE: _date,
    Kind.PACE: _pace,
    Kind.PATH: _path,
    Kind.OPINION: _opinion,
}


def _found(field: Field, pattern: str, values: Values) -> str:
    try:
        compiled(_storable(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        raise TermError(f'"{pattern}" is no regular expression ({error})') from error
    found = f"matches(coalesce({field.sql}, ''), {values.add(_storable(pattern))})"
    if field.kind is Kind.PACE:
        return f"EXISTS (SELECT 1 FROM paces WHERE song_id = song_records.id AND {found})"
    return found


def _within(sql: str, bounds: Range, values: Values) -> str:
    parts = []
    if bounds.low is not None:
        parts.append(f"{sql} >= {values.add(bounds.low)}")
    if bounds.high is not None:
        parts.append(f"{sql} {'<' if bounds.below else '<='} {values.add(bounds.high)}")
    return " AND ".join(parts)


def _below(place: Path, values: Values) -> str:
    """The song at a path, or those below a folder, by its name and by its real one."""
    named = os.path.abspath(place)  # noqa: PTH100 - resolve() follows links
    return " OR ".join(
        _ranges(path, values) for path in dict.fromkeys((named, os.path.realpath(place)))
    )


def _ranges(path: str, values: Values) -> str:
    names = {name: values.add(value) for name, value in path_ranges(path).items()}
    return (
        "path = {self} OR (path >= {text_from} AND path < {text_to})"
        " OR (path >= {bytes_from} AND path < {bytes_to})"
    ).format(**names)


def _storable(text: str) -> str:
    """The text with what SQLite cannot hold replaced: it equals nothing in the index then."""
    return text.encode("utf-8", "replace").decode("utf-8")
