"""Opens ASF files with texts that are not valid UTF-16, at which mutagen gives up.

It reads a header with � in their place. Lengths stay, so that nothing else has to change.
"""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO
from uuid import UUID

from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.binary.views import WHOLE
from pacetag.tagger.tags.containers.asf.attributes import LISTS, attribute_at
from pacetag.tagger.tags.containers.asf.objects import DESCRIPTION, EXTENSION, EXTENSION_HEAD
from pacetag.tagger.tags.errors import LayoutError

_CONTENT = UUID("75B22633-668E-11CF-A6D9-00AA0062CE6C").bytes_le  # title, author and so on
_HEAD = 30  # bytes of the header's own header
_OBJECT = 24  # bytes of an object's header
_TEXTS = 5  # in the content description
_UNICODE = 0  # type of a value


def open_asf(kind: Any, source: BinaryIO) -> Any:
    """An open file as mutagen reads it, even if texts in it are not valid UTF-16."""
    try:
        return kind(source)
    except UnicodeError:
        return kind(header_with_valid_texts(source))


def header_with_valid_texts(file: BinaryIO) -> BinaryIO:
    """The header of an open file with � for invalid text. Raises LayoutError if it is too long."""
    file.seek(0)
    size = int.from_bytes(file.read(_HEAD)[16:24], "little")
    if size > WHOLE:
        raise LayoutError("its ASF header is damaged")
    file.seek(0)
    data = bytearray(file.read(size))
    for start, stop in _texts(bytes(data), _HEAD, len(data)):
        text = bytes(data[start:stop]).decode("utf-16-le", "replace").encode("utf-16-le")
        if len(text) == stop - start:
            data[start:stop] = text
    return io.BytesIO(data)


def _texts(data: bytes, place: int, stop: int) -> Iterator[Span]:
    """Where the texts lie in the objects between two places."""
    while place + _OBJECT <= stop:
        guid, size = (
            data[place : place + 16],
            int.from_bytes(data[place + 16 : place + 24], "little"),
        )
        start, after = place + _OBJECT, place + size
        if not start <= after <= stop:
            return
        if guid == _CONTENT:
            yield from _content(data, start)
        elif guid in LISTS:
            yield from _attributes(data, guid, start, after)
        elif guid == EXTENSION:
            yield from _texts(data, start + EXTENSION_HEAD, after)
        place = after


def _content(data: bytes, place: int) -> Iterator[Span]:
    start = place + 2 * _TEXTS
    for at in range(place, start, 2):
        stop = start + int.from_bytes(data[at : at + 2], "little")
        yield start, min(stop, len(data))
        start = stop


def _attributes(data: bytes, guid: bytes, place: int, stop: int) -> Iterator[Span]:
    """Names, and values that are texts."""
    count = int.from_bytes(data[place : place + 2], "little")
    place += 2
    for _ in range(count):
        start, stop_of_name, after = attribute_at(guid, lambda *at: data[slice(*at)], place)
        if after > stop or after <= place:
            return
        yield start, stop_of_name
        kind = stop_of_name if guid == DESCRIPTION else place + 6
        if int.from_bytes(data[kind : kind + 2], "little") == _UNICODE:
            yield (stop_of_name + 4 if guid == DESCRIPTION else stop_of_name), after
        place = after
