"""Refuse ID3 tags that would unpack to gigabytes: FFmpeg unpacks every tag that it meets."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pacetag.model.audio.seven_bits import from_sevens
from pacetag.model.errors import DecodeError

MOST = 64 << 20  # bytes to which one frame may unpack; a picture takes a few million
_NAME = re.compile(rb"[A-Z][A-Z0-9]{3}")
_PACKED = {3: 0x80, 4: 0x09}  # version: flags of frames that are packed and give their length


def check_id3(path: Path, file: BinaryIO) -> None:
    """Raise DecodeError where a packed frame claims too much. Raises OSError."""
    for place in _tags(file):
        if _claims_too_much(file, place):
            raise DecodeError(path, "its ID3 tag would take gigabytes to read")


def _tags(file: BinaryIO) -> Iterator[int]:
    """Places of ID3 tags that FFmpeg reads: at the head, in a chunk, or where DSF points to."""
    head = _at(file, 0, 28)
    if head.startswith(b"ID3"):
        place = 0
        while _at(file, place, 3) == b"ID3":
            yield place
            place += 10 + from_sevens(_at(file, place + 6, 4))
    elif head.startswith(b"DSD "):
        yield int.from_bytes(head[20:28], "little") & 0x7FFF_FFFF_FFFF_FFFF
    elif head[:4] in (b"RIFF", b"RF64", b"FORM"):
        place = 12
        while len(chunk := _at(file, place, 8)) == 8:
            if chunk[:4].lower() == b"id3 ":
                yield place + 8
            size = int.from_bytes(chunk[4:], "big" if head.startswith(b"FORM") else "little")
            place += 8 + size + size % 2


def _claims_too_much(file: BinaryIO, place: int) -> bool:
    head = _at(file, place, 10)
    if head[:3] != b"ID3" or len(head) < 10 or head[3] not in _PACKED:
        return False
    packed = _PACKED[head[3]]
    stop = place + 10 + from_sevens(head[6:])
    place += 10
    while place + 14 <= stop:
        frame = _at(file, place, 14)
        if len(frame) < 14 or not _NAME.fullmatch(frame[:4]):  # padding, or no frames at all
            return False
        if frame[9] & packed == packed and int.from_bytes(frame[10:]) > MOST:
            return True
        place += 10 + (from_sevens(frame[4:8]) if head[3] == 4 else int.from_bytes(frame[4:8]))
    return False


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    if place >= file.seek(0, io.SEEK_END):  # some places are beyond what a system can seek
        return b""
    file.seek(place)
    return file.read(size)
