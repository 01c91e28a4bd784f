"""Ogg pages: where they lie, and how many packets at the head of a stream are headers.

Specification: RFC 3533 (2003).
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from pacetag.tagger.tags.binary.spans import Span, after_id3, between_tags, past_zeros
from pacetag.tagger.tags.errors import BROKEN_OFF, LayoutError

DAMAGED = "its Ogg pages are damaged"
_MAGIC = b"OggS"
_HEAD = 27  # bytes before the table of segments
_SUM = slice(22, 26)  # of the page
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page as it lies in the file."""

    begins: bool  # the first page of its stream
    identity: bytes  # flags, granule position, serial: all that renumbering does not change
    serial: bytes
    number: int  # of the page in its stream, from 0
    segments: bytes  # lengths; one under 255 ends a packet
    body: int  # place of its first byte of data
    stop: int  # place after it

    @property
    def start(self) -> int:
        """Place of its first byte."""
        return self.body - _HEAD - len(self.segments)

    @property
    def packets_ended(self) -> int:
        """How many packets end on this page."""
        return sum(length < 255 for length in self.segments)

    @property
    def continues(self) -> bool:
        """Whether its first packet began on the page before."""
        return bool(self.identity[0] & 1)

    def packets(self) -> list[Span]:
        """The spans of the packets on this page; the last may be continued on the next."""
        spans, start, place = list[Span](), self.body, self.body
        for length in self.segments:
            place += length
            if length < 255:
                spans.append((start, place))
                start = place
        return [*spans, (start, place)] if start < place else spans

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
        if len(head) < _HEAD or not head.startswith(_MAGIC):
            return
        segments = head[_HEAD : _HEAD + head[26]]
        body = place + _HEAD + head[26]
        place = body + sum(segments)
        yield Page(
            begins=bool(head[5] & 2),
            identity=head[5:18],
            serial=head[14:18],
            number=int.from_bytes(head[18:22], "little"),
            segments=segments,
            body=body,
            stop=place,
        )


def check_end(source: BinaryIO) -> None:
    """Raise LayoutError if the last page is cut off, or pages follow something else.

    Decoders would go on there. Other tags or zeros at the end of a file are harmless.
    """
    stop = max((page.stop for page in pages(source)), default=0)
    if stop > source.seek(0, io.SEEK_END):
        raise LayoutError(BROKEN_OFF)
    source.seek(max(0, stop - 3))
    tail = b""
    while data := source.read(1 << 20):
        if _MAGIC in tail + data:
            raise LayoutError(DAMAGED)
        tail = data[-3:]


def check_order(source: BinaryIO) -> None:
    """Raise LayoutError if a checksum is wrong, or pages of a stream are out of order.

    Renumbering would make such pages valid, and decoders, which skip them now, would play them.
    """
    numbers: dict[bytes, int] = {}
    for page in pages(source):
        if not _is_intact(source, page):
            raise LayoutError(f"{DAMAGED} (checksums)")
        if not page.begins and page.number != numbers.get(page.serial, page.number):
            raise LayoutError(f"{DAMAGED} (order)")
        numbers[page.serial] = page.number + 1


def _is_intact(source: BinaryIO, page: Page) -> bool:
    """Whether the page is complete and its checksum is right."""
    source.seek(page.start)
    data = bytearray(source.read(page.stop - page.start))
    noted, data[_SUM] = bytes(data[_SUM]), bytes(4)
    # Ogg's checksum takes the bits of each byte in the other order than zlib does.
    found = ~zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
    return page.start + len(data) == page.stop and found.to_bytes(4).translate(_REVERSED) == noted


def header_packets(first: bytes) -> int:
    """How many packets of a stream are headers, told from the beginning of its first."""
    if first.startswith((b"\x01vorbis", b"\x80theora")):
        return 3
    if first.startswith((b"OpusHead", b"Speex   ")):
        return 2
    if first.startswith(b"\x7fFLAC"):  # the number of packets that follow the first
        return 1 + max(1, int.from_bytes(first[7:9]))
    return 0


def sound_of_ogg(source: BinaryIO, _size: int) -> Iterator[Span]:
    """The data of every packet of sound in an open file, page by page."""
    return sound_spans(source, after_id3(source), between_tags(source)[1])


def sound_spans(source: BinaryIO, start: int, stop: int) -> Iterator[Span]:
    """The data of every packet of sound, page by page, between two places.

    A longer comment moves and renumbers pages, but does not change the data between their headers.
    What can no longer be read as pages is one more span, unless it is all zeros.
    """
    headers_left: dict[bytes, int] = {}
    place = start
    for page in pages(source, start):
        if page.begins:
            source.seek(page.body)
            headers_left[page.serial] = header_packets(source.read(16))
        left = headers_left.get(page.serial, 0)
        headers_left[page.serial] = max(0, left - page.packets_ended)
        sound = page.body
        if left:
            sound = page.after_packets(left) if page.packets_ended >= left else page.stop
        place = page.stop
        if sound < min(page.stop, stop):
            yield sound, min(page.stop, stop)
    if past_zeros(source, place, stop) < stop:
        yield place, stop
