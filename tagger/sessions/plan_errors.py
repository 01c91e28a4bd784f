"""What is wrong with a plan, with a caret under the word."""

from pacetag.tagger.terminal.columns import cells
from pacetag.tagger.text.formatting import printable

AROUND = 50  # characters that are shown before and after the word


class PlanError(ValueError):
    """A plan cannot be read; the text says what is wrong with the word from `start` to `end`."""

    def __init__(self, reason: str, text: str, start: int, end: int, part: str | None = None):
        super().__init__(reason)
        self.reason, self.text, self.start = reason, text, start
        self.end, self.part = max(end, start + 1), part

    def within(self, part: str) -> "PlanError":
        """Return the same error, which lies in the plan of the part that is named."""
        if self.part is not None:
            return self
        return PlanError(self.reason, self.text, self.start, self.end, part)

    def lines(self, source: str) -> list[str]:
        """Return the reason, the line of the plan that holds the word, and carets below it.

        `source` says where the plan comes from, such as --plan.
        """
        where = source if self.part is None else f"{source}, in `{self.part}`"
        begin = self.text.rfind("\n", 0, self.start) + 1
        stop = self.text.find("\n", self.start)
        stop = len(self.text) if stop < 0 else stop
        first, last = max(begin, self.start - AROUND), min(stop, self.end + AROUND)
        before = _shown(self.text[first : self.start])
        word = _shown(self.text[self.start : min(self.end, stop)])
        after = _shown(self.text[min(self.end, stop) : last])
        lead = "  " if first == begin else "  …"
        tail = "" if last == stop else "…"
        carets = " " * (len(lead) + cells(before)) + "^" * max(1, cells(word))
        return [f"{where}: {self.reason}", f"{lead}{before}{word}{after}{tail}", carets]


def _shown(text: str) -> str:
    return printable(text.replace("\t", " "))
