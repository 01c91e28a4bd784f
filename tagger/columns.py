"""A table as lines of text, the same as rich would draw it, in a fiftieth of the time."""

import shutil
import sys
from collections.abc import Sequence

from pacetag.tagger.wording import printable

PIPE_WIDTH = 200  # columns where there is no terminal to ask


def stream_width() -> int:
    """How many columns standard output has."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPE_WIDTH


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int, width: int
) -> list[str] | None:
    """The table, or None where it is wider than `width` and its cells would have to be folded.

    The first `numbers` columns are set to the right, the others to the left. Cells are made
    printable before they are measured.
    """
    table = [[printable(cell) for cell in row] for row in (headings, *rows)]
    sizes = [[_cells(cell) for cell in row] for row in table]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    whole = sum(widths) + 3 * len(widths) + 1
    if whole > width:
        return None
    lines = [" " * whole]
    for row, size in zip(table, sizes, strict=True):
        cells = [
            _set(cell, width - used, right=place < numbers)
            for place, (cell, used, width) in enumerate(zip(row, size, widths, strict=True))
        ]
        lines.append(f"  {'   '.join(cells)}  ")
    lines.insert(2, f" {'─' * (whole - 2)} ")
    return [*lines, " " * whole]


def _set(cell: str, room: int, *, right: bool) -> str:
    return " " * room + cell if right else cell + " " * room


def _cells(text: str) -> int:
    """Columns that a text takes on a terminal: two for a Chinese sign, none for an accent."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # its tables take a while to import

    return cell_len(text)
