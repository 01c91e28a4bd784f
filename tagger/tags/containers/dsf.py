"""DSF (DSD stream files): the ID3 tag at the end changes, and two numbers at the head follow.

mutagen would render all frames anew, in another order and version, and leave an empty tag behind.
Specification: DSF File Format Specification 1.01, Sony (2005).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Self

from pacetag.tagger.tags.binary.pieces import write_pieces
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.containers.id3.tag import Id3Tag
from pacetag.tagger.tags.errors import LayoutError

_HEAD = 28  # bytes of the first chunk


@dataclass(frozen=True, kw_only=True)
class DsfLayout:
    """The tag at the end of a file, or the lack of one."""

    tag: Id3Tag
    start: int  # place of the tag, or the end of a file without one
    between: int  # bytes between sound and tag
    holds_copies: ClassVar[bool] = False  # there are no older tags beside it

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(_HEAD)
        if head[:12] != b"DSD " + _number(_HEAD):
            raise LayoutError("its DSF header is damaged")
        total, place = (int.from_bytes(head[at : at + 8], "little") for at in (12, 20))
        if total != end:
            raise LayoutError("its DSF header is damaged (it gives another size than the file has)")
        start = place or end
        ((_, sound_stop),) = sound_of_dsf(source, end)
        if not sound_stop <= start <= end:
            raise LayoutError("its DSF header is damaged (it points at no tag)")
        source.seek(start)
        tag = Id3Tag.read(source, end)
        if start + tag.size != end:
            raise LayoutError("its DSF file holds more than sound and an ID3 tag")
        return cls(tag=tag, start=start, between=start - sound_stop)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every foreign frame, and where the tag begins."""
        return (*self.tag.kept(names), f"{self.start} {self.between}".encode())

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values."""
        tag = self.tag.render(wanted)
        place = self.start if tag else 0
        head = b"DSD " + _number(_HEAD) + _number(self.start + len(tag)) + _number(place)
        write_pieces(source, target, [head, (_HEAD, self.start), tag])


def sound_of_dsf(source: BinaryIO, size: int) -> list[Span]:
    """The samples of a file of that size; its data chunk is the third. Raises LayoutError."""
    start = place = 0
    for name in (b"DSD ", b"fmt ", b"data"):
        source.seek(place)
        head = source.read(12)
        length = int.from_bytes(head[4:], "little")
        if head[:4] != name or length < 12 or place + length > size:
            raise LayoutError("its DSF header is damaged")
        start, place = place + 12, place + length
    return [(start, place)]


def _number(value: int) -> bytes:
    return value.to_bytes(8, "little")
