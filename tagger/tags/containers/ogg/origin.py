"""Notes how an Ogg stream's headers lay on their pages before pacetag first changed them.

The note is in the padding behind the comments, which readers ignore, so that an undo can lay them
out as their encoder did, byte for byte. Programs that rewrite the comments clear it, and then an
undo leaves padding.
"""

import io
import zlib
from collections.abc import Sequence
from typing import Any

from mutagen import MutagenError
from mutagen.ogg import OggPage

from pacetag.tagger.tags.binary.views import WHOLE, Over, View
from pacetag.tagger.tags.containers.ogg.pages import Page

_MARK = b"pacetag\0"  # its first bit tells readers of Opus that it is padding
_HEAD = len(_MARK) + 2  # bytes; the last two give the length of what follows
_MOST = 2048  # bytes of a note; half of the padding that a new page gets
_MOST_PAGES = 1 << 16  # bytes of a note when unpacked
_FLAGS_AND_PLACE = 9  # bytes of a page's identity without its stream


def note_of(pages: Sequence[Page]) -> bytes:
    """The note on these pages; empty if it would be too long."""
    parts = [
        page.identity[:_FLAGS_AND_PLACE] + bytes([len(page.segments)]) + page.segments
        for page in pages
    ]
    data = zlib.compress(b"".join(parts), 9)
    if len(data) > _MOST or sum(map(len, parts)) > _MOST_PAGES:
        return b""
    return _MARK + len(data).to_bytes(2) + data


def note_in(packet: View, place: int) -> bytes:
    """The note at a place in a packet; empty if there is none."""
    head = packet.at(place, min(place + _HEAD, packet.size))
    if len(head) < _HEAD or not head.startswith(_MARK):
        return b""
    stop = place + _HEAD + int.from_bytes(head[-2:])
    return packet.at(place, stop) if stop <= packet.size else b""


def first_packet(note: bytes) -> int:
    """Bytes of the first packet on the pages of a note; 0 if the note cannot be read."""
    size = 0
    for _, segments in _pages(note):
        for length in segments:
            size += length
            if length < 255:
                return size
    return 0


def laid_out_as(note: bytes, packets: Over, serial: int) -> list[Any] | None:
    """Pages (OggPage) of these packets as in the note; None if they do not fit."""
    described = _pages(note)
    if packets.size > WHOLE or packets.size != sum(sum(segments) for _, segments in described):
        return None
    found: list[Any] = []
    place = 0
    for identity, segments in described:
        stop = place + sum(segments)
        head = b"OggS\0" + identity + serial.to_bytes(4, "little") + bytes(8)
        body = bytes([len(segments)]) + segments + packets.at(place, stop)
        try:
            found.append(OggPage(io.BytesIO(head + body)))  # type: ignore[no-untyped-call]
        except (MutagenError, EOFError, ValueError, IndexError):
            return None
        place = stop
    return found


def _pages(note: bytes) -> list[tuple[bytes, bytes]]:
    """Each page's identity without its stream, and its table of segments; [] for damage.

    The first page begins a packet, and each other one tells whether it continues one.
    """
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(note[_HEAD:], _MOST_PAGES)
    except zlib.error:
        return []
    found: list[tuple[bytes, bytes]] = []
    place, goes_on = 0, False
    while place < len(data):
        start = place + _FLAGS_AND_PLACE + 1
        stop = start + data[start - 1] if start <= len(data) else start
        if not start < stop <= len(data) or data[place] != goes_on:
            return []
        goes_on = data[stop - 1] == 255
        found.append((data[place : start - 1], data[start:stop]))
        place = stop
    return found
