"""The items of an APEv2 tag: split and made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.tagger.tags.binary.content import Stretch
from pacetag.tagger.tags.binary.spans import APE_FRAME
from pacetag.tagger.tags.binary.views import View, view_of
from pacetag.tagger.tags.errors import LayoutError

DAMAGED = "its APE tag is damaged"
FRAME = APE_FRAME  # bytes of the header, and of the footer
SIZE, COUNT = slice(12, 16), slice(16, 20)  # in them
KIND = 6  # bits of an item's flags that tell its kind: 0 for text


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a tag, with its bytes."""

    key: str
    flags: int
    data: bytes | Stretch  # with its head
    start: int = 0  # place in the tag
    stop: int = 0  # place after it


def make_item(key: str, values: Sequence[str]) -> Item:
    """A text item with these values, separated by NUL."""
    content = "\0".join(values).encode()
    head = len(content).to_bytes(4, "little") + bytes(4)
    return Item(key=key, flags=0, data=head + key.encode() + b"\0" + content)


def split_items(body: View, count: int) -> tuple[Item, ...]:
    """The first `count` items of a tag, or all if there are fewer.

    Raises LayoutError if anything else stands among them.
    """
    items: list[Item] = []
    place = 0
    while place < body.size and len(items) < count:
        head = body.at(place, min(place + 8 + 256, body.size))
        size, flags = numbers(head[:8].ljust(8, b"\0"))
        end_of_key = head.find(b"\0", 8)
        stop = place + end_of_key + 1 + size
        if end_of_key < 0 or stop > body.size:
            raise LayoutError(f"{DAMAGED} after {len(items)} items")
        key = head[8:end_of_key].decode("ascii", "replace")
        data = body.item(place, stop)
        items.append(Item(key=key, flags=flags, data=data, start=place, stop=stop))
        place = stop
    return tuple(items)


def items_between(source: BinaryIO, body: int, stop: int) -> tuple[Item, ...]:
    """The items of a tag that begin at `body`; its footer, which counts them, ends at `stop`.

    Raises LayoutError.
    """
    source.seek(stop - FRAME)
    count = number(source.read(FRAME)[COUNT])
    return split_items(view_of(source, body, stop - FRAME), count)


def numbers(data: bytes) -> tuple[int, ...]:
    """The little-endian numbers of 32 bits in data."""
    return tuple(number(data[at : at + 4]) for at in range(0, len(data), 4))


def number(data: bytes) -> int:
    """The little-endian number."""
    return int.from_bytes(data, "little")
