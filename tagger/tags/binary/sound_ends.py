"""Where sound begins and ends by its own headers, to tell it from tags and zeros around it.

Programs that shorten a tag at the end of a file may leave zeros before it, and others pad files
with them. Specifications: WavPack 4 & 5 Binary File / Block Format (2020),
Musepack Stream Version 8, and Monkey's Audio's own APEInfo.h (3.98 and later).
"""

import re
from collections.abc import Callable
from typing import BinaryIO

from pacetag.model.audio.mpeg_frames import frame_size
from pacetag.model.audio.seven_bits import leading_number

_STEP = 1 << 16  # bytes read at once
_FEW = 64  # zeros; frames of FLAC and Musepack 7 never end with so many
_TAKEN_IN = 1 << 12  # bytes at a tag's end in which sound is looked for
_SURE = 4  # frames in a row that cannot be chance
_SYNC = re.compile(rb"\xff[\xe0-\xff]")


def sound_end(source: BinaryIO, start: int, stop: int) -> int:
    """Where the sound between two places ends: at the second, or before zeros that precede it."""
    head = read_span(source, start, min(stop, start + 4))
    if head == b"wvpk":
        return _walked(source, start, stop, _wavpack_block) or stop
    if stop <= start or any(read_span(source, stop - 1, stop)):
        return stop
    end = _own_end(source, start, stop, head)
    return end if end is not None and _is_zero(source, end, stop) else stop


def early_start(source: BinaryIO, place: int) -> int:
    """Where MPEG audio begins, if a tag with a wrong size covers its first bytes.

    The given place, behind the tag, if a frame begins there, or no earlier one leads on.
    """
    if frame_size(read_span(source, place, place + 4)):
        return place
    low = max(0, place - _TAKEN_IN)
    for found in _SYNC.finditer(read_span(source, low, place + 1)):
        if _leads_beyond(source, low + found.start(), place):
            return low + found.start()
    return place


def _leads_beyond(source: BinaryIO, start: int, place: int) -> bool:
    """Whether frames of MPEG audio follow each other from start to beyond a place."""
    beyond = 0
    while beyond < _SURE:
        size = frame_size(read_span(source, start, start + 4))
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
    if frame_size(head):
        return _walked(source, start, stop, frame_size)
    return None


def _walked(source: BinaryIO, start: int, stop: int, size_of: Callable[[bytes], int]) -> int | None:
    """The place after the last of the pieces in a row from start on; None if one is cut off."""
    place, data, at = start, b"", start
    while place < stop:
        if place + 16 > at + len(data):
            data, at = read_span(source, place, min(stop, place + _STEP)), place
        size = size_of(data[place - at : place - at + 16])
        if not size:
            return place if place > start else None
        place += size
    return place if place == stop else None


def _wavpack_block(head: bytes) -> int:
    """Bytes of the WavPack block that begins with `head`; 0 if it is none."""
    size = 8 + int.from_bytes(head[4:8], "little")
    return size if head.startswith(b"wvpk") and size >= 32 else 0


def _musepack_packet(head: bytes) -> int:
    """Bytes of the Musepack packet that begins with `head`: two capitals, then its size."""
    if not head[:2].isalpha() or not head[:2].isupper():
        return 0
    size, width = leading_number(head[2:11])
    return size if size >= 2 + width else 0


def _end_of_monkeys(source: BinaryIO, start: int, stop: int) -> int | None:
    """The end by the sizes in the descriptor, which versions from 3.98 on have."""
    head = read_span(source, start, min(stop, start + 36))
    if len(head) < 36 or int.from_bytes(head[4:6], "little") < 3980:
        return None
    sizes = [int.from_bytes(head[at : at + 4], "little") for at in range(8, 36, 4)]
    end = start + sum(sizes) + sizes[5] * ((1 << 32) - 1)  # the sixth is the upper half of a number
    return end if end <= stop else None


def _before_many_zeros(source: BinaryIO, start: int, stop: int) -> int | None:
    """The place before the zeros at the end, if there are too many to belong to the sound."""
    place = before_zeros(source, start, stop)
    return place if stop - place >= _FEW else None


def before_zeros(source: BinaryIO, start: int, stop: int) -> int:
    """The place after the last non-zero byte between two places; `start` if there is none."""
    place = stop
    while place > start:
        low = max(start, place - _STEP)
        rest = read_span(source, low, place).rstrip(b"\0")
        place = low + len(rest)
        if rest:
            break
    return place


def _is_zero(source: BinaryIO, start: int, stop: int) -> bool:
    for place in range(start, stop, _STEP):
        if any(read_span(source, place, min(stop, place + _STEP))):
            return False
    return True


def read_span(source: BinaryIO, start: int, stop: int) -> bytes:
    """The bytes between two places, as far as the file has them."""
    source.seek(start)
    return source.read(max(0, stop - start))
