"""APEv2 tags without their pictures."""

from collections.abc import Iterator
from typing import BinaryIO

from pacetag.tagger.tags.apev2 import split_items
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.shorter import Shorter, note
from pacetag.tagger.tags.spans import APE, after_id3, trailers
from pacetag.tagger.tags.views import WHOLE, view_of

_FRAME = 32  # bytes of the header, and of the footer
_HAS_HEADER = 0x80  # in the last byte of the flags
_FIELDS = {row.apev2.upper() for row in FIELDS.values()}


def shorter_ape(source: BinaryIO) -> Iterator[Shorter]:
    """The last tag at the end of a file, if it is large. Raises LayoutError."""
    for tag in trailers(source, after_id3(source)):
        if tag.kind == APE:
            if tag.stop - tag.start > WHOLE:
                yield _shorter(source, tag.start, tag.stop)
            return


def _shorter(source: BinaryIO, start: int, stop: int) -> Shorter:
    source.seek(stop - _FRAME)
    footer = source.read(_FRAME)
    has_header = bool(footer[23] & _HAS_HEADER)
    body = view_of(source, start + _FRAME * has_header, stop - _FRAME)
    items: list[bytes] = []
    for item in split_items(body):
        if isinstance(item.data, bytes) or item.key.upper() in _FIELDS:
            items.append(body.at(item.start, item.stop))
        else:
            held = note(item.data)
            head = item.data.head[4 : 8 + len(item.key) + 1]
            items.append(len(held).to_bytes(4, "little") + head + held)
    content = b"".join(items)
    size = (len(content) + _FRAME).to_bytes(4, "little")
    footer = footer[:12] + size + footer[16:]
    header = b""
    if has_header:
        source.seek(start)
        header = source.read(_FRAME)
        header = header[:12] + size + header[16:]
    return Shorter(start=start, stop=stop, instead=header + content + footer)
