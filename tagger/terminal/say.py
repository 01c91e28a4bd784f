"""The one way to print a line."""

import sys
from typing import TextIO

from pacetag.tagger.terminal.columns import terminal_width, wrapped
from pacetag.tagger.text.formatting import printable


def say(line: str, stream: TextIO | None = None, *, whole: bool = False) -> None:
    """Print one line and flush it; control characters and line breaks in it are replaced.

    Flushed, so that readers of a pipe see each song when it is done. On a narrow terminal the line
    is wrapped between words, unless it must stay `whole`.
    """
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    text = printable(line).encode(encoding, "replace").decode(encoding)
    lines = [text] if whole else wrapped(text, terminal_width(stream))
    stream.write("".join(f"{each}\n" for each in lines))
    stream.flush()
