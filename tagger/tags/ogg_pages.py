"""Ogg pages, light: where they lie, and how many packets at the head of a stream are no sound.

Specification: RFC 3533 (2003).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from pacetag.tagger.tags.spans import Span

_HEAD = 27  # bytes before the table of segments


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page as it lies in the file."""

    begins: bool  # the first page of its stream
    identity: bytes  # flags, granule position, serial: all that renumbering leaves alone
    serial: bytes
    segments: bytes  # lengths; one under 255 ends a packet
    body: int  # place of its first byte of data
    stop: int  # place after it

    @property
    def packets_ended(self) -> int:
        """How many packets end on this page."""
        return sum(length < 255 for length in self.segments)

    def after_packets(self, count: int) -> int:
        """The place after the first count packets that end on this page, count at least 1."""
        ends = accumulate(self.segments, initial=self.body)
        next(ends)
        ended = [end for end, length in zip(ends, self.segments, strict=True) if length < 255]
        return ended[count - 1] if len(ended) >= count else self.stop


def pages(source: BinaryIO, place: int = 0) -> Iterator[Page]:
    """The pages from a place on, until the file ends or something else begins.

    The caller may move the file's position between two pages.
    """
    while True:
        source.seek(place)
        head = source.read(_HEAD + 255)  # the longest header there is
        if len(head) < _HEAD or not head.startswith(b"OggS"):
            return
        segments = head[_HEAD : _HEAD + head[26]]
        body = place + _HEAD + head[26]
        place = body + sum(segments)
        yield Page(
            begins=bool(head[5] & 2),
            identity=head[5:18],
            serial=head[14:18],
            segments=segments,
            body=body,
            stop=place,
        )


def header_packets(first: bytes) -> int:
    """How many packets of a stream hold no sound, told from the beginning of its first."""
    if first.startswith((b"\x01vorbis", b"\x80theora")):
        return 3
    if first.startswith((b"OpusHead", b"Speex   ")):
        return 2
    if first.startswith(b"\x7fFLAC"):  # the number of packets that follow the first
        return 1 + max(1, int.from_bytes(first[7:9]))
    return 0


def sound_spans(source: BinaryIO, size: int) -> Iterator[Span]:
    """The data of every packet that holds sound, page by page.

    A longer comment moves and renumbers pages, but not the data between their headers. What cannot
    be read as pages any more is given as it lies.
    """
    headers_left: dict[bytes, int] = {}
    place = 0
    for page in pages(source):
        if page.begins:
            source.seek(page.body)
            headers_left[page.serial] = header_packets(source.read(16))
        left = headers_left.get(page.serial, 0)
        headers_left[page.serial] = max(0, left - page.packets_ended)
        start = page.body
        if left:
            start = page.after_packets(left) if page.packets_ended >= left else page.stop
        place = page.stop
        if start < min(page.stop, size):
            yield start, min(page.stop, size)
    if place < size:
        yield place, size
