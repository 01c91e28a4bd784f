"""Where the sound lies in files with nothing but tags around it: MPEG, APE, WavPack, FLAC."""

import io
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.model.audio.seven_bits import from_sevens
from pacetag.tagger.tags.binary.sound_ends import before_zeros, early_start, read_span, sound_end

Span = tuple[int, int]  # first byte, and the byte after the last
# Kinds of trailers.
APE, ID3V1, ID3V2, LYRICS, ZEROS = "APE", "ID3v1", "ID3v2", "Lyrics3v2", "zeros"

APE_FRAME = 32  # bytes of an APE tag's header, and of its footer
APE_PREAMBLE = b"APETAGEX"
_IS_HEADER = 0x20  # in the last byte of the flags
_STEP = 1 << 16  # bytes read at once
_NEAR = 1 << 20  # bytes searched for an APE tag whose footer gives a wrong size
_MOST = 64  # tags searched for at either end; songs have four at most


@dataclass(frozen=True, kw_only=True, slots=True)
class Trailer:
    """A tag at the end of a file, behind the sound, or zeros behind one."""

    kind: str
    start: int  # place of its first byte
    stop: int  # place after it
    body: int = 0  # of an APE tag: place of its items


def between_tags(source: BinaryIO) -> Span:
    """The span between all tags at the head and all tags at the end.

    Zeros between tags and sound are left out, if the sound's own end is known.
    """
    start = _sound_start(source)
    found = trailers(source, start)
    stop = found[-1].start if found else max(start, source.seek(0, io.SEEK_END))
    return start, sound_end(source, start, stop)


def _sound_start(source: BinaryIO) -> int:
    """The place after all ID3v2 tags and zeros at the head, since no sound begins with zeros.

    A tag that overstates its size hides no sound.
    """
    place, end = after_id3(source), source.seek(0, io.SEEK_END)
    for _ in range(_MOST):
        early = early_start(source, place) if place else 0
        sound = past_zeros(source, place, end)
        if sound == end or early < place:
            return early
        place = after_id3(source, sound)
        if place == sound:
            break
    return place


def after_id3(source: BinaryIO, place: int = 0) -> int:
    """The place after all ID3v2 tags that begin at a place; the place itself if none does."""
    while True:
        source.seek(place)
        head = source.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:]):
            return place
        place += 10 + from_sevens(head[6:])
        if head[3] == 4 and head[5] & 0x10 and read_span(source, place, place + 3) == b"3DI":
            place += 10


def past_zeros(source: BinaryIO, place: int, stop: int) -> int:
    """The place of the first non-zero byte between two places; `stop` if there is none."""
    at = place
    while data := read_span(source, at, min(at + _STEP, stop)):
        rest = data.lstrip(b"\0")
        if rest:
            return at + len(data) - len(rest)
        at += len(data)
    return stop


def trailers(source: BinaryIO, start: int) -> list[Trailer]:
    """The tags at the end that begin at `start` or later; the last one first."""
    found: list[Trailer] = []
    stop = source.seek(0, io.SEEK_END)
    while stop > start and len(found) < _MOST:
        each = _trailer(source, start, stop) or _zeros(source, start, stop)
        if each is None:
            break
        found.append(each)
        stop = each.start
    return found


def _trailer(source: BinaryIO, start: int, stop: int) -> Trailer | None:
    """The tag that ends at stop."""
    source.seek(max(start, stop - 5200))  # Lyrics3v1 has no size, but is 5 100 bytes at most
    tail = source.read(stop - source.tell())
    # APEv2 first: its preamble holds "TAG", which at the right distance looks like ID3v1.
    if tail[-APE_FRAME:-24] == APE_PREAMBLE:
        return _ape(source, start, stop, int.from_bytes(tail[-20:-16], "little"))
    kind, size = _kind_and_size(tail)
    if not 0 < size <= stop - start:
        return None
    return Trailer(kind=kind, start=stop - size, stop=stop)


def _kind_and_size(tail: bytes) -> tuple[str, int]:
    """Kind and size of the tag with which `tail` ends; 0 bytes if there is none."""
    if tail[-128:-125] == b"TAG":
        return ID3V1, 128 + (227 if tail[-355:-351] == b"TAG+" else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return LYRICS, 15 + int(tail[-15:-9])
    if tail.endswith(b"LYRICSEND"):
        begin = tail.rfind(b"LYRICSBEGIN")
        return "Lyrics3v1", len(tail) - begin if begin >= 0 else 0
    if tail[-10:-7] == b"3DI":  # ID3v2.4 may stand at the end
        return ID3V2, 20 + from_sevens(tail[-4:])
    return "", 0


def _ape(source: BinaryIO, start: int, stop: int, size: int) -> Trailer:
    """The APE tag whose footer ends at stop and gives this size, which may be wrong.

    The footer's flags do not tell whether there is a header, since some programs leave them as they
    were in a tag with one; so it is looked for.
    """
    body = stop - size
    fits = APE_FRAME <= size <= stop - start
    if fits and body - APE_FRAME >= start and _is_header(read_span(source, body - APE_FRAME, body)):
        return Trailer(kind=APE, start=body - APE_FRAME, stop=stop, body=body)
    before = max(start, stop - _NEAR)
    data = read_span(source, before, stop - APE_FRAME)
    place = data.rfind(APE_PREAMBLE)
    head = data[place : place + APE_FRAME]
    if place >= 0 and _is_header(head):
        own = before + place + APE_FRAME
        if own + int.from_bytes(head[12:16], "little") == stop:  # its own size leads to here
            return Trailer(kind=APE, start=own - APE_FRAME, stop=stop, body=own)
    if not fits:
        body = max(start, stop - APE_FRAME)
    return Trailer(kind=APE, start=body, stop=stop, body=body)


def _is_header(frame: bytes) -> bool:
    return (
        frame.startswith(APE_PREAMBLE) and len(frame) == APE_FRAME and bool(frame[23] & _IS_HEADER)
    )


def _zeros(source: BinaryIO, start: int, stop: int) -> Trailer | None:
    """The zeros that end at stop, if a tag precedes them, which may itself end with zeros."""
    place = before_zeros(source, start, stop)
    if place in (start, stop):
        return None
    most = min(stop, place + 128)  # an ID3v1 tag may hold nothing but zeros behind its name
    ends = range(place, most)
    end = next((each for each in ends if _trailer(source, start, each) is not None), None)
    return None if end is None else Trailer(kind=ZEROS, start=end, stop=stop)
