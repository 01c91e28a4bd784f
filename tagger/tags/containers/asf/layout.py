"""ASF (WMA): two lists of attributes in the header change, all else is copied as it is.

mutagen would render every list anew, move what it holds from one to another, and leave the old size
in the file's properties. Specification: Advanced Systems Format, revision 01.20.05, Microsoft
(2010).
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, ClassVar, Self

from pacetag.tagger.tags.binary.content import Data, held, kept_form
from pacetag.tagger.tags.binary.padding import padding_for
from pacetag.tagger.tags.binary.pieces import write_pieces
from pacetag.tagger.tags.binary.spans import past_zeros, trailers
from pacetag.tagger.tags.binary.views import view_of
from pacetag.tagger.tags.containers.asf.attributes import (
    LISTS,
    foreign_attributes,
    holds_own,
    make_attributes,
    slack,
    with_list,
)
from pacetag.tagger.tags.containers.asf.objects import (
    DATA,
    DESCRIPTION,
    EXTENSION,
    EXTENSION_HEAD,
    FILE_PROPERTIES,
    HEADER,
    LIBRARY,
    PADDING,
    SIGNATURE,
    AsfObject,
    extension_of,
    first_objects,
    inner_objects,
)
from pacetag.tagger.tags.containers.asf.origin import as_noted, note_in, note_of
from pacetag.tagger.tags.containers.asf.parts import header_parts
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS

_HEAD = 30  # bytes of the header's own header
_OBJECT = 24  # bytes of an object's
_LARGEST = 256 << 20  # bytes of a header
_NEW_EXTENSION = bytes.fromhex("11d2d3abbaa9cf118ee600c00c2053650600") + bytes(4)
_SIZE = slice(16, 24)  # of the file, in its properties
_FLAGS = 64  # place of the flags in the properties
_BROADCAST = 1
_DAMAGED = "its ASF header is damaged"


@dataclass(frozen=True, kw_only=True)
class AsfLayout:
    """The objects of the header."""

    reserved: bytes  # 2 bytes
    objects: tuple[AsfObject, ...]
    inner: tuple[tuple[AsfObject, ...], ...]  # of each header extension
    note: bytes  # on how the header was at first, in its padding; may be empty
    behind: Data  # what follows the objects that the header counts
    size: int  # bytes of the header
    stop: int  # where the objects of the file end; tags or zeros may follow
    end: int  # bytes of the file
    holds_copies: ClassVar[bool] = False  # there are no older tags beside it

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(_HEAD)
        size, count = (int.from_bytes(head[at], "little") for at in (slice(16, 24), slice(24, 28)))
        if head[:16] != HEADER or not _HEAD <= size <= min(end, _LARGEST):
            raise LayoutError(_DAMAGED)
        objects, behind = first_objects(header_parts(view_of(source, _HEAD, size)), count)
        if len(objects) != count:
            raise LayoutError(f"{_DAMAGED} (it does not hold as many objects as it says)")
        layout = cls(
            reserved=head[28:],
            objects=objects,
            inner=tuple(inner_objects(each.data) for each in objects if each.guid == EXTENSION),
            note=note_in(objects),
            behind=behind,
            size=size,
            stop=_end_of_objects(source, size, end),
            end=end,
        )
        layout._check()
        return layout

    def _check(self) -> None:
        """Raise LayoutError for what cannot be written safely."""
        guids = [each.guid for each in self.objects]
        if SIGNATURE in guids:
            raise LayoutError("its ASF header is signed, and would not be any more")
        if guids.count(FILE_PROPERTIES) != 1:
            raise LayoutError(_DAMAGED)
        properties = self.objects[guids.index(FILE_PROPERTIES)].data
        if not isinstance(properties, bytes):  # they take 80 bytes
            raise LayoutError(_DAMAGED)
        if len(properties) < _FLAGS + 4 or properties[_FLAGS] & _BROADCAST:
            raise LayoutError("its headers do not say how long it is, as in a broadcast")
        self.kept(())  # parses all the rest

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other object, every foreign attribute, and how much follows the header."""
        parts = [self.reserved, str((self.end - self.size, self.stop - self.size)).encode()]
        extensions = [each.data for each in self.objects if each.guid == EXTENSION]
        parts += [held(data, 0, EXTENSION_HEAD - 4) for data in extensions or [_NEW_EXTENSION]]
        outer = (each for each in self.objects if each.guid not in (EXTENSION, PADDING))
        for each in (*outer, *chain(*self.inner)):
            if each.guid in LISTS:
                parts += map(kept_form, (*foreign_attributes(each, names), slack(each)))
            elif each.guid == FILE_PROPERTIES:
                parts.append(kept_form(self._resized(each, -self.size).data))
            elif each.guid != EXTENSION:
                parts.append(each.kept())
        return (*filter(None, parts), kept_form(self.behind))

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values, and one padding object.

        Without any field of pacetag's, the header is as it was before the first one.
        """
        objects, inner = self._changed(wanted)
        noted = None
        if self.note and not holds_own(objects, inner):
            noted = as_noted(self.note, objects, inner)
        if noted is not None:
            objects, inner = noted
        left = iter(inner)
        objects = [extension_of(o, next(left)) if o.guid == EXTENSION else o for o in objects]
        if noted is None:
            objects.append(self._padding(_size_of(objects)))
        size = _HEAD + _size_of(objects) + len(self.behind)
        head = HEADER + size.to_bytes(8, "little") + len(objects).to_bytes(4, "little")
        body = [
            (self._resized(each, size - self.size) if each.guid == FILE_PROPERTIES else each)
            for each in objects
        ]
        rendered = [each.render() for each in body]
        rest = (self.size, self.end)
        write_pieces(source, target, [head + self.reserved, *rendered, self.behind, rest])

    def _padding(self, taken: int) -> AsfObject:
        """The padding beside objects of so many bytes, with the note on the first header."""
        size = padding_for(self.size - _HEAD - taken - len(self.behind) - _OBJECT)
        note = self.note
        if not note and not holds_own(self.objects, self.inner):
            note = note_of(self.objects, self.inner)
        return AsfObject(guid=PADDING, data=(note if len(note) <= size else b"").ljust(size, b"\0"))

    def _changed(
        self, wanted: Mapping[str, Sequence[str]]
    ) -> tuple[list[AsfObject], list[Sequence[AsfObject]]]:
        """The objects of the header without padding, and those in its extensions.

        They have other values of these fields.
        """
        first: list[Data] = []
        rest: list[Data] = []
        for name, values in wanted.items():
            some, others = make_attributes(FIELDS[name].asf, values)
            first += some
            rest += others
        kept = [each for each in self.objects if each.guid != PADDING]
        objects = list(with_list(kept, wanted, DESCRIPTION, first))
        inner: list[Sequence[AsfObject]] = list(self.inner)
        if rest and not inner:
            objects.append(AsfObject(guid=EXTENSION, data=_NEW_EXTENSION))
            inner.append(())
        for at, each in enumerate(inner):  # new values go into the first
            inner[at] = list(with_list(each, wanted, LIBRARY, [] if at else rest))
        return objects, inner

    def _resized(self, properties: AsfObject, grown: int) -> AsfObject:
        """The file's properties with another size, unless they did not give the right one."""
        data = held(properties.data, 0, len(properties.data))
        size = int.from_bytes(data[_SIZE], "little")
        if size not in (self.end, self.stop):
            return properties
        said = (size + grown).to_bytes(8, "little")
        return AsfObject(guid=FILE_PROPERTIES, data=data[: _SIZE.start] + said + data[_SIZE.stop :])


def _size_of(objects: Sequence[AsfObject]) -> int:
    return sum(_OBJECT + len(each.data) for each in objects)


def _end_of_objects(source: BinaryIO, place: int, end: int) -> int:
    """Where the objects from `place` on end: the sound, which must be first, and indices.

    Tags of other kinds and zeros may follow. Raises LayoutError if the sound is cut off, or if
    anything else follows.
    """
    head = _head_at(source, place)
    size = int.from_bytes(head[16:], "little")
    if head[:16] != DATA:
        raise LayoutError(f"{_DAMAGED} (no sound follows it)")
    if size < 50:
        raise LayoutError("its headers do not say how long it is, as in a broadcast")
    if size > end - place:
        raise LayoutError("it is cut off: its headers speak of more than there is")
    found = trailers(source, place + size)
    tags = found[-1].start if found else end
    while past_zeros(source, place, tags) < tags:
        size = int.from_bytes(_head_at(source, place)[16:], "little")
        if not 24 <= size <= tags - place:
            raise LayoutError("its headers speak of less than there is")
        place += size
    return place


def _head_at(source: BinaryIO, place: int) -> bytes:
    source.seek(place)
    return source.read(24)
