"""MP4 (AAC, ALAC): the list of tags in moov changes, and the offsets of the sound follow.

mutagen would render every entry anew and merge some; here foreign ones are copied as they are.
Specification: ISO/IEC 14496-12 (2015); the list of tags, moov/udta/meta/ilst, is Apple's.
"""

import io
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Self

from pacetag.tagger.tags.binary.content import Data, cut, held, joined, kept_form
from pacetag.tagger.tags.binary.padding import padding_for
from pacetag.tagger.tags.binary.pieces import write_pieces
from pacetag.tagger.tags.binary.views import view_of
from pacetag.tagger.tags.containers.mp4.atoms import (
    Atom,
    atoms_in,
    first_atom,
    is_unversioned,
    render_atom,
    top_atoms,
)
from pacetag.tagger.tags.containers.mp4.items import item_name, make_item
from pacetag.tagger.tags.containers.mp4.parts import PARENTS, TABLES, moov_parts
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

_EMPTY_META = bytes(4) + render_atom(b"hdlr", bytes(8), b"mdirappl", bytes(9))


@dataclass(frozen=True, kw_only=True)
class Mp4Layout:
    """The content of moov, and where the sound lies."""

    moov: Data  # without its header
    start: int  # place of moov in the file
    stop: int  # place after it
    mdat: Atom
    end: int  # bytes of the file
    others: tuple[bytes, ...]  # name and length of every other outermost atom
    holds_copies: ClassVar[bool] = False  # there are no older tags beside it

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        tops = list(top_atoms(source, end))
        named = {each.name: each for each in tops}
        if b"moof" in named:
            raise LayoutError("it is a fragmented MP4 file")
        sounds = [each for each in tops if each.name == b"mdat" and each.stop > each.body]
        named |= {each.name: each for each in sounds}  # rather than an empty one
        if len(sounds) > 1 or sum(each.name == b"moov" for each in tops) > 1:
            raise LayoutError("its MP4 sound or headers lie in several pieces")
        if not {b"moov", b"mdat"} <= named.keys() or tops[-1].stop > end:
            raise LayoutError("its MP4 file is damaged or cut off")
        moov = named[b"moov"]
        layout = cls(
            moov=moov_parts(view_of(source, moov.body, moov.stop)),
            start=moov.start,
            stop=moov.stop,
            mdat=named[b"mdat"],
            end=end,
            others=tuple(
                each.name + str(each.stop - each.start).encode() for each in tops if each != moov
            ),
        )
        layout._check()
        return layout

    def _check(self) -> None:
        """Refuse what cannot be moved safely. Raises LayoutError."""
        names = {atom.name for atom in _leaves(self.moov)}
        if b"mvex" in names:
            raise LayoutError("it is a fragmented MP4 file")
        if b"saio" in names:  # offsets of an encryption, which cannot be checked here
            raise LayoutError("it is an encrypted MP4 file")
        for _, places in _tables(self.moov):
            if any(not self.mdat.body <= place <= self.mdat.stop for place in places):
                raise LayoutError("its MP4 headers point outside the sound")
        if held(_versioned(self._meta())[1], 4, 8) != b"hdlr":
            raise LayoutError("its MP4 tags are laid out in a way that few programs read")
        self.kept(())  # parses all the rest

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other atom and foreign entry, and the offsets of chunks within the sound."""
        udta, meta = self._udta(), self._meta()
        tables = [
            repr([place - self.mdat.start for place in places]).encode()
            for _, places in _tables(self.moov)
        ]
        leaves = [
            kept_form(cut(self.moov, leaf.start, leaf.stop))
            for leaf in _leaves(self.moov)
            if leaf.name not in TABLES
        ]
        version, meta = _versioned(meta)
        meta_leaves = [
            kept_form(cut(meta, atom.start, atom.stop))
            for atom in atoms_in(meta)
            if atom.name != b"free" and atom != first_atom(meta, b"ilst")
        ]
        beside = kept_form(_without(udta, first_atom(udta, b"meta")))
        foreign = map(kept_form, self._foreign(names))
        return (*self.others, *leaves, *tables, beside, version, *meta_leaves, *foreign)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values."""
        udta = self._udta()
        new_udta = _replaced(udta, b"meta", render_atom(b"meta", self._new_meta(wanted)))
        body = _replaced(self.moov, b"udta", render_atom(b"udta", new_udta))
        grown = 8 + len(body) - (self.stop - self.start)
        if self.mdat.start > self.start:
            body = _moved(body, grown)
        moov = render_atom(b"moov", body)
        write_pieces(source, target, [(0, self.start), moov, (self.stop, self.end)])

    def _udta(self) -> Data:
        udta = first_atom(self.moov, b"udta")
        return cut(self.moov, udta.body, udta.stop) if udta else b""

    def _meta(self) -> Data:
        """The content of meta with its version; that of an empty meta if there is none."""
        udta = self._udta()
        meta = first_atom(udta, b"meta")
        return cut(udta, meta.body, meta.stop) if meta else _EMPTY_META

    def _items(self) -> Iterator[tuple[str, Data]]:
        """The entries of the list of tags by name."""
        _, meta = _versioned(self._meta())
        ilst = first_atom(meta, b"ilst")
        if ilst is not None:
            for item in atoms_in(meta, ilst.body, ilst.stop):
                yield item_name(meta, item), cut(meta, item.start, item.stop)

    def _foreign(self, names: Collection[str]) -> list[Data]:
        written = {_compared(FIELDS[name].mp4) for name in names}
        return [item for name, item in self._items() if name not in written]

    def _new_meta(self, wanted: Mapping[str, Sequence[str]]) -> Data:
        version, meta = _versioned(self._meta())
        own = [make_item(FIELDS[name].mp4, values) for name, values in wanted.items() if values]
        room = [atom for atom in atoms_in(meta) if atom.name == b"free"]
        old = first_atom(meta, b"ilst")
        left = sum(atom.stop - atom.start for atom in [*room, *([old] if old else [])])
        ilst = render_atom(b"ilst", *self._foreign(wanted), *own)
        free = render_atom(b"free", bytes(padding_for(left - len(ilst) - 8)))
        for atom in reversed(room):
            meta = _without(meta, atom)
        return joined(version, _replaced(meta, b"ilst", joined(ilst, free)))


