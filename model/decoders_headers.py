"""What a container says about its own length, where the decoders do not tell."""

import struct
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from pacetag.model.errors import DecodeError

OGG_PAGE_HEADER = 27  # bytes before the segment table
OGG_LARGEST_PAGE = OGG_PAGE_HEADER + 255 + 255 * 255  # bytes
MP3_SEARCH = 1 << 16  # bytes after the ID3 tag in which the first frame must begin
# Samples per second by version bits: MPEG 2.5, (reserved), 2, 1.
MP3_RATES = ((11_025, 12_000, 8_000), (), (22_050, 24_000, 16_000), (44_100, 48_000, 32_000))


def cut_off(path: Path, present: float, claimed: float) -> DecodeError:
    """Build the error of a file that ends early: `present` of `claimed` seconds are there."""
    return DecodeError(path, f"cut off: {present:.0f} of its {claimed:.0f} s are there")


def check_ogg_end(path: Path, file: BinaryIO) -> None:
    """Raise DecodeError if the last Ogg page is not all there (RFC 3533, section 6)."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - 2 * OGG_LARGEST_PAGE))
    tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    table = page[OGG_PAGE_HEADER:]
    if len(page) >= OGG_PAGE_HEADER:
        segments = page[OGG_PAGE_HEADER - 1]
        if len(table) >= segments + sum(table[:segments]):
            return
    raise DecodeError(path, "cut off: its last Ogg page is incomplete")


def xing_seconds(file: BinaryIO) -> float | None:
    """Length in seconds that an MP3's Xing, Info or VBRI header claims; None without one.

    Such a header is the only place where an MP3 says how long it is.
    """
    file.seek(0)
    file.seek(id3_size(file.read(10)))
    data = file.read(MP3_SEARCH)
    for at in range(len(data) - 200):
        if data[at] == 0xFF and data[at + 1] >= 0xE0:
            version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
            bit_rate, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
            if version != 1 and layer == 1 and 0 < bit_rate < 15 and rate < 3:
                frames = _claimed_frames(data[at : at + 200], version)
                samples = 1152 if version == 3 else 576
                return None if frames is None else frames * samples / MP3_RATES[version][rate]
    return None


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten; 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F  # seven bits a byte, so that no tag looks like a frame
    return 10 + size + (10 if head[5] & 0x10 else 0)


def id3_end(file: BinaryIO) -> int:
    """The place behind the ID3v2 tags at the head of a file; 0 without one."""
    place, size = 0, -1
    while size:
        file.seek(place)
        size = id3_size(file.read(10))
        place += size
    return place


def _claimed_frames(frame: bytes, version: int) -> int | None:
    mono = frame[3] >> 6 == 3
    side_info = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    at = 4 + side_info
    if frame[at : at + 4] in (b"Xing", b"Info") and frame[at + 7] & 1:
        return int(struct.unpack_from(">I", frame, at + 8)[0])
    if frame[36:40] == b"VBRI":
        return int(struct.unpack_from(">I", frame, 36 + 14)[0])
    return None
