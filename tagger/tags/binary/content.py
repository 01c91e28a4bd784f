"""Parts of a file as values: short ones as bytes, long ones as a place in the file and a digest.

So a picture of 100 MB is kept, compared and copied without being held in memory as a whole.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol

from pacetag.tagger.tags.errors import LayoutError

STEP = 1 << 20  # bytes read at once
SHORT = 1 << 12  # bytes up to which a part is compared byte by byte, and else by digest


class Readable(Protocol):
    """A source of the bytes of a stretch."""

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A part that stays in the file."""

    view: Readable = field(repr=False, compare=False)
    start: int  # in the view
    stop: int
    head: bytes  # how it begins, up to SHORT bytes
    digest: bytes  # over all of it

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Content:
    """Several parts one after the other."""

    parts: tuple[bytes | Stretch, ...]
    _stops: tuple[int, ...] = field(repr=False)  # place after each part

    def __len__(self) -> int:
        return self._stops[-1] if self._stops else 0

    def overlapping(self, start: int, stop: int) -> Iterator[tuple[int, bytes | Stretch]]:
        """The parts that hold any of the bytes between two places, and where each begins."""
        at = bisect_right(self._stops, start)
        while at < len(self.parts):
            place = self._stops[at] - len(self.parts[at])
            if place >= stop:
                return
            yield place, self.parts[at]
            at += 1


Data = bytes | Stretch | Content


def joined(*things: Data) -> bytes | Content:
    """The things one after the other: bytes if all of them are bytes, else a content."""
    parts: list[bytes | Stretch] = []
    for thing in things:
        parts += parts_of(thing)
    merged: list[bytes | Stretch] = []
    run: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            run.append(part)
        else:
            merged += [b"".join(run), part]
            run = []
    if not merged:
        return b"".join(run)
    return content_of(*merged, b"".join(run))


def content_of(*parts: bytes | Stretch) -> Content:
    """The parts one after the other, without empty ones."""
    some = tuple(part for part in parts if len(part))
    return Content(some, tuple(accumulate(map(len, some))))


def parts_of(data: Data) -> tuple[bytes | Stretch, ...]:
    """The single parts of the data."""
    return data.parts if isinstance(data, Content) else (data,)


def held(data: Data, start: int, stop: int) -> bytes:
    """The bytes between two places, as far as they are in memory; all of them, of bytes."""
    if isinstance(data, bytes):
        return data[start:stop]
    if isinstance(data, Stretch):
        return data.head[start:stop]
    found = b""
    for place, part in data.overlapping(start, stop):
        here = max(start, place)
        found += held(part, here - place, stop - place)
        if len(found) < min(stop, place + len(part)) - start:
            break
    return found


def cut(data: Data, start: int, stop: int) -> bytes | Content:
    """The data between two places. Raises LayoutError if one lies within a stretch."""
    if isinstance(data, bytes):
        return data[start:stop]
    if isinstance(data, Stretch):
        data = content_of(data)
    found: list[bytes | Stretch] = []
    for place, part in data.overlapping(start, stop):
        low, high = max(start - place, 0), min(stop - place, len(part))
        if isinstance(part, bytes):
            found.append(part[low:high])
        elif (low, high) == (0, len(part)):
            found.append(part)
        else:
            raise LayoutError("its tags are damaged (one reaches into another)")
    return joined(*found)


def kept_form(data: Data) -> bytes:
    """A short form of the data, as bytes; only equal data has equal forms.

    Data that is read as one part has the same form whether it is held in memory or not.
    """
    if isinstance(data, Content):
        return b"".join(map(kept_form, data.parts))
    if len(data) <= SHORT:
        return data if isinstance(data, bytes) else data.head
    digest = data.digest if isinstance(data, Stretch) else digest_of(data)
    return b"%d bytes: %b" % (len(data), digest)


def digest_of(data: bytes) -> bytes:
    """The digest of a stretch with these bytes."""
    return hashlib.blake2b(data, digest_size=32).digest()


def chunks(data: Data) -> Iterator[bytes]:
    """All bytes of the data, a few at a time. Raises LayoutError if the file has changed."""
    for part in parts_of(data):
        if isinstance(part, bytes):
            yield part
            continue
        for place in range(part.start, part.stop, STEP):
            yield part.view.at(place, min(place + STEP, part.stop))
