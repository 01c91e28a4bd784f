"""Musepack's packets, as far as needed to keep mutagen from following damaged ones in circles.

Specification: Musepack Stream Version 8, trac.musepack.net/musepack/wiki/SV8Specification.
"""

import io
from typing import Any, BinaryIO

from pacetag.tagger.tags.binary.spans import after_id3, past_zeros
from pacetag.tagger.tags.containers.apev2.files import open_ape
from pacetag.tagger.tags.errors import LayoutError

_MOST = 1000  # packets before the sound; encoders write five


def open_musepack(kind: Any, source: BinaryIO) -> Any:
    """What mutagen makes of an open file, unless it would never come to the end of its packets."""
    check_packets(source)
    return open_ape(kind, source)


def check_packets(source: BinaryIO) -> None:
    """Raise LayoutError where a packet before the sound is shorter than its own head.

    Files of other versions, which have no packets, pass.
    """
    place = after_id3(source)
    source.seek(place)
    if source.read(4) != b"MPCK":
        return
    end = source.seek(0, io.SEEK_END)
    place += 4
    for _ in range(_MOST):
        if place >= end:
            return
        source.seek(place)
        head = source.read(11)
        if head[:2] in (b"AP", b"SE"):
            return
        size, length = _number(head[2:])
        if size < 2 + length:
            break
        place += size
    raise LayoutError("its Musepack packets are damaged")


def check_end(source: BinaryIO, start: int, stop: int) -> None:
    """Raise LayoutError where the packets from start on do not end at stop, where the tags begin.

    A decoder that lost its way in them would go on into the tags. It passes over zeros. Files of
    other versions, which have no packets, pass.
    """
    source.seek(start)
    if source.read(4) != b"MPCK":
        return
    place = start + 4
    while place < stop:
        source.seek(place)
        head = source.read(11)
        if head[:1] == b"\0" and past_zeros(source, place, stop) == stop:
            return
        size, length = _number(head[2:])
        if size < 2 + length or place + size > stop:
            raise LayoutError("its Musepack packets are damaged or cut off")
        place += size


def _number(data: bytes) -> tuple[int, int]:
    """A number of seven bits in each byte but the last, which is below 128; and how many it took.

    (0, 0) where it does not end.
    """
    value = 0
    for length, byte in enumerate(data, 1):
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, length
    return 0, 0
