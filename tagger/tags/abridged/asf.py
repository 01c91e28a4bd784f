"""ASF headers without their pictures."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from mutagen.asf._objects import BaseObject

from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.content import SHORT, Data, cut, held, joined, parts_of
from pacetag.tagger.tags.binary.views import WHOLE, view_of
from pacetag.tagger.tags.containers.asf.attributes import LISTS, attribute_at, attributes, list_of
from pacetag.tagger.tags.containers.asf.objects import (
    DESCRIPTION,
    EXTENSION,
    EXTENSION_HEAD,
    HEADER,
    PADDING,
    AsfObject,
    split_objects,
)
from pacetag.tagger.tags.containers.asf.parts import header_parts
from pacetag.tagger.tags.fields import FIELDS

_HEAD = 30  # bytes of the header's own header
_TEXTS = (0, 1)  # types of a value: text, and bytes
_FIELDS = {row.asf.upper() for row in FIELDS.values()}
_KNOWN = set(BaseObject._TYPES) - {PADDING}


def shorter_asf(source: BinaryIO) -> Iterator[Shorter]:
    """The header of a file, if it is large. Raises LayoutError."""
    end = source.seek(0, io.SEEK_END)
    source.seek(0)
    head = source.read(_HEAD)
    size = int.from_bytes(head[16:24], "little")
    if not WHOLE < size <= end:
        return
    objects = [_shorter(each) for each in split_objects(header_parts(view_of(source, _HEAD, size)))]
    content = joined(*(each.render() for each in objects))
    head = HEADER + (_HEAD + len(content)).to_bytes(8, "little") + head[24:]
    yield Shorter(start=0, stop=size, instead=joined(head, content))


def _shorter(each: AsfObject) -> AsfObject:
    if each.guid == EXTENSION:
        inner = split_objects(cut(each.data, EXTENSION_HEAD, len(each.data)))
        content = joined(*(_shorter(one).render() for one in inner if one.guid != EXTENSION))
        size = len(content).to_bytes(4, "little")
        head = held(each.data, 0, EXTENSION_HEAD - 4) + size
        return AsfObject(guid=EXTENSION, data=joined(head, content))
    if each.guid in LISTS:
        return list_of(each.guid, [_attribute(each.guid, *one) for one in attributes(each)])
    if len(each.data) > SHORT and each.guid not in _KNOWN:
        return AsfObject(guid=each.guid, data=joined(*map(note, parts_of(each.data))))
    return each


def _attribute(guid: bytes, name: str, data: Data) -> Data:
    if len(data) <= SHORT or name.upper() in _FIELDS:
        return data
    start, stop_of_name, stop = attribute_at(guid, lambda *at: held(data, *at), 0)
    place = stop_of_name if guid == DESCRIPTION else 6  # of the type
    if stop_of_name + 4 > SHORT or held(data, place, place + 2)[0] not in _TEXTS or stop < start:
        return data
    value = b"".join(map(note, parts_of(data)))
    if guid == DESCRIPTION:
        size = len(value).to_bytes(2, "little")
        return held(data, 0, stop_of_name + 2) + size + value
    size = len(value).to_bytes(4, "little")
    return held(data, 0, 8) + size + held(data, 12, stop_of_name) + value
