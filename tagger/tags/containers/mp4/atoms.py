"""MP4 atoms, in a file or in memory. Specification: ISO/IEC 14496-12."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, overload

from pacetag.tagger.tags.binary.content import Content, Data, held, joined
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.errors import LayoutError


@dataclass(frozen=True, kw_only=True, slots=True)
class Atom:
    """Where one atom lies."""

    name: bytes
    start: int  # place of its header
    body: int  # place of what it holds
    stop: int  # place after it


def top_atoms(source: BinaryIO, size: int) -> Iterator[Atom]:
    """The outermost atoms of a file of that size; the last may be cut off. Raises LayoutError.

    Fewer than 8 bytes at the end are ignored.
    """
    place = 0
    while place + 8 <= size:
        source.seek(place)
        atom = atom_at(source.read(16), place, size)
        yield atom
        place = atom.stop


def sound_of_mp4(source: BinaryIO, size: int) -> list[Span]:
    """The spans of the sound in a file of that size. Raises LayoutError."""
    found = (atom for atom in top_atoms(source, size) if atom.name == b"mdat")
    return [(atom.body, min(atom.stop, size)) for atom in found]


def atoms_in(data: Data, start: int = 0, stop: int | None = None) -> Iterator[Atom]:
    """The atoms side by side in data[start:stop]. Raises LayoutError if they do not fit.

    A length of zero ends a list, as in QuickTime, and what follows is ignored.
    """
    stop = len(data) if stop is None else stop
    while start + 8 <= stop:
        head = held(data, start, start + 16)
        if head[:4] == bytes(4):
            return
        atom = atom_at(head, start, stop)
        if atom.stop > stop:
            raise LayoutError("its MP4 atoms are damaged")
        yield atom
        start = atom.stop


def atom_at(head: bytes, place: int, end: int) -> Atom:
    """The atom at a place that begins with `head`, before `end`. Raises LayoutError."""
    length, name, body = int.from_bytes(head[:4]), head[4:8], place + 8
    if length == 1:
        length, body = int.from_bytes(head[8:16]), place + 16
    elif length == 0:  # up to the end
        length = end - place
    if length < body - place or len(head) < min(body, end) - place:
        raise LayoutError("its MP4 atoms are damaged")
    return Atom(name=name, start=place, body=body, stop=place + length)


def is_unversioned(meta: bytes) -> bool:
    """Whether meta lacks the 4 bytes of a version, as QuickTime writes it."""
    return meta[4:8] == b"hdlr"


@overload
def render_atom(name: bytes, *parts: bytes) -> bytes: ...


@overload
def render_atom(name: bytes, *parts: Data) -> bytes | Content: ...


def render_atom(name: bytes, *parts: Data) -> bytes | Content:
    """An atom around the parts. Raises LayoutError beyond 4 GiB."""
    length = 8 + sum(map(len, parts))
    if length >= 1 << 32:
        raise LayoutError("its MP4 headers would grow beyond 4 GiB")
    return joined(length.to_bytes(4) + name, *parts)


def first_atom(data: Data, name: bytes) -> Atom | None:
    """The first atom with this name among those side by side in data. Raises LayoutError."""
    return next((atom for atom in atoms_in(data) if atom.name == name), None)
