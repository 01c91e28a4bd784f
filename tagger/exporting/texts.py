"""An export as CSV, and as one JSON object a line."""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pacetag.tagger.exporting.columns import Column, Kind, Row
from pacetag.tagger.text.formatting import printable

LINE_END = "\r\n"  # of CSV, as RFC 4180 has it
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class _Lines:
    """A file for csv, whose lines are taken out of it."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, line: str) -> None:
        self.line = line


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line of headings and one for each row, by RFC 4180.

    Nothing stands for None, 1 and 0 for flags, and blanks part the numbers of a list.
    """
    place = _Lines()
    table = csv.writer(place, lineterminator=LINE_END)
    table.writerow([column.name for column in columns])
    yield place.line
    for row in rows:
        table.writerow([_cell(column.of(row), column.kind) for column in columns])
        yield place.line


def _cell(value: Any, kind: Kind) -> object:
    if value is None:
        return ""
    if kind is Kind.FLAG:
        return int(value)
    if kind is Kind.NUMBERS:
        return " ".join(map(str, value))
    return readable_path(value) if kind is Kind.PATH else _text(value)


def _text(value: Any) -> Any:
    return value.strftime(_TIME) if isinstance(value, datetime) else value


def json_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """Yield an object for each row, in ASCII, which keeps even undecodable file names."""
    for row in rows:
        yield f"{json.dumps({column.name: _text(column.of(row)) for column in columns})}\n"


def shown_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines so that a terminal can show them: no text of a tag may command it."""
    for line in lines:
        yield f"{printable(line.rstrip(LINE_END))}{LINE_END}"


def readable_path(path: str) -> str:
    r"""Return a path as UTF-8 can hold it: bytes that are no text are spelt as \xff."""
    if path.isprintable():  # nearly every path; no surrogate is printable
        return path
    return os.fsencode(path).decode("utf-8", "backslashreplace")
