"""Parts of a file that are parsed in any order, and held in memory only if they are short."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import BinaryIO, Protocol

from pacetag.tagger.tags.binary.content import (
    SHORT,
    STEP,
    Content,
    Data,
    Readable,
    Stretch,
    content_of,
)
from pacetag.tagger.tags.binary.sound_ends import read_span
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.errors import LayoutError

WHOLE = 1 << 20  # bytes up to which a part of a file is read in one go


class View(Readable, Protocol):
    """Bytes in order, from any source."""

    size: int

    def item(self, start: int, stop: int) -> bytes | Stretch:
        """The bytes between two places as a value. Raises LayoutError if there are fewer."""


class _Items:
    """Values out of a view: equal for equal bytes, held in memory or not."""

    size: int

    def at(self, start: int, stop: int) -> bytes:
        raise NotImplementedError

    def item(self, start: int, stop: int) -> bytes | Stretch:
        """The bytes between two places as a value. Raises LayoutError if there are fewer."""
        if stop - start <= SHORT:
            return self.at(start, stop)
        total, head = hashlib.blake2b(digest_size=32), b""
        for place in range(start, stop, STEP):
            data = self.at(place, min(place + STEP, stop))
            total.update(data)
            head = head or data[:SHORT]
        return Stretch(view=self, start=start, stop=stop, head=head, digest=total.digest())


class Memory(_Items):
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        if stop > self.size:
            raise LayoutError("its tags are cut off")
        return self._data[start:stop]


class _Plain(Memory):
    """Bytes that did not come from a file."""

    def item(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        return self.at(start, stop)


class Spans(_Items):
    """Parts of an open file one after the other. Reading moves the file's position."""

    def __init__(self, source: BinaryIO, spans: Sequence[Span]) -> None:
        self._source, self._spans = source, spans
        self._starts = list(accumulate((stop - start for start, stop in spans), initial=0))
        self.size = self._starts.pop()

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        parts: list[bytes] = []
        place, which = start, bisect_right(self._starts, start) - 1
        while place < stop and which < len(self._spans):
            low, high = self._spans[which]
            low += place - self._starts[which]
            data = read_span(self._source, low, min(high, low + stop - place))
            parts.append(data)
            place, which = place + len(data), which + 1
        if place < stop:
            raise LayoutError("its tags are cut off")
        return b"".join(parts)


class Desynchronised(_Items):
    """A view without the zeros that ID3's unsynchronisation puts after bytes 0xFF."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._last = (-1, b"")  # place and bytes of the step that was read last
        self._marks = [0]  # how many bytes precede each step of the view
        for place in range(0, view.size, STEP):
            self._marks.append(self._marks[-1] + len(self._step(place)))
        self.size = self._marks[-1]

    def _step(self, place: int) -> bytes:
        """The bytes of a step, without a zero that belongs to the step before."""
        if self._last[0] != place:
            data = self._view.at(max(0, place - 1), min(place + STEP, self._view.size))
            if place:
                data = data[2 if data[:2] == b"\xff\0" else 1 :]
            self._last = place, _desynchronised(data)
        return self._last[1]

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        if stop > self.size:
            raise LayoutError("its tags are cut off")
        parts: list[bytes] = []
        first = bisect_right(self._marks, start) - 1
        for which, (low, high) in enumerate(pairwise(self._marks[first:]), first):
            if low >= stop:
                break
            data = self._step(which * STEP)
            if len(data) != high - low:
                raise LayoutError("it was changed while it was being read")
            parts.append(data[max(0, start - low) : stop - low])
        return b"".join(parts)


def _desynchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\0", b"\xff")


class Over(_Items):
    """A view of data."""

    def __init__(self, data: Data) -> None:
        self._content = data if isinstance(data, Content) else content_of(data)
        self.size = len(data)

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        parts: list[bytes] = []
        for place, part in self._content.overlapping(start, stop):
            low, high = max(start - place, 0), min(stop - place, len(part))
            if isinstance(part, bytes):
                parts.append(part[low:high])
            else:
                parts.append(part.view.at(part.start + low, part.start + high))
        return b"".join(parts)


class Sliced:
    """A view that mutagen can slice like bytes."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __len__(self) -> int:
        return self._view.size

    def __getitem__(self, where: slice) -> bytes:
        return self._view.at(where.start, min(where.stop, self._view.size))


def view_of(source: BinaryIO, start: int, stop: int) -> View:
    """A view of a part of an open file. Raises LayoutError if the file ends before."""
    return view_of_spans(source, [(start, stop)])


def view_of_spans(source: BinaryIO, spans: Sequence[Span]) -> View:
    """A view of several parts of an open file. Raises LayoutError if the file ends before."""
    view = Spans(source, spans)
    return Memory(view.at(0, view.size)) if view.size <= WHOLE else view


def as_view(data: bytes | View) -> View:
    """The view itself, or a view of the bytes."""
    return _Plain(data) if isinstance(data, bytes) else data


def without_unsynchronisation(view: View) -> View:
    """The view with ID3's unsynchronisation taken back."""
    if isinstance(view, Memory):
        return Memory(_desynchronised(view.at(0, view.size)))
    return Desynchronised(view)


def view_from(view: View, start: int) -> View:
    """The view from a place on."""
    return Memory(view.at(start, view.size)) if isinstance(view, Memory) else _Rest(view, start)


class _Rest(_Items):
    """A view from a place on."""

    def __init__(self, view: View, start: int) -> None:
        self._view, self._start, self.size = view, start, view.size - start

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places. Raises LayoutError if there are fewer."""
        return self._view.at(self._start + start, self._start + stop)
