"""A song as mutagen gets to see it: without what is long in its tags and no field of ours.

mutagen holds a tag several times over, pictures and all. Each long part of a large tag is left out
here, with a note of its length and digest in its place, so that two tags with other pictures still
read differently; and the sizes around it follow. Small tags are read as they are.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pacetag.tagger.tags.abridged.ape import shorter_ape
from pacetag.tagger.tags.abridged.asf import shorter_asf
from pacetag.tagger.tags.abridged.flac import shorter_flac
from pacetag.tagger.tags.abridged.id3 import shorter_dsf, shorter_id3, shorter_iff
from pacetag.tagger.tags.abridged.mp4 import shorter_mp4
from pacetag.tagger.tags.abridged.ogg import shorter_ogg
from pacetag.tagger.tags.abridged.shorter import Shorter
from pacetag.tagger.tags.binary.content import Data, Stretch, joined
from pacetag.tagger.tags.binary.views import WHOLE, Over, Spans
from pacetag.tagger.tags.containers.asf.objects import HEADER
from pacetag.tagger.tags.containers.mp4.atoms import STARTS
from pacetag.tagger.tags.errors import LayoutError

_BY_MAGIC: tuple[tuple[int, bytes, Callable[[BinaryIO], Iterator[Shorter]]], ...] = (
    *((4, name, shorter_mp4) for name in STARTS),
    (0, b"fLaC", shorter_flac),
    (0, b"OggS", shorter_ogg),
    (8, b"WAVE", shorter_iff),
    (8, b"AIFF", shorter_iff),
    (8, b"AIFC", shorter_iff),
    (0, b"DSD ", shorter_dsf),
    (0, HEADER, shorter_asf),
)


def abridged(source: BinaryIO, name: str) -> BinaryIO | None:
    """The open file without the long parts of its tags; None where it has none.

    `name` is what mutagen may take for its name. Raises OSError; and BoundsError where a part would
    unpack to gigabytes. What is too damaged to be understood stays as it is.
    """
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    head = source.read(16)
    if size <= WHOLE and head[4:8] not in STARTS:  # MP4 may be laid out in another way
        return None
    shorter = next(
        (each for place, magic, each in _BY_MAGIC if head[place:].startswith(magic)), None
    )
    try:
        found = list(shorter(source)) if shorter else [*_at_head(source), *shorter_ape(source)]
    except LayoutError:
        return None
    return _spliced(source, found, name) if found else None


def _at_head(source: BinaryIO) -> Sequence[Shorter]:
    """What is shorter in an ID3 tag, and in FLAC's blocks behind it."""
    found = list(shorter_id3(source))
    return [*found, *shorter_flac(source)]


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


class _File(io.RawIOBase):
    """A view as a file."""

    def __init__(self, view: Over, name: str) -> None:
        self._view, self.name = view, name
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place. Raises OSError before the beginning, as files do."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._view.size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._place = start + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read what fits."""
        data = self._view.at(self._place, self._place + len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
