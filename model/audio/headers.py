"""What a container claims about its own length, where the decoders do not say."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pacetag.model.audio.seven_bits import from_sevens
from pacetag.model.errors import DecodeError

TOLERANCE = 1.0  # s that may be missing, since headers round
NEARLY_ALL = 0.9  # share of the claimed sound from which a file is a song, not a broken download
MP3_SEARCH = 1 << 16  # bytes after the ID3 tag in which the first frame must begin
ASF_SEARCH = 1 << 16  # bytes in which the properties of a file stand
ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
# Samples per second by version bits: MPEG 2.5, (reserved), 2, 1.
MP3_RATES = ((11_025, 12_000, 8_000), (), (22_050, 24_000, 16_000), (44_100, 48_000, 32_000))


def seconds_there(path: Path, present: float, claimed: float) -> float:
    """The duration of a song, if `present` of its `claimed` seconds can be decoded.

    Raises DecodeError where too much is missing.
    """
    if present >= claimed - TOLERANCE:
        return claimed
    if present >= NEARLY_ALL * claimed:
        return present
    reason = f"cut off: {present:.0f} of its {claimed:.0f} s are there, and nine tenths must be"
    raise DecodeError(path, reason)


@dataclass(frozen=True, kw_only=True)
class Xing:
    """What an MP3's Xing, Info or VBRI header claims."""

    seconds: float
    size: int  # bytes from its own frame on; 0 where it does not say
    start: int  # place of its own frame


def xing_seconds(file: BinaryIO) -> float | None:
    """Length in seconds that an MP3's Xing, Info or VBRI header claims; None without one.

    Such a header is the only place where an MP3 says how long it is.
    """
    found = xing(file)
    return None if found is None else found.seconds


def xing(file: BinaryIO) -> Xing | None:
    """The header in the first frame of an MP3; None without one."""
    file.seek(0)
    start = id3_size(file.read(10))
    file.seek(start)
    data = file.read(MP3_SEARCH)
    for at in range(len(data) - 200):
        if data[at] == 0xFF and data[at + 1] >= 0xE0:
            version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
            bit_rate, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
            if version != 1 and layer == 1 and 0 < bit_rate < 15 and rate < 3:
                return _promise(data[at : at + 200], start + at, version, MP3_RATES[version][rate])
    return None


def _promise(frame: bytes, start: int, version: int, rate: int) -> Xing | None:
    mono = frame[3] >> 6 == 3
    side_info = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    at, samples = 4 + side_info, 1152 if version == 3 else 576
    frames, size = None, 0
    if frame[at : at + 4] in (b"Xing", b"Info") and frame[at + 7] & 1:
        frames, size = struct.unpack_from(">II", frame, at + 8)
        size = size if frame[at + 7] & 2 else 0
    elif frame[36:40] == b"VBRI":
        size, frames = struct.unpack_from(">II", frame, 36 + 10)
    if frames is None:
        return None
    return Xing(seconds=frames * samples / rate, size=size, start=start)


def asf_seconds(file: BinaryIO, start: int) -> float | None:
    """Length in seconds that the header of a WMA file claims; None where it says nothing.

    Where less is there, FFmpeg ignores it and goes by the bit rate.
    """
    file.seek(start)
    head = file.read(ASF_SEARCH)
    place = head.find(ASF_PROPERTIES)
    if place < 0 or len(head) < place + 88:
        return None
    ticks, _, preroll = struct.unpack_from("<QQQ", head, place + 64)  # of 100 ns; ms
    seconds = float(ticks / 1e7 - preroll / 1e3)
    return seconds if seconds > 0 else None


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten; 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + from_sevens(head[6:10]) + (10 if head[5] & 0x10 else 0)


def id3_end(file: BinaryIO) -> int:
    """The place behind the ID3v2 tags at the head of a file; 0 without one."""
    place, size = 0, -1
    while size:
        file.seek(place)
        size = id3_size(file.read(10))
        place += size
    return place
