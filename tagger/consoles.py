"""Rich's way to the screen: whatever a table or a bar holds, no sign of it commands a terminal."""

import sys
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pacetag.tagger.columns import PIPE_WIDTH
from pacetag.tagger.wording import printable


class CleanConsole(Console):
    """A console that shows only what is printable; its own colours and movements stay."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The pieces of text that make up something to be shown."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_clean(segment.text))


def table_console(stream: TextIO | None = None) -> Console:
    """A console for tables: as wide as the terminal, and wide and plain where there is none."""
    stream = stream or sys.stdout
    console = CleanConsole(file=stream)
    return (
        console
        if console.is_terminal
        else CleanConsole(file=stream, width=PIPE_WIDTH, no_color=True)
    )


def _clean(text: str) -> str:
    """What is printable of a piece, whose ends of lines are the layout's."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))
