"""The content of an MP4 file's moov as parts; long ones stay in the file.

A part is the content of an atom, or in the list of tags of a single value, so that each is copied
and compared alone. From any damage on, the rest is one part.
"""

from collections.abc import Iterator

from pacetag.tagger.tags.binary.content import Content, Stretch, joined
from pacetag.tagger.tags.binary.views import View
from pacetag.tagger.tags.containers.mp4.atoms import Atom, atom_at, is_unversioned
from pacetag.tagger.tags.errors import LayoutError

PARENTS = (b"trak", b"mdia", b"minf", b"stbl")
TABLES = {b"stco": "I", b"co64": "Q"}  # where chunks lie in the file: struct's code of an entry
_VERSION = 4  # bytes before the atoms in meta
_LONGEST = 1 << 26  # bytes of a table; that of a day of music takes a few million

_Parts = Iterator[bytes | Stretch]


def moov_parts(view: View) -> bytes | Content:
    """The content of moov. Raises LayoutError if the file is too short."""
    return joined(*_moov(view))


def _moov(view: View) -> _Parts:
    ranges, leads = [(0, view.size)], b"udta"
    while ranges:
        place, stop = ranges.pop()
        atom = _atom(view, place, stop)
        if atom is None:
            yield view.item(place, stop)
            continue
        yield view.at(place, atom.body)
        ranges.append((atom.stop, stop))
        if atom.name in PARENTS:
            ranges.append((atom.body, atom.stop))
        elif atom.name in TABLES and atom.stop - atom.body <= _LONGEST:
            yield view.at(atom.body, atom.stop)
        elif atom.name == leads and len(ranges) == 1:
            leads = b""
            yield from _udta(view, atom)
        else:
            yield view.item(atom.body, atom.stop)


def _udta(view: View, udta: Atom) -> _Parts:
    """The content of udta: the first meta in it, and in that the first ilst, atom by atom."""
    place, leads = udta.body, b"meta"
    stops = [udta.stop]
    while stops:
        stop = stops[-1]
        atom = _atom(view, place, stop)
        if atom is None:
            yield view.item(place, stop)
            place = stops.pop()
            continue
        yield view.at(place, atom.body)
        place = atom.stop
        if atom.name == leads == b"meta" and atom.body + _VERSION <= atom.stop:
            head = view.at(atom.body, min(atom.body + 8, atom.stop))
            leads, place = b"ilst", atom.body + _VERSION * (not is_unversioned(head))
            stops.append(atom.stop)
            yield view.at(atom.body, place)
        elif atom.name == leads == b"ilst" and len(stops) == 2:
            leads = b""
            yield from _list(view, atom)
        else:
            yield view.item(atom.body, atom.stop)


def _list(view: View, ilst: Atom) -> _Parts:
    """Each entry's header, and each of its values."""
    place = ilst.body
    while (entry := _atom(view, place, ilst.stop)) is not None:
        yield view.at(place, entry.body)
        inner = entry.body
        while (value := _atom(view, inner, entry.stop)) is not None:
            yield view.at(inner, value.body)
            yield view.item(value.body, value.stop)
            inner = value.stop
        yield view.item(inner, entry.stop)
        place = entry.stop
    yield view.item(place, ilst.stop)


def _atom(view: View, place: int, stop: int) -> Atom | None:
    """The atom at a place, if it fits before `stop`."""
    if place + 8 > stop:
        return None
    try:
        atom = atom_at(view.at(place, min(place + 16, stop)), place, stop)
    except LayoutError:
        return None
    return atom if atom.stop <= stop else None
