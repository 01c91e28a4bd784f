"""The rows of a CSV text with the lines that they begin in; comments may stand above the header."""

import csv
import io
from collections.abc import Iterator

COMMENT = "#"  # begins lines above the header, which are for people


class CsvError(ValueError):
    """The text is not CSV."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def csv_rows(
    text: str, delimiter: str = ",", *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything, the header first: its line and its stripped cells.

    A row may span several lines. Raises CsvError.
    """
    lines = list(io.StringIO(text, newline=""))
    above = next((n for n, line in enumerate(lines) if is_content(line)), len(lines))
    reader = csv.reader(lines[above:], delimiter=delimiter, strict=strict)
    begins = above + 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield begins, stripped
            begins = above + reader.line_num + 1
    except csv.Error as error:
        raise CsvError(above + reader.line_num, str(error)) from error


def header_delimiter(text: str) -> str:
    """The comma, semicolon or tab that the header has most of; a comma if it has none."""
    header = next(filter(is_content, text.splitlines()), "")
    return max(",;\t", key=header.count)


def is_content(line: str) -> bool:
    """Whether a line above the header belongs to the table."""
    return bool(line.strip()) and not line.startswith(COMMENT)
