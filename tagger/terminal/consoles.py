"""Rich's way to the screen: whatever a table or a bar holds, no sign of it commands a terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pacetag.tagger.text.formatting import printable


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


def _clean(text: str) -> str:
    """What is printable of a piece, whose ends of lines are the layout's."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))
