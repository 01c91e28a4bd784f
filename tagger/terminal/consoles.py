"""A rich console on which text cannot command the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pacetag.tagger.text.formatting import printable


class CleanConsole(Console):
    """A console that prints only printable text, with rich's own colours and movements."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of a renderable, cleaned."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_clean(segment.text))


def _clean(text: str) -> str:
    """The printable text of a segment; its line ends are the layout's."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))
