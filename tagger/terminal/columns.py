"""Tables and sentences that fit the terminal; tables look as rich draws them, but are quicker.

On a terminal nothing is folded: names are cut with an ellipsis to no less than the `least` of their
column, then columns are dropped, the lowest `drop` first, and named below the table. Without a
terminal or a width in COLUMNS everything is as wide as its content.
"""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from pacetag.tagger.config.environment import variable
from pacetag.tagger.text.formatting import printable

BY_READLINE = ("80", "24")  # COLUMNS and LINES
USUAL = 80  # columns of a terminal of unknown width
LEAST = 20  # columns; narrower output could not be read
SHORTEST = 3  # columns that a cell keeps in any case
BAR = 40  # signs of the longest bar, room permitting
BESIDE = 20  # columns for the words beside a bar
MARKS = 16  # combining signs that may follow one, as in accents and emoji
KEPT = 99  # `drop` of a column without which a table says nothing
_WORD = re.compile(" *[^ ]+")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table."""

    heading: str
    right: bool = False  # aligned to the right, as numbers are
    least: int | None = None  # columns of the screen that its cells may be cut to; None: never cut
    drop: int = KEPT  # the lowest goes first where there is no room


def stream_width(stream: TextIO | None = None) -> int | None:
    """How many columns a stream has; None for no terminal, and so no limit.

    COLUMNS counts in a pipe as well, except for the values that GNU readline puts into the
    environment of programs that are linked with it.
    """
    found = terminal_width(stream)
    if found is None and (variable("COLUMNS"), variable("LINES")) != BY_READLINE:
        return _asked()
    return found


def terminal_width(stream: TextIO | None = None) -> int | None:
    """The same, but None for all that is no terminal."""
    stream = stream or sys.stdout
    try:
        if not stream.isatty():
            return None
        found = _asked() or os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL
    return max(LEAST, found)


def _asked() -> int | None:
    named = variable("COLUMNS") or ""
    return max(LEAST, int(named)) if named.isdecimal() and int(named) else None


def bar_room(stream: TextIO | None = None) -> int:
    """How many signs the longest bar of a histogram may have, beside words and a count."""
    return max(4, min(BAR, (stream_width(stream) or USUAL) - BESIDE))


def print_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], stream: TextIO | None = None
) -> None:
    """Print a table that fits the stream."""
    from pacetag.tagger.terminal.say import say

    encoding = (stream or sys.stdout).encoding or "utf-8"
    for line in table_lines(columns, rows, width=stream_width(stream), encoding=encoding):
        say(line, stream)


def table_lines(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    width: int | None,
    encoding: str = "utf-8",
) -> list[str]:
    """The table as lines not wider than `width`, in signs of the encoding.

    Cells are made printable before they are measured.
    """
    headings = [column.heading for column in columns]
    table = [[printable(cell) for cell in row] for row in (headings, *rows)]
    sizes = [[cells(cell) for cell in row] for row in table]
    natural = [max(column) for column in zip(*sizes, strict=True)]
    widths = _fitted(columns, natural, width)
    dots, dash = ("…", "─") if _has(encoding, "…─") else ("...", "-")
    lines = [""]
    for row, size in zip(table, sizes, strict=True):
        parts = [
            _set(row[place], size[place], room, dots, right=columns[place].right)
            for place, room in widths.items()
        ]
        lines.append(f"  {'   '.join(parts)}".rstrip())
    lines.insert(2, f" {dash * (_whole(list(widths.values())) - 2)}")
    lost = [column.heading for place, column in enumerate(columns) if place not in widths]
    below = f"(no room for: {', '.join(filter(None, lost))})" if any(lost) else ""
    return [*lines, *(wrapped(below, width) if below else ()), ""]


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + 3 * len(widths) + 1


def _fitted(columns: Sequence[Column], natural: Sequence[int], width: int | None) -> dict[int, int]:
    """The width of each shown column, by its place."""
    shown = list(range(len(columns)))
    while True:
        widths = {place: natural[place] for place in shown}
        if width is None or _whole(list(widths.values())) <= width:
            return widths
        room = width - _whole([0] * len(shown))
        least = {p: min(natural[p], columns[p].least or natural[p]) for p in shown}
        first = min(shown, key=lambda place: columns[place].drop)
        if sum(least.values()) <= room:
            return _shrunk(widths, least, room)
        if columns[first].drop == KEPT:
            return _shrunk(widths, {p: min(natural[p], SHORTEST) for p in shown}, room)
        shown.remove(first)


def _shrunk(widths: dict[int, int], least: dict[int, int], room: int) -> dict[int, int]:
    """The widths with the widest reduced, down to the least, until they fit the room."""
    found = {place: max(least[place], min(size, room)) for place, size in widths.items()}
    while sum(found.values()) > room:
        giving = [place for place, size in found.items() if size > least[place]]
        if not giving:
            break
        found[max(giving, key=lambda place: found[place])] -= 1
    return found


def _set(cell: str, size: int, room: int, dots: str, *, right: bool) -> str:
    if size > room:
        cell = shortened(cell, room, dots)
        size = cells(cell)
    blanks = " " * (room - size)
    return blanks + cell if right else cell + blanks


def shortened(text: str, room: int, dots: str = "…") -> str:
    """The text in at most `room` columns, with an ellipsis where it is cut.

    Combining signs stay with their base.
    """
    if cells(text) <= room:
        return text
    kept = text[: max(0, room - len(dots))]
    while kept and cells(kept) > room - len(dots):
        kept = kept[:-1]
    size = cells(kept)
    for sign in text[len(kept) : len(kept) + MARKS] if kept else "":
        if cells(kept + sign) > size:
            break
        kept += sign
    return kept.rstrip(" \u200d") + dots[: room or 1]


def wrapped(text: str, width: int | None) -> list[str]:
    """A sentence as lines that end between words; a word too long for a line stays whole.

    Lines after the first are indented.
    """
    if width is None or cells(text) <= width:
        return [text]
    inset = " " * min(len(text) - len(text.lstrip(" ")) + 2, width // 4)
    lines = [""]
    for word in _WORD.findall(text):
        if not lines[-1].strip() or cells(lines[-1] + word) <= width:
            lines[-1] += word
        else:
            lines.append(inset + word.lstrip(" "))
    return lines


def cells(text: str) -> int:
    """Columns of a text on a terminal: two for a Chinese sign, none for an accent."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # its tables take a while to import

    return cell_len(text)


def _has(encoding: str, signs: str) -> bool:
    try:
        signs.encode(encoding)
    except (LookupError, UnicodeError):
        return False
    return True
