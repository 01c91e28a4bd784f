"""Checks that the sound of WavPack and Musepack is whole, so that no tag is taken for sound.

Specifications: WavPack 4 & 5 Binary File / Block Format, wavpack.com (2020); Musepack Stream
Version 8, trac.musepack.net/musepack/wiki/SV8Specification.
"""

import io
from typing import BinaryIO

from pacetag.model.audio.seven_bits import leading_number
from pacetag.tagger.tags.binary.spans import after_id3, past_zeros
from pacetag.tagger.tags.errors import LayoutError

_BLOCK = 32  # bytes of a WavPack block's header; its size counts from the ninth
_MOST = 1000  # packets before the sound of Musepack; encoders write five


def check_packets_before_sound(source: BinaryIO) -> None:
    """Raise LayoutError if a packet before the sound is shorter than its own header.

    mutagen would follow such packets in circles. Files of other versions have none, and pass.
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
        size, length = leading_number(head[2:])
        if size < 2 + length:
            break
        place += size
    raise LayoutError("its Musepack packets are damaged")


def check_packets_end(source: BinaryIO, start: int, stop: int) -> None:
    """Raise LayoutError if the packets from start on do not end at stop, where the tags begin.

    A decoder would run on into the tags. It skips zeros. Files of other versions have no packets,
    and pass.
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
        size, length = leading_number(head[2:])
        if size < 2 + length or place + size > stop:
            raise LayoutError("its Musepack packets are damaged or cut off")
        place += size


def check_blocks(source: BinaryIO, start: int, stop: int) -> None:
    """Raise LayoutError if the blocks from start on do not end at stop, where the tags begin.

    A decoder would take what is written behind a block that is cut off for the rest of it. It skips
    zeros, which some programs leave between blocks and tags.
    """
    place = start
    while place < stop:
        source.seek(place)
        head = source.read(_BLOCK)
        if head[:1] == b"\0" and past_zeros(source, place, stop) == stop:
            return
        size = 8 + int.from_bytes(head[4:8], "little")
        if not head.startswith(b"wvpk") or size < _BLOCK or place + size > stop:
            raise LayoutError("its WavPack blocks are damaged or cut off")
        place += size
