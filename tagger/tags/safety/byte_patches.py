"""A new file as a few changed places of the old one, where nothing in it has to move."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pacetag.tagger.tags.binary.raw_file import RawFile
from pacetag.tagger.tags.containers.container import Layout, Wanted
from pacetag.tagger.tags.safety.disk import read_at

MOST = 4 << 20  # bytes to change; beyond that a copy of the song costs no more
NEAR = 4096  # bytes; changes that lie closer together become one patch


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One place that changes."""

    place: int  # of its first byte in the file
    old: bytes
    new: bytes  # as many

    @property
    def stop(self) -> int:
        """The place after it."""
        return self.place + len(self.old)


class _MovedError(Exception):
    """The new file is not the old one with a few places changed."""


def patches_of(layout: Layout, source: BinaryIO, wanted: Wanted) -> tuple[Patch, ...] | None:
    """The places in the file that a rewrite would change; None if anything would move.

    The layout writes the whole new file, which is compared with the old one as it comes. So the
    patches are all that differs, and not what the layout expects. Raises LayoutError or OSError.
    """
    comparison = _Comparison(source.fileno())
    try:
        layout.write(source, comparison, wanted)  # type: ignore[arg-type]
        return comparison.patches()
    except _MovedError:
        return None


class _Comparison:
    """A write target that compares a new file with the old one, front to back."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._size = descriptor, os.fstat(descriptor).st_size
        self._place = 0
        self._found: list[tuple[int, bytes]] = []  # place, new bytes

    def write(self, data: bytes) -> int:
        """Compare the next bytes of the new file."""
        if self._place + len(data) > self._size:
            raise _MovedError
        old = read_at(self._descriptor, self._place, len(data))
        if old != data:
            self._note(old, data)
        self._place += len(data)
        return len(data)

    def _note(self, old: bytes, new: bytes) -> None:
        begin = _alike(old, new)
        end = len(new) - _alike(old[::-1], new[::-1])
        start = self._place + begin
        if self._found:
            last, content = self._found[-1]
            gap = start - last - len(content)
            if gap <= NEAR:
                between = read_at(self._descriptor, start - gap, gap)
                self._found[-1] = (last, content + between + new[begin:end])
                self._check()
                return
        self._found.append((start, new[begin:end]))
        self._check()

    def _check(self) -> None:
        if sum(len(new) for _, new in self._found) > MOST:
            raise _MovedError

    def patches(self) -> tuple[Patch, ...]:
        """The differences, once the new file is complete. Raises _MovedError."""
        if self._place != self._size:
            raise _MovedError
        return tuple(
            Patch(place=place, old=read_at(self._descriptor, place, len(new)), new=new)
            for place, new in self._found
        )

    def __getattr__(self, name: str) -> object:
        """Refuse to read, seek or truncate: only a write from front to back can be compared."""
        raise _MovedError


def _alike(some: bytes, others: bytes) -> int:
    """How many bytes at the beginning are the same, by bisection; both are equally long."""
    low, high = 0, len(some)
    while low < high:
        middle = (low + high + 1) // 2
        if some[low:middle] == others[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def patched(source: BinaryIO, patches: Sequence[Patch]) -> BinaryIO:
    """The file as it would read with the patches; nothing is written to the disk."""
    return view(source.fileno(), patches)


def view(descriptor: int, patches: Sequence[Patch], name: str = "") -> BinaryIO:
    """The same for a descriptor; readers may tell the kind of file by its `name`."""
    return io.BufferedReader(_Patched(descriptor, patches, name), 1 << 16)


class _Patched(RawFile):
    """A file seen through patches."""

    def __init__(self, descriptor: int, patches: Sequence[Patch], name: str) -> None:
        super().__init__(os.fstat(descriptor).st_size, name)
        self._descriptor, self._patches = descriptor, patches

    def at(self, start: int, stop: int) -> bytes:
        """The bytes between two places; fewer where the file ends before."""
        data = bytearray(read_at(self._descriptor, start, stop - start))
        stop = start + len(data)
        for patch in self._patches:
            low, high = max(patch.place, start), min(patch.stop, stop)
            if low < high:
                data[low - start : high - start] = patch.new[low - patch.place : high - patch.place]
        return bytes(data)
