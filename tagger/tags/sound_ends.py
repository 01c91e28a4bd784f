"""Where sound begins and ends by its own account, so that tags and zeros are told from it.

Programs that shorten a tag at the end of a file may leave zeros before it, and others fill files up
with them. Specifications: ISO 11172-3 (1993), WavPack 4 & 5 Binary File / Block Format (2020),
Musepack Stream Version 8, and Monkey's Audio's own APEInfo.h (3.98 and later).
"""

import re
from collections.abc import Callable
from typing import BinaryIO

_STEP = 1 << 16  # bytes read at once
_FEW = 64  # zeros; FLAC's frames, and those of Musepack 7, never end with as many
_TAKEN_IN = 1 << 12  # bytes at a tag's end in which sound is looked for
_SURE = 4  # frames in a row that are no chance
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
_KBITS = {  # kbit/s by the index in a header: MPEG 1 layers I to III, MPEG 2 layers I, II and III
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def sound_end(source: BinaryIO, start: int, stop: int) -> int:
    """Where the sound between two places ends: at the second, or before the zeros ahead of it."""
    head = _read(source, start, min(stop, start + 4))
    if head == b"wvpk":
        return _walked(source, start, stop, _wavpack_block) or stop
    if stop <= start or any(_read(source, stop - 1, stop)):
        return stop
    end = _own_end(source, start, stop, head)
    return end if end is not None and _is_zero(source, end, stop) else stop


def early_start(source: BinaryIO, place: int) -> int:
    """Where MPEG audio begins of which a tag of a wrong size takes in the first bytes.

    The place behind the tag itself where a frame begins there, or none before it leads on.
    """
    if _mpeg_frame(_read(source, place, place + 4)):
        return place
    low = max(0, place - _TAKEN_IN)
    for found in _SYNC.finditer(_read(source, low, place + 1)):
        if _leads_beyond(source, low + found.start(), place):
            return low + found.start()
    return place


def _leads_beyond(source: BinaryIO, start: int, place: int) -> bool:
    """Whether frames of MPEG audio follow each other from start to beyond a place."""
    beyond = 0
    while beyond < _SURE:
        size = _mpeg_frame(_read(source, start, start + 4))
        if not size:
            return False
        start += size
        beyond += start > place
    return True


def _own_end(source: BinaryIO, start: int, stop: int, head: bytes) -> int | None:
    if head == b"MAC ":
        return _end_of_monkeys(source, start, stop)
    if head == b"MPCK":
        return _walked(source, start + 4, stop, _musepack_packet)
    if head[:3] == b"MP+" or head == b"fLaC":
        return _before_many_zeros(source, start, stop)
    if _mpeg_frame(head):
        return _walked(source, start, stop, _mpeg_frame)
    return None


def _walked(source: BinaryIO, start: int, stop: int, size_of: Callable[[bytes], int]) -> int | None:
    """The place after the pieces that follow each other from start on; None if one is cut off."""
    place, data, at = start, b"", start
    while place < stop:
        if place + 16 > at + len(data):
            data, at = _read(source, place, min(stop, place + _STEP)), place
        size = size_of(data[place - at : place - at + 16])
        if not size:
            return place if place > start else None
        place += size
    return place if place == stop else None


def _wavpack_block(head: bytes) -> int:
    """Bytes of the block that begins so; 0 where none does."""
    size = 8 + int.from_bytes(head[4:8], "little")
    return size if head.startswith(b"wvpk") and size >= 32 else 0


def _musepack_packet(head: bytes) -> int:
    """The same of a packet, whose name is two capitals, and whose size takes seven bits a byte."""
    if not head[:2].isalpha() or not head[:2].isupper():
        return 0
    size = 0
    for length, byte in enumerate(head[2:11], 3):
        size = size << 7 | byte & 0x7F
        if byte < 0x80:
            return size if size >= length else 0
    return 0


def _mpeg_frame(head: bytes) -> int:
    """The same of a frame of MPEG audio; 0 also where its rate is free."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bits in (0, 15) or rate == 3:
        return 0
    per_second = _KBITS[1 if version == 3 else 2, layer][bits] * 1000
    if layer == 1:
        return (12 * per_second // _RATES[version][rate] + padding) * 4
    samples = 72 if layer == 3 and version != 3 else 144
    return samples * per_second // _RATES[version][rate] + padding


def _end_of_monkeys(source: BinaryIO, start: int, stop: int) -> int | None:
    """The sum of all parts that the descriptor names, of 3.98 and later."""
    head = _read(source, start, min(stop, start + 36))
    if len(head) < 36 or int.from_bytes(head[4:6], "little") < 3980:
        return None
    sizes = [int.from_bytes(head[at : at + 4], "little") for at in range(8, 36, 4)]
    end = start + sum(sizes) + sizes[5] * ((1 << 32) - 1)  # the sixth is the upper half of a number
    return end if end <= stop else None


def _before_many_zeros(source: BinaryIO, start: int, stop: int) -> int | None:
    """The place before the zeros at the end, if they are too many to belong to the sound."""
    place = stop
    while place > start:
        low = max(start, place - _STEP)
        rest = _read(source, low, place).rstrip(b"\0")
        place = low + len(rest)
        if rest:
            break
    return place if stop - place >= _FEW else None


def _is_zero(source: BinaryIO, start: int, stop: int) -> bool:
    for place in range(start, stop, _STEP):
        if any(_read(source, place, min(stop, place + _STEP))):
            return False
    return True


def _read(source: BinaryIO, start: int, stop: int) -> bytes:
    source.seek(start)
    return source.read(max(0, stop - start))
