"""FLAC's metadata and Vorbis comments without their pictures."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.content import SHORT, held
from pacetag.tagger.tags.binary.spans import after_id3
from pacetag.tagger.tags.binary.views import WHOLE, Spans, View, view_of
from pacetag.tagger.tags.containers.flac.comments import Comments
from pacetag.tagger.tags.containers.flac.layout import COMMENT, PADDING, STREAMINFO
from pacetag.tagger.tags.fields import FIELDS

_SEEKTABLE, _CUESHEET, _PICTURE = 3, 5, 6  # types of blocks
_SHORTEST_HEAD = 28  # bytes of a picture without a description before its own size
_LAST = 0x80
_FIELDS = [row.name for row in FIELDS.values()]


def shorter_comments(comments: Comments) -> bytes:
    """The comments with short entries."""
    own = set(map(id, comments.entries)) - set(map(id, comments.foreign(_FIELDS)))
    entries: list[bytes] = []
    for each in comments.entries:
        if isinstance(each, bytes):
            entries.append(each)
        elif id(each) in own:
            entries.append(each.view.at(each.start, each.stop))
        else:
            key, sign, _ = each.head.partition(b"=")
            entries.append((key + sign if sign else b"") + note(each))
    short = replace(comments, vendor=note(comments.vendor), entries=tuple(entries)).render({})
    return held(short, 0, len(short))


def shorter_flac(source: BinaryIO) -> Iterator[Shorter]:
    """The blocks of a file, if they are large. Raises LayoutError."""
    start = after_id3(source)
    end = source.seek(0, io.SEEK_END)
    source.seek(start)
    if source.read(4) != b"fLaC":
        return
    place, last, found = start + 4, False, list[tuple[int, int, int]]()
    while not last:
        source.seek(place)
        head = source.read(4)
        if len(head) < 4:
            return
        last, kind = bool(head[0] & _LAST), head[0] & ~_LAST
        body, place = place + 4, place + 4 + int.from_bytes(head[1:])
        if kind == _PICTURE:
            place = max(place, body + _picture_size(source, body, end))
        if place > end:
            return
        found.append((kind, body, place))
    if place - start > WHOLE:
        blocks = [(kind, _shorter(source, kind, *span)) for kind, *span in found]
        flags = [0] * (len(blocks) - 1) + [_LAST]
        data = b"".join(
            bytes([kind | flag]) + len(block).to_bytes(3) + block
            for (kind, block), flag in zip(blocks, flags, strict=True)
        )
        yield Shorter(start=start + 4, stop=place, instead=data)


def _shorter(source: BinaryIO, kind: int, start: int, stop: int) -> bytes:
    view = view_of(source, start, stop)
    if kind == COMMENT:
        return shorter_comments(Comments.parse(view))
    if view.size <= SHORT or kind in (STREAMINFO, _SEEKTABLE, _CUESHEET):
        return view.at(0, view.size)
    if kind == PADDING:
        return b""
    left_out = note(view.item(0, view.size))
    if kind == _PICTURE:
        place = _picture_head(view)
        head = view.at(0, place) if place <= SHORT else bytes(_SHORTEST_HEAD)
        return head + len(left_out).to_bytes(4) + left_out
    return left_out


def _picture_head(view: View) -> int:
    """Where in a picture's block the size of the picture itself stands."""
    place = 4
    for _ in ("kind", "description"):
        place += 4 + int.from_bytes(view.at(place, place + 4))
    return place + 16


def _picture_size(source: BinaryIO, start: int, end: int) -> int:
    """Bytes of a picture's block by its content: some are too large for the block's header."""
    view = Spans(source, [(start, end)])
    place = _picture_head(view)
    return place + 4 + int.from_bytes(view.at(place, place + 4))
