"""ASF (WMA): two lists of attributes in the header change, all else is copied as it lies.

mutagen would render every list anew and move what it holds from one to another. Specification:
Advanced Systems Format, revision 01.20.05, Microsoft (2010).
"""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from pacetag.tagger.tags.asf_objects import (
    DATA,
    DESCRIPTION,
    EXTENSION,
    FILE_PROPERTIES,
    HEADER,
    LIBRARY,
    PADDING,
    SIGNATURE,
    AsfObject,
    foreign_attributes,
    list_of,
    make_attributes,
    split_objects,
)
from pacetag.tagger.tags.asf_parts import EXTENSION_HEAD, LISTS, header_parts
from pacetag.tagger.tags.content import Data, cut, held, joined, kept_form
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.padding import padding_for
from pacetag.tagger.tags.pieces import write_pieces
from pacetag.tagger.tags.views import view_of

_HEAD = 30  # bytes of the header's own header
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
    inner: tuple[AsfObject, ...]  # of the header extension
    size: int  # bytes of the header
    end: int  # bytes of the file

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(_HEAD)
        size, count = (int.from_bytes(head[at], "little") for at in (slice(16, 24), slice(24, 28)))
        if head[:16] != HEADER or not _HEAD <= size <= min(end, _LARGEST):
            raise LayoutError(_DAMAGED)
        objects = split_objects(header_parts(view_of(source, _HEAD, size)))
        if len(objects) != count:
            raise LayoutError(f"{_DAMAGED} (it does not hold as many objects as it says)")
        _check_data(source, size, end)
        layout = cls(
            reserved=head[28:],
            objects=objects,
            inner=_inner(objects),
            size=size,
            end=end,
        )
        layout._check()
        return layout

    def _check(self) -> None:
        """Refuse what cannot be written safely. Raises LayoutError."""
        guids = [each.guid for each in self.objects]
        if SIGNATURE in guids:
            raise LayoutError("its ASF header is signed, and would not be any more")
        if guids.count(FILE_PROPERTIES) != 1 or guids.count(EXTENSION) > 1:
            raise LayoutError(_DAMAGED)
        properties = self.objects[guids.index(FILE_PROPERTIES)].data
        if not isinstance(properties, bytes):  # they take 80 bytes
            raise LayoutError(_DAMAGED)
        if len(properties) < _FLAGS + 4 or properties[_FLAGS] & _BROADCAST:
            raise LayoutError("its headers do not say how long it is, as in a broadcast")
        self.kept(())  # parses all the rest

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other object, every foreign attribute, and how much follows the header."""
        parts = [self.reserved, str(self.end - self.size).encode()]
        parts.append(held(_extension_of(self.objects), 0, EXTENSION_HEAD - 4))
        for each in (*self.objects, *self.inner):
            if each.guid in LISTS:
                parts += map(kept_form, foreign_attributes(each, names))
            elif each.guid == FILE_PROPERTIES:
                parts.append(kept_form(self._with_size(each, 0).data))
            elif each.guid != EXTENSION and (each.guid != PADDING or each in self.inner):
                parts.append(each.kept())
        return tuple(parts)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values, and one padding object."""
        objects = [each for each in self._changed(wanted) if each.guid != PADDING]
        taken = sum(24 + len(each.data) for each in objects)
        room = self.size - _HEAD - taken - 24
        objects.append(AsfObject(guid=PADDING, data=bytes(padding_for(room))))
        size = _HEAD + taken + 24 + len(objects[-1].data)
        end = self.end - self.size + size
        head = HEADER + size.to_bytes(8, "little") + len(objects).to_bytes(4, "little")
        body = [
            (self._with_size(each, end) if each.guid == FILE_PROPERTIES else each).render()
            for each in objects
        ]
        write_pieces(source, target, [head + self.reserved, *body, (self.size, self.end)])

    def _changed(self, wanted: Mapping[str, Sequence[str]]) -> list[AsfObject]:
        """The objects of the header with other values of these fields."""
        first: list[Data] = []
        rest: list[Data] = []
        for name, values in wanted.items():
            some, others = make_attributes(FIELDS[name].asf, values)
            first += some
            rest += others
        inner = list(_with_list(self.inner, wanted, LIBRARY, rest))
        content = joined(*(each.render() for each in inner))
        objects = list(_with_list(self.objects, wanted, DESCRIPTION, first))
        if len(content) and all(each.guid != EXTENSION for each in objects):
            objects.append(AsfObject(guid=EXTENSION, data=_NEW_EXTENSION))
        return [_extension(each, content) if each.guid == EXTENSION else each for each in objects]

    def _with_size(self, properties: AsfObject, size: int) -> AsfObject:
        """The file's properties with another size, unless they did not give the right one."""
        data = held(properties.data, 0, len(properties.data))
        if int.from_bytes(data[_SIZE], "little") != self.end:
            return properties
        size_of_file = size.to_bytes(8, "little")
        return AsfObject(
            guid=FILE_PROPERTIES, data=data[: _SIZE.start] + size_of_file + data[_SIZE.stop :]
        )


def _check_data(source: BinaryIO, place: int, end: int) -> None:
    """Refuse a file whose sound does not begin here, goes beyond its end, or is not all of it.

    Indices may follow it, which are objects, too. Raises LayoutError.
    """
    head = _head_at(source, place)
    size = int.from_bytes(head[16:], "little")
    if head[:16] != DATA:
        raise LayoutError(f"{_DAMAGED} (no sound follows it)")
    if size < 50:
        raise LayoutError("its headers do not say how long it is, as in a broadcast")
    if size > end - place:
        raise LayoutError("it is cut off: its headers speak of more than there is")
    while place < end:
        size = int.from_bytes(_head_at(source, place)[16:], "little")
        if not 24 <= size <= end - place:
            raise LayoutError("its headers speak of less than there is")
        place += size


def _head_at(source: BinaryIO, place: int) -> bytes:
    source.seek(place)
    return source.read(24)


def _inner(objects: Sequence[AsfObject]) -> tuple[AsfObject, ...]:
    """The objects in the header extension. Raises LayoutError."""
    data = _extension_of(objects)
    said = int.from_bytes(held(data, EXTENSION_HEAD - 4, EXTENSION_HEAD), "little")
    if said != len(data) - EXTENSION_HEAD:
        raise LayoutError(_DAMAGED)
    return split_objects(cut(data, EXTENSION_HEAD, len(data)))


def _extension_of(objects: Sequence[AsfObject]) -> Data:
    """What the header extension holds, that of an empty one where none is."""
    return next((each.data for each in objects if each.guid == EXTENSION), _NEW_EXTENSION)


def _extension(each: AsfObject, content: Data) -> AsfObject:
    head = held(each.data, 0, EXTENSION_HEAD - 4) + len(content).to_bytes(4, "little")
    return AsfObject(guid=EXTENSION, data=joined(head, content))


def _with_list(
    objects: Sequence[AsfObject], names: Collection[str], guid: bytes, added: list[Data]
) -> Iterator[AsfObject]:
    """The objects without these fields, the attributes added to the first list of that kind."""
    for each in objects:
        if each.guid not in LISTS:
            yield each
        elif each.guid == guid:
            yield list_of(guid, [*foreign_attributes(each, names), *added])
            added = []
        else:
            yield list_of(each.guid, foreign_attributes(each, names))
    if added:
        yield list_of(guid, added)
