"""The mark in the tags of a copy: of which sound it was made, how much it was stretched, and how.

    1 factor=1.031250 format=flac engine=signalsmith-1 source=FINGERPRINT

It stands in PACETAG_COPY. A copy that is there with the mark that is wanted is not made again, and
a scan passes over songs with such a mark.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.stretching.engine import ENGINE
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fields import COPY
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import values
from pacetag.tagger.tags.safety.temp_files import is_temp_file

_FORM = re.compile(
    r"1 factor=(?P<factor>\d\.\d{6}) format=(?P<format>[a-z0-9]+) engine=(?P<engine>[a-z0-9.-]+) "
    r"source=(?P<source>[0-9a-f]+)",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a copy was made of, and how."""

    source: str  # fingerprint of the original's sound, hex
    factor: float  # length of the copy as a share of the original's, six decimals count
    format: str
    engine: str = ENGINE

    @property
    def text(self) -> str:
        """The value of PACETAG_COPY."""
        return (
            f"1 factor={self.factor:.6f} format={self.format} engine={self.engine} "
            f"source={self.source}"
        )


def parse_mark(text: str | None) -> Mark | None:
    """Return the mark that a text holds; None for anything else."""
    match = _FORM.fullmatch(text or "")
    if match is None:
        return None
    return Mark(
        source=match["source"],
        factor=float(match["factor"]),
        format=match["format"],
        engine=match["engine"],
    )


def marks_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the mark of each copy in a folder, as its text, and its path.

    Raises OSError where the folder cannot be listed, unless there is none.
    """
    suffixes = {f".{form}" for form in Format}
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    for path in files:
        if path.suffix.lower() not in suffixes or is_temp_file(path.name) or not path.is_file():
            continue
        try:
            found = values(open_audio(path), COPY)
        except TagError:
            continue  # not one of ours
        mark = parse_mark(next(iter(found), None))
        if mark is not None:
            yield mark.text, path
