"""The objects of an ASF header, and the two lists of attributes in it that pacetag writes.

Specification: Advanced Systems Format, revision 01.20.05, Microsoft (2010).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from pacetag.tagger.tags.binary.content import Content, Data, cut, held, joined, kept_form
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.containers.registry import ASF_HEADER
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

_UNICODE = 0  # type of a value
LONGEST = 0xFFFF  # bytes of a value in the extended content description


def _guid(text: str) -> bytes:
    return UUID(text).bytes_le


HEADER = ASF_HEADER
DATA = _guid("75B22636-668E-11CF-A6D9-00AA0062CE6C")
FILE_PROPERTIES = _guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")
EXTENSION = _guid("5FBF03B5-A92E-11CF-8EE3-00C00C205365")
PADDING = _guid("1806D474-CADF-4509-A4BA-9AABCB96AAE8")
SIGNATURE = _guid("2211B3FC-BD23-11D2-B4B7-00A0C955FC6E")
DESCRIPTION = _guid("D2D0A440-E307-11D2-97F0-00A0C95EA850")  # short values, each name once
METADATA = _guid("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA")  # of single streams
LIBRARY = _guid("44231C94-9498-49D1-A141-1D134E457054")  # long values, and all but the first
_DAMAGED = "its ASF header is damaged"


def sound_of_asf(source: BinaryIO, size: int) -> Iterator[Span]:
    """The packets of the data object, whose own header takes 50 bytes. Raises LayoutError."""
    place = 0
    while place + 24 <= size:
        source.seek(place)
        head = source.read(24)
        if not place and head[:16] != HEADER:
            raise LayoutError(_DAMAGED)
        length = int.from_bytes(head[16:], "little")
        if head[:16] == DATA:
            if length < 50:  # a broadcast, or a file that was not finished, does not give it
                length = size - place
            yield min(place + 50, size), min(place + length, size)
        place += max(24, length)


@dataclass(frozen=True, kw_only=True)
class AsfObject:
    """One object without its own header of 24 bytes."""

    guid: bytes
    data: Data

    def render(self) -> bytes | Content:
        """The object with its header."""
        return joined(self.guid, (24 + len(self.data)).to_bytes(8, "little"), self.data)

    def kept(self) -> bytes:
        """The object in the form in which it is compared."""
        return self.guid + kept_form(self.data)


def split_objects(data: Data) -> tuple[AsfObject, ...]:
    """The objects side by side in data. Raises LayoutError where they do not fill it exactly."""
    return first_objects(data, len(data))[0]


def first_objects(data: Data, count: int) -> tuple[tuple[AsfObject, ...], Data]:
    """The first objects in data, as many as are counted at most, and what follows them.

    Raises LayoutError where something else stands among them.
    """
    found: list[AsfObject] = []
    place = 0
    while place < len(data) and len(found) < count:
        head = held(data, place, place + 24)
        size = int.from_bytes(head[16:], "little")
        if len(head) < 24 or size < 24 or place + size > len(data):
            raise LayoutError(f"{_DAMAGED} after {len(found)} objects")
        found.append(AsfObject(guid=head[:16], data=cut(data, place + 24, place + size)))
        place += size
    return tuple(found), cut(data, place, len(data))


def attributes(each: AsfObject) -> tuple[tuple[str, Data], ...]:
    """Names and bytes of the attributes in a list of them. Raises LayoutError."""
    return _attributes(each)[0]


def slack(each: AsfObject) -> Data:
    """What stands behind the attributes that a list counts, and nobody reads."""
    return _attributes(each)[1]


def _attributes(each: AsfObject) -> tuple[tuple[tuple[str, Data], ...], Data]:
    data, place = each.data, 2
    found: list[tuple[str, Data]] = []
    for _ in range(int.from_bytes(held(data, 0, 2), "little")):
        start, stop_of_name, stop = attribute_at(each.guid, lambda *at: held(data, *at), place)
        if stop > len(data):
            raise LayoutError(f"{_DAMAGED} after {len(found)} attributes")
        name = held(data, start, stop_of_name).decode("utf-16-le", "replace").strip("\0")
        found.append((name, cut(data, place, stop)))
        place = stop
    return tuple(found), cut(data, place, len(data)) if place < len(data) else b""


def attribute_at(
    guid: bytes, read: Callable[[int, int], bytes], place: int
) -> tuple[int, int, int]:
    """Where the name of an attribute begins, where it ends, and where the attribute does."""

    def number(place: int, size: int) -> int:
        return int.from_bytes(read(place, place + size), "little")

    if guid == DESCRIPTION:  # name with its length, type, value with its length
        start = place + 2
        stop_of_name = start + number(place, 2)
        return start, stop_of_name, stop_of_name + 4 + number(stop_of_name + 2, 2)
    # language, stream, length of the name, type, length of the value, name, value
    start = place + 12
    stop_of_name = start + number(place + 4, 2)
    return start, stop_of_name, stop_of_name + number(place + 8, 4)


def foreign_attributes(each: AsfObject, names: Collection[str]) -> list[Data]:
    """The attributes in a list of all but these fields, as they lie."""
    written = {FIELDS[name].asf.upper() for name in names}
    return [data for name, data in attributes(each) if name.upper() not in written]


def list_of(guid: bytes, found: Sequence[Data], behind: Data = b"") -> AsfObject:
    """A list with these attributes, and what stands behind them.

    Raises LayoutError beyond 65 535 of them.
    """
    if len(found) > 0xFFFF:
        raise LayoutError("an ASF file holds no more than 65 535 attributes of a kind")
    return AsfObject(guid=guid, data=joined(len(found).to_bytes(2, "little"), *found, behind))


def make_attributes(name: str, values: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """The values as attributes of the description, and as attributes of the library.

    The first goes into the description, which every reader knows, and the others into the library,
    which may repeat a name; where any is too long for the description, all go into the library.
    """
    texts = [_text(value) for value in values]
    short = 1 if all(len(text) <= LONGEST for text in texts) else 0
    title = _text(name)
    first = [
        _number(len(title), 2) + title + _number(_UNICODE, 2) + _number(len(text), 2) + text
        for text in texts[:short]
    ]
    rest = [
        bytes(4)  # any language, any stream
        + _number(len(title), 2)
        + _number(_UNICODE, 2)
        + _number(len(text), 4)
        + title
        + text
        for text in texts[short:]
    ]
    return first, rest


def _text(value: str) -> bytes:
    return value.encode("utf-16-le") + b"\0\0"


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
