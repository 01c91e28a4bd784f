"""Frames of MPEG audio: how long one is, and whether an MP3 ends with a whole one.

Specification: ISO 11172-3 (1993), ISO 13818-3 (1998).
"""

from collections.abc import Collection
from typing import BinaryIO

from pacetag.model.audio.headers import MP3_RATES, TOLERANCE, xing

_TAIL = 1 << 13  # bytes in which the last frame lies; the largest takes 1 441
_KBITS = {  # kbit/s by the index in a header: MPEG 1 layers I to III, MPEG 2 layers I, II and III
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def is_mp3_broken_off(file: BinaryIO, stop: int) -> bool:
    """Whether more than a second of the claimed length is missing, and the last frame is cut.

    Its sound ends before `stop`. False for a file that claims no length.
    """
    promise = xing(file)
    if promise is None or not promise.size or promise.seconds <= TOLERANCE:
        return False
    missing = promise.size - (stop - promise.start)
    if missing * promise.seconds <= TOLERANCE * promise.size:
        return False
    begin = max(promise.start, stop - _TAIL)
    file.seek(begin)
    tail = file.read(max(0, stop - begin))
    return not any(
        at + frame_size(tail[at : at + 4], (3,)) == len(tail) for at in range(len(tail) - 4)
    )


def frame_size(head: bytes, layers: Collection[int] = (1, 2, 3)) -> int:
    """Bytes of the MPEG audio frame, of one of these layers, with this header.

    0 where it is not one, and where its bit rate is free.
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer not in layers or bits in (0, 15) or rate == 3:
        return 0
    per_second = _KBITS[1 if version == 3 else 2, layer][bits] * 1000
    if layer == 1:
        return (12 * per_second // MP3_RATES[version][rate] + padding) * 4
    samples = 72 if layer == 3 and version != 3 else 144
    return samples * per_second // MP3_RATES[version][rate] + padding
