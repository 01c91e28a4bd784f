"""Matroska (MKA): title, artist, album, genre, date and length, read and never written.

Specification: RFC 9559 (2024), and its companion on tags.
"""

import io
import math
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.tagger.tags.errors import LayoutError

_SEGMENT, _INFO, _TAGS, _TAG = 0x18538067, 0x1549A966, 0x1254C367, 0x7373
_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_PLACE = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_TITLE, _DURATION, _SCALE = 0x7BA9, 0x4489, 0x2AD7B1
_TARGETS, _LEVEL, _SIMPLE, _NAME, _TEXT = 0x63C0, 0x68CA, 0x67C8, 0x45A3, 0x4487
_OF_TRACK = 0x63C5
_OF_PARTS = (0x63C9, 0x63C4, 0x63C6)  # editions, chapters, attachments
_ALBUM, _SONG = 50, 30  # levels of targets
_LARGEST = 1 << 20  # bytes of a list of tags that is read
_LONGEST = 1 << 16  # bytes of a text
_MOST = 100_000  # elements that are looked at


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Title, artist, album, genre, album artist and date, by these names."""

    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Length:
    """The length of a file."""

    length: float | None  # seconds


class Matroska:
    """A Matroska file, with the attributes of mutagen's classes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._end = source, source.seek(0, io.SEEK_END)
        self._said: dict[tuple[int, str], str] = {}  # level and name: value
        self._title, self._duration, self._scale = "", 0.0, 1_000_000.0
        self._seen: set[int] = set()  # places of what was read
        with suppress(LayoutError):  # what was found before the damage
            self._read_file()
        seconds = self._duration * self._scale / 1e9
        self.info = Length(length=seconds if 0 < seconds < math.inf else None)
        self.tags = Texts(values={name: text for name, text in self._fields() if text})

    def _fields(self) -> Iterator[tuple[str, str]]:
        """The fields; few programs write the level that tells a song's title from the album's."""
        of_song, of_album = self._of("TITLE", _SONG), self._of("TITLE", _ALBUM)
        yield "title", of_song or self._title or of_album
        yield "artist", self._any("ARTIST", "LEAD_PERFORMER", "PERFORMER")
        yield "album", self._any("ALBUM") or (of_album if of_song else "")
        yield "genre", self._any("GENRE")
        yield "album artist", self._any("ALBUM_ARTIST", "ALBUMARTIST")
        yield "date", self._any("DATE_RELEASED", "DATE_RECORDED", "DATE", "YEAR")

    def _of(self, name: str, level: int) -> str:
        return self._said.get((level, name), "")

    def _any(self, *names: str) -> str:
        found = (self._of(name, level) for name in names for level in (_SONG, _ALBUM))
        return next((text for text in found if text), "")

    def _read_file(self) -> None:
        for name, start, stop in self._elements(0, self._end):
            if name == _SEGMENT:
                self._read_segment(start, stop)
                return

    def _read_segment(self, segment: int, stop: int) -> None:
        for name, start, after in self._elements(segment, stop):
            if name == _SEEK_HEAD:
                self._follow(segment, start, after)
            else:
                self._read_part(name, start, after)

    def _follow(self, segment: int, start: int, stop: int) -> None:
        """Read what the seek head points at, since tags may lie behind the sound."""
        for name, begin, after in self._elements(start, stop):
            if name == _SEEK:
                held = dict(self._values(begin, after))
                place = segment + int.from_bytes(held.get(_SEEK_PLACE, b""))
                wanted = int.from_bytes(held.get(_SEEK_ID, b""))
                if wanted in (_INFO, _TAGS) and segment < place < self._end:
                    for found in self._elements(place, self._end):
                        if found[0] == wanted:
                            self._read_part(*found)
                        break

    def _read_part(self, name: int, start: int, stop: int) -> None:
        if start in self._seen or stop - start > _LARGEST:
            return
        self._seen.add(start)
        if name == _INFO:
            self._read_info(dict(self._values(start, stop)))
        elif name == _TAGS:
            for tag, begin, after in self._elements(start, stop):
                if tag == _TAG:
                    self._read_tag(begin, after)

    def _read_info(self, held: dict[int, bytes]) -> None:
        self._title = _text(held.get(_TITLE, b""))
        duration = held.get(_DURATION, b"")
        if len(duration) in (4, 8):
            (self._duration,) = struct.unpack(">f" if len(duration) == 4 else ">d", duration)
        self._scale = float(int.from_bytes(held.get(_SCALE, b"")) or 1_000_000)

    def _read_tag(self, start: int, stop: int) -> None:
        level = _ALBUM
        for name, begin, after in self._elements(start, stop):
            if name == _TARGETS:
                held = dict(self._values(begin, after))
                if any(int.from_bytes(held.get(part, b"")) for part in _OF_PARTS):
                    return
                said = int.from_bytes(held.get(_LEVEL, b"")) or _ALBUM
                level = _SONG if said < _ALBUM or held.get(_OF_TRACK) else _ALBUM
            elif name == _SIMPLE:
                held = dict(self._values(begin, after))
                key = level, _text(held.get(_NAME, b"")).upper()
                self._said.setdefault(key, _text(held.get(_TEXT, b"")))

    def _values(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Names and contents of the elements, except long ones."""
        for name, begin, after in self._elements(start, stop):
            if after - begin <= _LONGEST:
                self._source.seek(begin)
                yield name, self._source.read(after - begin)

    def _elements(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Name, start and end of the content of each element between two places."""
        for _ in range(_MOST):
            if start >= stop:
                return
            self._source.seek(start)
            head = self._source.read(12)
            name, width = _number(head, keep=True)
            size, more = _number(head[width:], keep=False)
            begin = start + width + more
            unknown = size == (1 << 7 * more) - 1
            if unknown and name != _SEGMENT:  # as live streams have it
                return
            start = self._end if unknown else begin + size
            yield name, begin, min(start, stop)


def _number(head: bytes, *, keep: bool) -> tuple[int, int]:
    """A number whose first bits tell its width in bytes, and that width; `keep` keeps the bits."""
    width = 9 - head[0].bit_length() if head and head[0] else 0
    if not 1 <= width <= 8 or len(head) < width:
        raise LayoutError("its Matroska elements are damaged")
    value = int.from_bytes(head[:width])
    return (value if keep else value & (1 << 7 * width) - 1), width


def _text(held: bytes) -> str:
    return held.partition(b"\0")[0].decode("utf-8", "replace").strip()
