"""The attributes in the lists of an ASF header: split and made.

Specification: Advanced Systems Format, revision 01.20.05, Microsoft (2010).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain

from pacetag.tagger.tags.binary.content import Data, cut, held, joined
from pacetag.tagger.tags.containers.asf.objects import (
    DAMAGED,
    DESCRIPTION,
    LIBRARY,
    METADATA,
    AsfObject,
)
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

LISTS = (DESCRIPTION, METADATA, LIBRARY)
_OWN = {FIELDS[name].asf.upper() for name in ("pace", "pacetag")}
_UNICODE = 0  # type of a value
_LONGEST = 0xFFFF  # bytes of a value in the extended content description


def attributes(each: AsfObject) -> tuple[tuple[str, Data], ...]:
    """Names and bytes of the attributes in a list. Raises LayoutError."""
    return _attributes(each)[0]


def slack(each: AsfObject) -> Data:
    """What follows the attributes that a list counts, and is not read."""
    return _attributes(each)[1]


def _attributes(each: AsfObject) -> tuple[tuple[tuple[str, Data], ...], Data]:
    data, place = each.data, 2
    found: list[tuple[str, Data]] = []
    for _ in range(int.from_bytes(held(data, 0, 2), "little")):
        start, stop_of_name, stop = attribute_at(each.guid, lambda *at: held(data, *at), place)
        if stop > len(data):
            raise LayoutError(f"{DAMAGED} after {len(found)} attributes")
        name = held(data, start, stop_of_name).decode("utf-16-le", "replace").strip("\0")
        found.append((name, cut(data, place, stop)))
        place = stop
    return tuple(found), cut(data, place, len(data)) if place < len(data) else b""


def attribute_at(
    guid: bytes, read: Callable[[int, int], bytes], place: int
) -> tuple[int, int, int]:
    """Where the name of an attribute begins and ends, and where the attribute ends."""

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
    """The attributes in a list other than these fields, as bytes."""
    written = {FIELDS[name].asf.upper() for name in names}
    return [data for name, data in attributes(each) if name.upper() not in written]


def list_of(guid: bytes, found: Sequence[Data], behind: Data = b"") -> AsfObject:
    """A list with these attributes, and other content behind them.

    Raises LayoutError beyond 65 535 attributes.
    """
    if len(found) > 0xFFFF:
        raise LayoutError("an ASF file holds no more than 65 535 attributes of a kind")
    return AsfObject(guid=guid, data=joined(len(found).to_bytes(2, "little"), *found, behind))


def make_attributes(name: str, values: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """The values as attributes of the description, and as attributes of the library.

    The first goes into the description, which every reader knows, and the others into the library,
    which may repeat a name. If any is too long for the description, all go into the library.
    """
    texts = [_text(value) for value in values]
    short = 1 if all(len(text) <= _LONGEST for text in texts) else 0
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


def with_list(
    objects: Sequence[AsfObject], names: Collection[str], guid: bytes, added: list[Data]
) -> Iterator[AsfObject]:
    """The objects without these fields, and `added` in the first list with that GUID."""
    for each in objects:
        if each.guid not in LISTS:
            yield each
        elif each.guid == guid:
            yield list_of(guid, [*foreign_attributes(each, names), *added], slack(each))
            added = []
        else:
            yield list_of(each.guid, foreign_attributes(each, names), slack(each))
    if added:
        yield list_of(guid, added)


def holds_own(objects: Sequence[AsfObject], inner: Sequence[Sequence[AsfObject]]) -> bool:
    """Whether any attribute of pacetag's own is among these objects."""
    lists = [each for each in (*objects, *chain(*inner)) if each.guid in LISTS]
    return any(name.upper() in _OWN for each in lists for name, _ in attributes(each))
