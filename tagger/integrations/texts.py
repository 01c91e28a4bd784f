"""Edit texts by lines, and keep all that is in them: line ends, comments, blanks."""

from collections.abc import Sequence

BYTE_ORDER_MARK = "\ufeff"


def line_end(text: str) -> str:
    """Return the line end of a text: that of its first line."""
    first = text.partition("\n")[0]
    return "\r\n" if first.endswith("\r") and "\n" in text else "\n"


def split(text: str) -> list[str]:
    """Return the lines with their ends: only \\n ends one, unlike with `splitlines`."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + (
        [last] if (last := text.rpartition("\n")[2]) else []
    )


def with_lines(text: str, lines: str, *, apart: bool = False) -> str:
    """Return the text with lines at its end, in its own line ends.

    `apart`: with an empty line before them.
    """
    end = line_end(text)
    added = lines.replace("\n", end)
    if not text.strip(f"\r\n{BYTE_ORDER_MARK}"):
        return text + added
    between = "" if text.endswith("\n") else end
    between += end if apart and not (text + between).endswith(2 * end) else ""
    return text + between + added


def inserted(lines: Sequence[str], number: int, line: str) -> str:
    """Return the text of lines with one more before line `number`, counted from 0."""
    end = line_end("".join(lines))
    before = list(lines[:number])
    if before and not before[-1].endswith("\n"):
        before[-1] += end
    return "".join([*before, f"{line}{end}", *lines[number:]])


def replaced(lines: Sequence[str], number: int, line: str) -> str:
    """Return the text of lines with another content of line `number`, in its line end."""
    old = lines[number]
    end = old[len(old.rstrip("\r\n")) :]
    return "".join([*lines[:number], f"{line}{end}", *lines[number + 1 :]])
