"""The header and the footer around the items of an APEv2 tag.

Specification: APEv2, wiki.hydrogenaud.io/index.php?title=APEv2_specification.
"""

from typing import BinaryIO

from pacetag.tagger.tags.binary.content import Stretch
from pacetag.tagger.tags.binary.sound_ends import read_span
from pacetag.tagger.tags.binary.spans import APE_PREAMBLE, Trailer
from pacetag.tagger.tags.binary.views import view_of
from pacetag.tagger.tags.containers.apev2.items import (
    COUNT,
    DAMAGED,
    FRAME,
    SIZE,
    Item,
    number,
    numbers,
    split_items,
)
from pacetag.tagger.tags.errors import LayoutError

_VERSIONS = (1000, 2000)  # the first has neither header nor flags
HAS_HEADER, IS_HEADER, _READ_ONLY = 1 << 31, 1 << 29, 1
LARGEST = 64 << 20  # bytes of a tag


def new_frame(flags: int) -> bytes:
    """A header or footer with these flags, of a tag without items."""
    said = (_VERSIONS[-1], FRAME, 0, flags, 0, 0)
    return APE_PREAMBLE + b"".join(each.to_bytes(4, "little") for each in said)


def read_tag(
    source: BinaryIO, tag: Trailer
) -> tuple[bytes, tuple[Item, ...], bytes | Stretch, bytes]:
    """Header, items, other content and footer of a tag. Raises LayoutError."""
    if tag.stop - tag.start > LARGEST:
        raise LayoutError("its APE tag is larger than 64 MiB")
    footer = read_span(source, tag.stop - FRAME, tag.stop)
    version, size, count, flags = numbers(footer[8:24])
    if version not in _VERSIONS:
        raise LayoutError("its APE tag is of a version that is not written")
    if flags & _READ_ONLY:
        raise LayoutError("its APE tag is marked as read-only")
    if flags & IS_HEADER or tag.body + size != tag.stop:
        raise LayoutError(DAMAGED)
    body = view_of(source, tag.body, tag.stop - FRAME)
    items = split_items(body, count)
    rest = body.item(items[-1].stop if items else 0, body.size)
    return read_span(source, tag.start, tag.body), items, rest, footer


def grown_frame(frame: bytes, size: int, count: int) -> bytes:
    """A header or footer of a tag that grew by so many bytes and items."""
    if not frame:
        return b""
    grown = (number(frame[SIZE]) + size, number(frame[COUNT]) + count)
    said = b"".join((each % (1 << 32)).to_bytes(4, "little") for each in grown)
    return frame[: SIZE.start] + said + frame[COUNT.stop :]


def without_sizes(frame: bytes) -> bytes:
    """A header or footer without the size and the number of items."""
    return frame[: SIZE.start] + frame[COUNT.stop :]
