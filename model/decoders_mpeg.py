"""How an MP3 ends: with a whole frame, or in the middle of one, as a download that broke off."""

from typing import BinaryIO

from pacetag.model.decoders_headers import MP3_RATES, TOLERANCE, xing

_TAIL = 1 << 13  # bytes in which the last frame lies; the largest takes 1 441
_KBPS = (  # by the code of the bit rate: MPEG 2 and 2.5, MPEG 1
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)


def is_mp3_broken_off(file: BinaryIO, stop: int) -> bool:
    """Whether more than a second of what an MP3 promises is missing, and its last frame is cut.

    Its sound ends before `stop`. Of a file that promises nothing nobody can tell.
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
    return not any(at + _size(tail[at : at + 4]) == len(tail) for at in range(len(tail) - 4))


def _size(head: bytes) -> int:
    """Bytes of the frame of layer III that begins so; 0 where none does."""
    if head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or bit_rate == 15 or rate == 3:
        return 0
    newer = version == 3
    return (144 if newer else 72) * _KBPS[newer][bit_rate] * 1000 // MP3_RATES[version][
        rate
    ] + padding
