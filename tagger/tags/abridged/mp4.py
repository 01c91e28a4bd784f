"""MP4 files without the pictures in their tags."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.content import (
    SHORT,
    Data,
    Stretch,
    cut,
    held,
    joined,
    parts_of,
)
from pacetag.tagger.tags.binary.views import WHOLE, view_of
from pacetag.tagger.tags.containers.mp4.atoms import (
    Atom,
    atoms_in,
    first_atom,
    is_unversioned,
    render_atom,
    top_atoms,
)
from pacetag.tagger.tags.containers.mp4.items import item_name
from pacetag.tagger.tags.containers.mp4.parts import PARENTS, moov_parts
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

_FIELDS = {
    name.upper() if name.startswith("----") else name
    for name in (row.mp4 for row in FIELDS.values())
} | {"gnre"}
_KIND = 8  # bytes before a value: its type and language
_DEEPEST = 8  # atoms in one another, twice as many as of a track's tables
_WAY = (b"udta", b"meta", b"ilst")


def shorter_mp4(source: BinaryIO) -> Iterator[Shorter]:
    """The list of tags of a file, if it is large or laid out as in QuickTime. Raises LayoutError.

    mutagen would report damage if a list ends with a length of zero, or meta lacks its version.
    """
    end = source.seek(0, io.SEEK_END)
    for top in top_atoms(source, end):
        if top.name == b"moov":
            if top.stop > end:
                return
            is_large = top.stop - top.start > WHOLE
            moov = moov_parts(view_of(source, top.body, top.stop))
            usual = _usual(moov)
            if usual is not None or is_large:
                shown = moov if usual is None else usual
                shown = _shorter(shown, _WAY) if is_large else shown
                yield Shorter(start=top.start, stop=top.stop, instead=render_atom(b"moov", shown))
            return


def _usual(data: Data, depth: int = 0) -> Data | None:
    """The atoms in the layout of MP4, if any has that of QuickTime; else None."""
    if depth > _DEEPEST:
        raise LayoutError("its MP4 atoms are nested too deeply")
    parts, changed, end = list[Data](), False, 0
    for atom in atoms_in(data):
        body = cut(data, atom.body, atom.stop)
        new = _usual(body, depth + 1) if atom.name in (*PARENTS, b"udta", b"ilst") else None
        if atom.name == b"meta":
            new = _usual_meta(body, depth + 1)
        changed, end = changed or new is not None, atom.stop
        kept = cut(data, atom.start, atom.stop)
        parts.append(kept if new is None else render_atom(atom.name, new))
    return joined(*parts) if changed or end < len(data) else None


def _usual_meta(meta: Data, depth: int) -> Data | None:
    if is_unversioned(held(meta, 0, 8)):
        return joined(bytes(4), _usual(meta, depth) or meta)
    usual = _usual(cut(meta, 4, len(meta)), depth)
    return None if usual is None else joined(held(meta, 0, 4), usual)


def _shorter(data: Data, way: tuple[bytes, ...]) -> Data:
    """The atoms with a shorter one at the end of the path `way`, and without long chapters."""
    if not way:
        return joined(*(_entry(data, item) for item in atoms_in(data)))
    first = 4 if way == (b"ilst",) else 0  # meta begins with its version
    version, atoms = cut(data, 0, first), cut(data, first, len(data))
    leading = first_atom(atoms, way[0])
    parts: list[Data] = [version]
    for atom in atoms_in(atoms):
        body = cut(atoms, atom.body, atom.stop)
        if atom == leading:
            parts.append(render_atom(atom.name, _shorter(body, way[1:])))
        elif atom.name == b"chpl" and len(body) > WHOLE:
            continue
        else:
            parts.append(cut(atoms, atom.start, atom.stop))
    return joined(*parts)


def _entry(data: Data, item: Atom) -> Data:
    """One entry of the list with short values."""
    entry = cut(data, item.start, item.stop)
    if item.stop - item.start <= SHORT or item_name(data, item) in _FIELDS:
        return entry
    body = cut(data, item.body, item.stop)
    try:
        values = list(atoms_in(body))
    except LayoutError:
        return entry
    return render_atom(item.name, *(_value(body, each) for each in values))


def _value(body: Data, atom: Atom) -> Data:
    long = [part for part in parts_of(cut(body, atom.body, atom.stop)) if isinstance(part, Stretch)]
    if not long:
        return cut(body, atom.start, atom.stop)
    return render_atom(atom.name, held(body, atom.body, atom.body + _KIND), *map(note, long))
