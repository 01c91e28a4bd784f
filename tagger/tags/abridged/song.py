"""A song as mutagen gets it: without the long foreign parts of its tags.

mutagen holds a tag in memory several times, with its pictures. Here each long part of a large tag
is replaced by a note of its length and digest, so that tags with different pictures still differ,
and the sizes around it follow. Small tags are read as they are.
"""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from pacetag.tagger.tags.abridged.ape import shorter_ape
from pacetag.tagger.tags.abridged.flac import shorter_flac
from pacetag.tagger.tags.abridged.id3 import shorter_id3
from pacetag.tagger.tags.abridged.shorter import Shorter
from pacetag.tagger.tags.binary.content import Data, Stretch, joined
from pacetag.tagger.tags.binary.raw_file import RawFile
from pacetag.tagger.tags.binary.views import WHOLE, Over, Spans
from pacetag.tagger.tags.containers.container import load
from pacetag.tagger.tags.containers.registry import MP4, by_magic
from pacetag.tagger.tags.errors import LayoutError


def abridged(source: BinaryIO, name: str) -> BinaryIO | None:
    """The open file without the long parts of its tags; None if it has none.

    `name` is the file name that mutagen sees. Raises OSError, and BoundsError if a part would
    unpack to gigabytes. What is too damaged to be parsed stays as it is.
    """
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    container = by_magic(source.read(16))
    if size <= WHOLE and container is not MP4:  # which may be laid out in another way
        return None
    shorter = load(container.shorter) if container and container.shorter else _shorter_at_ends
    try:
        found = list(shorter(source))
    except LayoutError:
        return None
    return _spliced(source, found, name) if found else None


def _shorter_at_ends(source: BinaryIO) -> Iterator[Shorter]:
    """Shorter parts of an ID3 tag at the head, of FLAC's blocks behind it, and of an APE tag."""
    yield from shorter_id3(source)
    yield from shorter_flac(source)
    yield from shorter_ape(source)


def _spliced(source: BinaryIO, found: Sequence[Shorter], name: str) -> BinaryIO:
    end = source.seek(0, io.SEEK_END)
    file, place = Spans(source, [(0, end)]), 0
    parts: list[Data] = []
    for each in sorted(found, key=lambda each: each.start):
        parts += [_as_it_lies(file, place, each.start), each.instead]
        place = each.stop
    data = joined(*parts, _as_it_lies(file, place, end))
    return io.BufferedReader(_File(Over(data), name), 1 << 16)


def _as_it_lies(file: Spans, start: int, stop: int) -> Stretch:
    return Stretch(view=file, start=start, stop=stop, head=b"", digest=b"")


class _File(RawFile):
    """A view as a file."""

    def __init__(self, view: Over, name: str) -> None:
        super().__init__(view.size, name)
        self._view = view

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places; fewer if the view ends before."""
        return self._view.at(start, stop)
