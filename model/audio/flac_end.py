"""Whether a FLAC file ends with a whole frame, as a program cuts it, or in the middle of one.

Where a program copied a part of a song frame by frame, the header still claims the whole song; only
a download that broke off ends in the middle of a frame. Specification: RFC 9639 (2024), section 9.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import BinaryIO

_INFO = 26  # bytes up to the number of samples in the first block
_SEARCH = 1 << 18  # bytes before the end in which the last frame begins
_LONGEST_HEAD = 16  # bytes of a frame's header with its checksum
_TRIES = 3  # what looks like a frame's header may lie in the last frame by chance
_SIZES = {1: 192, **{code: 144 << code for code in range(2, 6)}}
_SIZES |= {code: 1 << code for code in range(8, 16)}  # samples of a frame by their code
_SIZE_BEHIND = {6: 1, 7: 2}  # code: bytes behind the number of the frame that give its size, less 1
_RATE_BEHIND = {12: 1, 13: 2, 14: 2}  # code: bytes that give the rate


def is_broken_off(file: BinaryIO, start: int, stop: int) -> bool:
    """Whether more than a second of the claimed length is missing, and the last frame is cut.

    The FLAC marker is at `start`, and the sound ends before `stop`.
    """
    file.seek(start)
    info = file.read(_INFO)
    if len(info) < _INFO or not info.startswith(b"fLaC"):
        return False
    usual, numbers = int.from_bytes(info[8:10]), int.from_bytes(info[18:26])
    rate, promised = numbers >> 44, numbers & (1 << 36) - 1
    begin = max(start + _INFO, stop - _SEARCH)
    file.seek(begin)
    tail = file.read(max(0, stop - begin))
    found = list(islice(_last_frames(tail, usual), _TRIES))
    if found and promised - found[0][1] <= rate:
        return False
    return bool(promised) and all(_crc(tail[at:], 16, 0x8005) for at, _ in found)


def _last_frames(tail: bytes, usual: int) -> Iterator[tuple[int, int]]:
    """Places of what look like frames, and the sample at which each ends; the last one first."""
    at = len(tail)
    while (at := max(tail.rfind(mark, 0, at) for mark in (b"\xff\xf8", b"\xff\xf9"))) >= 0:
        end = _end_of_frame(tail[at : at + _LONGEST_HEAD], usual)
        if end is not None:
            yield at, end


def _end_of_frame(head: bytes, usual: int) -> int | None:
    """The sample after the frame with this header; None where it is not one."""
    if len(head) < _LONGEST_HEAD:
        head = head.ljust(_LONGEST_HEAD, b"\0")
    size_code, rate_code = head[2] >> 4, head[2] & 15
    number, place = _number(head)
    size = _SIZES.get(size_code, 0)
    if size_code in _SIZE_BEHIND:
        behind = place + _SIZE_BEHIND[size_code]
        size, place = int.from_bytes(head[place:behind]) + 1, behind
    place += _RATE_BEHIND.get(rate_code, 0)
    if not size or place >= len(head) or _crc(head[: place + 1], 8, 0x07):
        return None
    return (number if head[1] & 1 else number * usual) + size


def _number(head: bytes) -> tuple[int, int]:
    """The number of a frame or of its first sample, coded like UTF-8, and the place after it."""
    first = head[4]
    more = 0
    while more < 7 and first << more & 0x80:
        more += 1
    number, place = first & 0xFF >> more + 1, 4 + max(1, more)
    for byte in head[5:place]:
        number = number << 6 | byte & 0x3F
    return number, place


def _crc(data: bytes, width: int, polynomial: int) -> int:
    """The checksum of data; 0 where the data ends with its own checksum."""
    table = _table(width, polynomial)
    value, mask = 0, (1 << width) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> width - 8 ^ byte]
    return value


@cache
def _table(width: int, polynomial: int) -> tuple[int, ...]:
    found = []
    for value in range(256):
        value <<= width - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> width - 1 else 0)
            value &= (1 << width) - 1
        found.append(value)
    return tuple(found)
