"""Packets of Musepack SV8: FFmpeg rounds the file's length to 1.7 s and misplaces seeks in it.

FFmpeg counts time in whole packets of usually 64 frames, takes the last for a full one, and gives
the second entry of the seek table a wrong time. Specification: Musepack Stream Version 8,
trac.musepack.net/musepack/wiki/SV8Specification.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.model.audio.headers import id3_end
from pacetag.model.audio.seven_bits import leading_number

_RATES = (44_100, 48_000, 37_800, 32_000)  # Hz
_FRAME = 1152  # samples
MOST = 1 << 18  # packets of a file; an hour has 2 200 of the usual size
_HEAD = 11  # bytes of a packet's key and size, at most
_ROUNDING = 1e-6  # packets, so that the start of a packet is in it
_STREAM_HEADER = 40  # bytes, at most


@dataclass(frozen=True, kw_only=True)
class MusepackPackets:
    """Where the sound lies in a file."""

    places: tuple[int, ...]  # byte at which each packet of sound begins, those that are all there
    samples: int  # of the whole song, as its header claims; 0 where it does not say
    block: int  # samples of each packet but the last
    rate: int  # Hz

    @property
    def seconds(self) -> float | None:
        """Length of the song as its header claims; None where it does not say."""
        return self.samples / self.rate if self.samples else None

    def start(self, number: int) -> float:
        """Seconds at which a packet begins."""
        return number * self.block / self.rate

    def start_of_byte(self, place: int) -> float:
        """Seconds at which the packet begins that holds a byte of the file."""
        return self.start(bisect_right(self.places, place) - 1)

    def place(self, seconds: float) -> int:
        """Byte of the file at which the packet begins that holds a moment."""
        number = int(max(0.0, seconds) * self.rate / self.block + _ROUNDING)
        return self.places[min(number, len(self.places) - 1)]


def read_packets(file: BinaryIO, size: int) -> MusepackPackets | None:
    """The packets of an open file of `size` bytes; None where it is not a whole SV8 file."""
    place = id3_end(file)
    if _at(file, place, 4) != b"MPCK":
        return None
    place += 4
    places: list[int] = []
    header = b""
    for _ in range(MOST):
        if place >= size:
            break
        head = _at(file, place, _HEAD)
        length, width = leading_number(head[2:])
        if head[:2] == b"SE" or length < 2 + width or place + length > size:
            break
        if head[:2] == b"SH":
            header = _at(file, place + 2 + width, _STREAM_HEADER)
        elif head[:2] == b"AP":
            places.append(place)
        place += length
    else:
        return None
    return _packets(header, places) if places else None


def _packets(header: bytes, places: list[int]) -> MusepackPackets | None:
    """Version 8: checksum, version, samples, silence at the start, rate and bands, block."""
    samples, width = leading_number(header[5:])
    _, more = leading_number(header[5 + width :])
    rest = header[5 + width + more :]
    if not width or not more or len(rest) < 2 or rest[0] >> 5 >= len(_RATES):
        return None
    return MusepackPackets(
        places=tuple(places),
        samples=samples,
        block=_FRAME << 2 * (rest[1] & 7),
        rate=_RATES[rest[0] >> 5],
    )


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)
