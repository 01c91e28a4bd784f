"""The header of an ASF file as parts; long ones stay in the file.

A part is an attribute, or an object that is no list of attributes, so that each is copied and
compared alone. From any damage on, the rest is one part.
"""

from collections.abc import Iterator

from pacetag.tagger.tags.binary.content import Content, Stretch, joined
from pacetag.tagger.tags.binary.views import View
from pacetag.tagger.tags.containers.asf.attributes import LISTS, attribute_at
from pacetag.tagger.tags.containers.asf.objects import EXTENSION, EXTENSION_HEAD


def header_parts(view: View) -> bytes | Content:
    """The objects of a header. Raises LayoutError if the file is too short."""
    return joined(*_objects(view, 0, view.size, outermost=True))


def _objects(
    view: View, place: int, stop: int, *, outermost: bool = False
) -> Iterator[bytes | Stretch]:
    while place + 24 <= stop:
        head = view.at(place, place + 24)
        after = place + int.from_bytes(head[16:], "little")
        if not place + 24 <= after <= stop:
            break
        yield head
        if head[:16] == EXTENSION and outermost and after - place >= 24 + EXTENSION_HEAD:
            yield view.at(place + 24, place + 24 + EXTENSION_HEAD)
            yield from _objects(view, place + 24 + EXTENSION_HEAD, after)
        else:
            yield from _inside(view, head[:16], place + 24, after)
        place = after
    if place < stop:
        yield view.item(place, stop)


def _inside(view: View, guid: bytes, place: int, stop: int) -> Iterator[bytes | Stretch]:
    if guid in LISTS and stop - place >= 2:
        yield view.at(place, place + 2)
        yield from _attributes(view, guid, place + 2, stop)
    elif place < stop:
        yield view.item(place, stop)


def _attributes(view: View, guid: bytes, place: int, stop: int) -> Iterator[bytes | Stretch]:
    def read(start: int, end: int) -> bytes:
        return view.at(start, min(end, stop)) if start < stop else b""

    while place < stop:
        _, _, after = attribute_at(guid, read, place)
        if after > stop:
            break
        yield view.item(place, after)
        place = after
    if place < stop:
        yield view.item(place, stop)
