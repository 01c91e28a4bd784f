"""APEv2 tags without their pictures."""

from collections.abc import Iterator
from typing import BinaryIO

from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.spans import APE, Trailer, after_id3, trailers
from pacetag.tagger.tags.binary.views import WHOLE, view_of
from pacetag.tagger.tags.containers.apev2.items import COUNT, FRAME, SIZE, split_items
from pacetag.tagger.tags.fields import FIELDS

_FIELDS = {row.apev2.upper() for row in FIELDS.values()}


def shorter_ape(source: BinaryIO) -> Iterator[Shorter]:
    """The last tag at the end of a file, if it is large. Raises LayoutError."""
    for tag in trailers(source, after_id3(source)):
        if tag.kind == APE:
            if tag.stop - tag.start > WHOLE:
                yield _shorter(source, tag)
            return


def _shorter(source: BinaryIO, tag: Trailer) -> Shorter:
    source.seek(tag.stop - FRAME)
    footer = source.read(FRAME)
    body = view_of(source, tag.body, tag.stop - FRAME)
    items: list[bytes] = []
    # Items beyond the count are not read.
    for item in split_items(body, int.from_bytes(footer[COUNT], "little")):
        if isinstance(item.data, bytes) or item.key.upper() in _FIELDS:
            items.append(body.at(item.start, item.stop))
        else:
            held = note(item.data)
            head = item.data.head[4 : 8 + len(item.key) + 1]
            items.append(len(held).to_bytes(4, "little") + head + held)
    content = b"".join(items)
    size = (len(content) + FRAME).to_bytes(4, "little")
    footer = footer[: SIZE.start] + size + footer[SIZE.stop :]
    source.seek(tag.start)
    header = source.read(tag.body - tag.start)
    if header:
        header = header[: SIZE.start] + size + header[SIZE.stop :]
    return Shorter(start=tag.start, stop=tag.stop, instead=header + content + footer)
