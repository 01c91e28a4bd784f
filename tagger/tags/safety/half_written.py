"""Tells whether a song is half old and half new, as an interrupted write leaves it."""

import base64
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pacetag.tagger.tags.safety.disk import read_at
from pacetag.tagger.tags.safety.in_place import is_mixture

_STEP = 1 << 20  # bytes read at once
_SECTOR = 512  # bytes that a disk writes as one
_SUM = 4  # bytes of a sum
_MOST = 1 << 30  # bytes of a content with sums, which take a hundredth of it in the journal


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Checksums of a content, sector by sector, to recognise it by after it is lost."""

    size: int  # bytes of the content
    sums: bytes  # CRC-32 of each sector

    @classmethod
    def of(cls, descriptor: int) -> Self:
        """The sums of an open file; of one above 1 GiB its size alone."""
        found = bytearray()
        size = os.fstat(descriptor).st_size
        for place in range(0, size if size <= _MOST else 0, _STEP):
            part = read_at(descriptor, place, _STEP)
            for at in range(0, len(part), _SECTOR):
                found += _sum(part[at : at + _SECTOR])
        return cls(size=size, sums=bytes(found))

    def record(self) -> dict[str, Any]:
        """The sums for a journal's record."""
        return {"size": self.size, "sums": base64.b64encode(self.sums).decode("ascii")}

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """The sums of a journal's record. Raises ValueError, KeyError or TypeError."""
        return cls(size=int(record["size"]), sums=base64.b64decode(record["sums"]))

    def know(self, place: int, sector: bytes) -> bool:
        """Whether the content has this sector at a place."""
        at = place // _SECTOR * _SUM
        return self.sums[at : at + _SUM] == _sum(sector)


NO_SUMS = Sums(size=0, sums=b"")


class Mixture:
    """Searches a song for sectors that belong to neither its old nor its new content.

    A sector may be the old one, the new one (by its sum, if the new content is lost), a mixture of
    both byte by byte, or all zeros, as a power cut leaves it. If the new content is lost, one
    sector may be half new: the one in which a write from front to back stopped.
    """

    def __init__(self, song: int, old: int, new: int | None, sums: Sums) -> None:
        self._song, self._old, self._new, self._sums = song, old, new, sums
        self._in_new = False  # whether the last sector that differs between the two was new
        self._met_new = False  # whether any was
        self._stopped = False  # whether the half new one was met

    def holds(self) -> bool:
        """Whether every sector of the song belongs to one of the two."""
        size = os.fstat(self._song).st_size
        return size <= self._longest() and all(
            self._part_is_known(place) for place in range(0, size, _STEP)
        )

    def _longest(self) -> int:
        files = [self._old] if self._new is None else [self._old, self._new]
        return max(self._sums.size, *(os.fstat(each).st_size for each in files))

    def _part_is_known(self, place: int) -> bool:
        part = read_at(self._song, place, _STEP)
        before = read_at(self._old, place, len(part))
        after = b"" if self._new is None else read_at(self._new, place, len(part))
        if part == before:
            self._in_new = self._in_new and part == after
            return True
        if part == after:
            self._in_new = self._met_new = True
            return not self._stopped
        return all(
            self._is_known(place + at, *(each[at : at + _SECTOR] for each in (part, before, after)))
            for at in range(0, len(part), _SECTOR)
        )

    def _is_known(self, place: int, sector: bytes, before: bytes, after: bytes) -> bool:
        is_old = sector == before
        if sector == after or self._sums.know(place, sector):
            self._in_new = self._in_new or not is_old
            self._met_new = self._met_new or not is_old
            return is_old or not self._stopped
        if is_old or not any(sector):
            self._in_new = False
            return True
        # Without the new content, single zero bytes would pass for new ones.
        if after and is_mixture(sector, *(_as_long(sector, each) for each in (before, after))):
            return True
        return self._stops_here(place, sector, before)

    def _stops_here(self, place: int, sector: bytes, before: bytes) -> bool:
        """Whether the write may have stopped in this sector: its end is old, or the song is cut."""
        cut = len(sector) < _SECTOR and place + len(sector) < self._sums.size
        stopped_here = self._in_new and sector[-1:] == before[-1:]
        allowed = not self._stopped and (stopped_here or (cut and self._met_new))
        self._stopped, self._in_new = True, False
        return allowed


def _as_long(sector: bytes, other: bytes) -> bytes:
    """The other sector, padded with zeros to the same length."""
    return other.ljust(len(sector), b"\0")


def _sum(sector: bytes) -> bytes:
    return zlib.crc32(sector).to_bytes(_SUM, "big")
