"""The objects of an ASF header.

Specification: Advanced Systems Format, revision 01.20.05, Microsoft (2010).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from pacetag.model.audio.headers import ASF_PROPERTIES
from pacetag.tagger.tags.binary.content import Content, Data, cut, held, joined, kept_form
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.containers.registry import ASF_HEADER
from pacetag.tagger.tags.errors import LayoutError


def _guid(text: str) -> bytes:
    return UUID(text).bytes_le


HEADER = ASF_HEADER
FILE_PROPERTIES = ASF_PROPERTIES
DATA = _guid("75B22636-668E-11CF-A6D9-00AA0062CE6C")
EXTENSION = _guid("5FBF03B5-A92E-11CF-8EE3-00C00C205365")
PADDING = _guid("1806D474-CADF-4509-A4BA-9AABCB96AAE8")
SIGNATURE = _guid("2211B3FC-BD23-11D2-B4B7-00A0C955FC6E")
DESCRIPTION = _guid("D2D0A440-E307-11D2-97F0-00A0C95EA850")  # short values, each name once
METADATA = _guid("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA")  # of single streams
LIBRARY = _guid("44231C94-9498-49D1-A141-1D134E457054")  # long values, and all but the first
DAMAGED = "its ASF header is damaged"
EXTENSION_HEAD = 22  # bytes before the objects in the extension; the last 4 give their size


def sound_of_asf(source: BinaryIO, size: int) -> Iterator[Span]:
    """The packets of the data object, whose own header takes 50 bytes. Raises LayoutError."""
    place = 0
    while place + 24 <= size:
        source.seek(place)
        head = source.read(24)
        if not place and head[:16] != HEADER:
            raise LayoutError(DAMAGED)
        length = int.from_bytes(head[16:], "little")
        if head[:16] == DATA:
            if length < 50:  # a broadcast, or a file that was not finished, does not give it
                length = size - place
            yield min(place + 50, size), min(place + length, size)
        place += max(24, length)


@dataclass(frozen=True, kw_only=True)
class AsfObject:
    """One object without its header of 24 bytes."""

    guid: bytes
    data: Data

    def render(self) -> bytes | Content:
        """The object with its header."""
        return joined(self.guid, (24 + len(self.data)).to_bytes(8, "little"), self.data)

    def kept(self) -> bytes:
        """The object in the form in which it is compared."""
        return self.guid + kept_form(self.data)


def split_objects(data: Data) -> tuple[AsfObject, ...]:
    """The objects side by side in data. Raises LayoutError if they do not fill it exactly."""
    return first_objects(data, len(data))[0]


def first_objects(data: Data, count: int) -> tuple[tuple[AsfObject, ...], Data]:
    """The first `count` objects in data, or fewer, and what follows them.

    Raises LayoutError if anything else stands among them.
    """
    found: list[AsfObject] = []
    place = 0
    while place < len(data) and len(found) < count:
        head = held(data, place, place + 24)
        size = int.from_bytes(head[16:], "little")
        if len(head) < 24 or size < 24 or place + size > len(data):
            raise LayoutError(f"{DAMAGED} after {len(found)} objects")
        found.append(AsfObject(guid=head[:16], data=cut(data, place + 24, place + size)))
        place += size
    return tuple(found), cut(data, place, len(data))


def inner_objects(extension: Data) -> tuple[AsfObject, ...]:
    """The objects in a header extension. Raises LayoutError."""
    said = int.from_bytes(held(extension, EXTENSION_HEAD - 4, EXTENSION_HEAD), "little")
    if said != len(extension) - EXTENSION_HEAD:
        raise LayoutError(DAMAGED)
    return split_objects(cut(extension, EXTENSION_HEAD, len(extension)))


def extension_of(each: AsfObject, inner: Sequence[AsfObject]) -> AsfObject:
    """A header extension with other objects in it."""
    content = joined(*(one.render() for one in inner))
    head = held(each.data, 0, EXTENSION_HEAD - 4) + len(content).to_bytes(4, "little")
    return AsfObject(guid=EXTENSION, data=joined(head, content))
