"""Complaints about the command line, which quote what was typed there."""

from collections.abc import Iterator
from contextlib import contextmanager

from pacetag.tagger.text.formatting import printable


@contextmanager
def clean_usage_errors() -> Iterator[None]:
    """Have the parser's own errors show only what is printable of what was typed."""
    try:
        yield
    except Exception as error:
        # The class has moved between versions of typer; what it can do has not.
        said = getattr(error, "format_message", None)
        if said is not None:
            text = "\n".join(map(_clean, said().split("\n")))
            vars(error)["format_message"] = lambda: text
        raise


def _clean(line: str) -> str:
    """What is printable of a line, whose indentation is the parser's."""
    return "\t".join(map(printable, line.split("\t")))
