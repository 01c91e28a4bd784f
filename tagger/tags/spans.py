"""Where the sound lies in a file that has nothing but tags around it: MPEG, APE, WavPack, FLAC."""

import io
from typing import BinaryIO

Span = tuple[int, int]  # first byte, and the byte after the last


def between_tags(source: BinaryIO) -> Span:
    """The span between the tags at the head and those at the end, whichever there are."""
    start = after_id3(source)
    return start, max(start, _before_trailers(source, start))


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


def _before_trailers(source: BinaryIO, start: int) -> int:
    stop = source.seek(0, io.SEEK_END)
    while stop > start:
        size = _trailer(source, start, stop)
        if not 0 < size <= stop - start:
            break
        stop -= size
    return stop


def _trailer(source: BinaryIO, start: int, stop: int) -> int:
    """Bytes of the tag that ends at stop; 0 where none does."""
    source.seek(max(start, stop - 5200))  # Lyrics3v1 has no size, but is 5 100 bytes at most
    tail = source.read(min(5200, stop - start))
    # APEv2 first: its preamble holds "TAG", which at the right distance looks like ID3v1.
    if tail[-32:-24] == b"APETAGEX":
        size, flags = (int.from_bytes(tail[at : at + 4], "little") for at in (-20, -12))
        return size + (32 if flags >> 31 else 0)
    if tail[-128:-125] == b"TAG":
        return 128 + (227 if tail[-355:-351] == b"TAG+" else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return 15 + int(tail[-15:-9])
    if tail.endswith(b"LYRICSEND"):
        begin = tail.rfind(b"LYRICSBEGIN")
        return len(tail) - begin if begin >= 0 else 0
    if tail[-10:-7] == b"3DI":  # ID3v2.4 may stand at the end
        return 20 + _synchsafe(tail[-4:])
    return 0


def _synchsafe(field: bytes) -> int:
    size = 0
    for byte in field:
        size = size << 7 | byte & 0x7F
    return size
