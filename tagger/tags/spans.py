"""Where the sound lies in a file that has nothing but tags around it: MPEG, APE, WavPack, FLAC."""

import io
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.tagger.tags.errors import LayoutError

Span = tuple[int, int]  # first byte, and the byte after the last
APE = "APE"  # kind of a trailer


@dataclass(frozen=True, kw_only=True, slots=True)
class Trailer:
    """A tag at the end of a file, behind the sound."""

    kind: str
    start: int  # place of its first byte
    stop: int  # place after it


def between_tags(source: BinaryIO) -> Span:
    """The span between the tags at the head and those at the end, whichever there are."""
    start = after_id3(source)
    found = trailers(source, start)
    return start, found[-1].start if found else max(start, source.seek(0, io.SEEK_END))


def after_id3(source: BinaryIO) -> int:
    """The place behind every ID3v2 tag at the head; 0 where there is none."""
    place = 0
    while True:
        source.seek(place)
        head = source.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:]):
            return place
        footer = 10 if head[3] == 4 and head[5] & 0x10 else 0
        place += 10 + _synchsafe(head[6:]) + footer


def trailers(source: BinaryIO, start: int) -> list[Trailer]:
    """The tags at the end, none of which begins before `start`; the last one first."""
    found: list[Trailer] = []
    stop = source.seek(0, io.SEEK_END)
    while stop > start:
        kind, size = _trailer(source, start, stop)
        if not 0 < size <= stop - start:
            break
        found.append(Trailer(kind=kind, start=stop - size, stop=stop))
        stop -= size
    return found


def _trailer(source: BinaryIO, start: int, stop: int) -> tuple[str, int]:
    """Kind and bytes of the tag that ends at stop; 0 bytes where none does."""
    source.seek(max(start, stop - 5200))  # Lyrics3v1 has no size, but is 5 100 bytes at most
    tail = source.read(min(5200, stop - start))
    # APEv2 first: its preamble holds "TAG", which at the right distance looks like ID3v1.
    if tail[-32:-24] == b"APETAGEX":
        size, flags = (int.from_bytes(tail[at : at + 4], "little") for at in (-20, -12))
        return APE, size + (32 if flags >> 31 else 0)
    if tail[-128:-125] == b"TAG":
        return "ID3v1", 128 + (227 if tail[-355:-351] == b"TAG+" else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return "Lyrics3v2", 15 + int(tail[-15:-9])
    if tail.endswith(b"LYRICSEND"):
        begin = tail.rfind(b"LYRICSBEGIN")
        return "Lyrics3v1", len(tail) - begin if begin >= 0 else 0
    if tail[-10:-7] == b"3DI":  # ID3v2.4 may stand at the end
        return "ID3v2", 20 + _synchsafe(tail[-4:])
    return "", 0


def _synchsafe(field: bytes) -> int:
    size = 0
    for byte in field:
        size = size << 7 | byte & 0x7F
    return size


def dsf_sound(source: BinaryIO) -> Span:
    """The samples of a DSF file, whose data chunk is the third. Raises LayoutError."""
    end, place = source.seek(0, io.SEEK_END), 0
    for name in (b"DSD ", b"fmt ", b"data"):
        source.seek(place)
        head = source.read(12)
        size = int.from_bytes(head[4:], "little")
        if head[:4] != name or size < 12 or place + size > end:
            raise LayoutError("its DSF header is damaged")
        start, place = place + 12, place + size
    return start, place