def _compared(name: str) -> str:
    """The name as item_name gives it."""
    return name.upper() if name.startswith("----") else name


def _versioned(meta: Data) -> tuple[bytes, Data]:
    """The 4 bytes of version at the beginning of meta, if it has them, and the rest."""
    size = 0 if is_unversioned(held(meta, 0, 8)) else 4
    return held(meta, 0, size), cut(meta, size, len(meta))


def _leaves(moov: Data) -> Iterator[Atom]:
    """The innermost atoms of moov, except those of udta."""
    udta, parents = first_atom(moov, b"udta"), [(0, len(moov))]
    while parents:
        for atom in atoms_in(moov, *parents.pop()):
            if atom.name in PARENTS:
                parents.append((atom.body, atom.stop))
            elif atom != udta:
                yield atom


def _tables(moov: Data) -> Iterator[tuple[Atom, tuple[int, ...]]]:
    """The tables of chunk offsets, with their entries. Raises LayoutError."""
    for leaf in _leaves(moov):
        if leaf.name in TABLES:
            content = held(moov, leaf.body + 4, leaf.stop)
            count = int.from_bytes(content[:4])
            form = f">{count}{TABLES[leaf.name]}"
            if 4 + struct.calcsize(form) > len(content):
                raise LayoutError("its MP4 atoms are damaged")
            yield leaf, struct.unpack_from(form, content, 4)


def _moved(moov: Data, by: int) -> Data:
    """The content of moov for sound that lies `by` bytes further back. Raises LayoutError."""
    for leaf, places in list(_tables(moov)):
        try:
            moved = struct.pack(f">{len(places)}{TABLES[leaf.name]}", *(at + by for at in places))
        except struct.error as error:
            raise LayoutError("its sound would move beyond 4 GiB") from error
        start = leaf.body + 8
        moov = joined(cut(moov, 0, start), moved, cut(moov, start + len(moved), len(moov)))
    return moov


def _replaced(data: Data, name: bytes, new: Data) -> Data:
    """The atoms in data with the first of that name replaced, or a new one at the end."""
    old = first_atom(data, name)
    if old is not None:
        return joined(cut(data, 0, old.start), new, cut(data, old.stop, len(data)))
    end = max((atom.stop for atom in atoms_in(data)), default=0)
    # Up to 7 bytes that end a QuickTime list stay at the end.
    return joined(cut(data, 0, end), new, cut(data, end, len(data)))


def _without(data: Data, atom: Atom | None) -> Data:
    if atom is None:
        return data
    return joined(cut(data, 0, atom.start), cut(data, atom.stop, len(data)))
