"""Notes how an ASF header was before pacetag first wrote it, so that an undo can restore it.

The note is in the padding object, whose content is not read: where there was padding, and whether
there were lists of attributes and an extension for values. Programs that rewrite the header clear
it, and then an undo leaves padding.
"""

import json
from collections.abc import Sequence

from pacetag.tagger.tags.binary.content import held
from pacetag.tagger.tags.containers.asf.objects import (
    DESCRIPTION,
    EXTENSION,
    LIBRARY,
    PADDING,
    AsfObject,
)

_MARK = b"pacetag\0"
_MOST = 1024  # bytes of a note
_LONGEST = 1 << 20  # bytes of all padding in a note
_EMPTY = b"\0\0"  # a list of no attributes
_KINDS = {"description": DESCRIPTION, "library": LIBRARY, "extension": EXTENSION}

Objects = Sequence[AsfObject]


def note_of(objects: Objects, inner: Sequence[Objects]) -> bytes:
    """The note on a header; empty if its padding has other content."""
    paddings = [(at, each.data) for at, each in enumerate(objects) if each.guid == PADDING]
    if any(not isinstance(data, bytes) or any(data) for _, data in paddings):
        return b""
    guids = {each.guid for each in (*objects, *(inner[0] if inner else ()))}
    note = {name: guid in guids for name, guid in _KINDS.items()}
    sizes = [(at, len(data)) for at, data in paddings]
    text = _MARK + json.dumps({**note, "paddings": sizes}).encode("ascii")
    fits = len(text) < _MOST and sum(size for _, size in sizes) <= _LONGEST
    return text if fits else b""


def note_in(objects: Objects) -> bytes:
    """The note in the padding of a header; empty if there is none."""
    for each in objects:
        if each.guid == PADDING and held(each.data, 0, len(_MARK)) == _MARK:
            return held(each.data, 0, _MOST).rstrip(b"\0")
    return b""


def as_noted(
    note: bytes, objects: Objects, inner: Sequence[Objects]
) -> tuple[list[AsfObject], list[Objects]] | None:
    """The objects and those in extensions, as they were; None if the note cannot be read.

    `objects` are given without padding and without pacetag's values.
    """
    try:
        said = json.loads(note[len(_MARK) :])
        paddings = [(int(at), int(size)) for at, size in said["paddings"]]
        were_there = {guid: bool(said[name]) for name, guid in _KINDS.items()}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if any(min(at, size) < 0 for at, size in paddings) or sum(s for _, s in paddings) > _LONGEST:
        return None
    inside = list(inner)
    if inside and not were_there[LIBRARY]:
        inside[0] = _without_last(inside[0], LIBRARY, _EMPTY)
    outside = list(objects)
    if not were_there[DESCRIPTION]:
        outside = _without_last(outside, DESCRIPTION, _EMPTY)
    if not were_there[EXTENSION] and inside == [[]]:
        outside, inside = [each for each in outside if each.guid != EXTENSION], []
    for at, size in paddings:
        outside.insert(at, AsfObject(guid=PADDING, data=bytes(size)))
    return outside, inside


def _without_last(objects: Objects, guid: bytes, data: bytes) -> list[AsfObject]:
    """The objects without the last one that has this GUID and data."""
    found = [at for at, each in enumerate(objects) if (each.guid, each.data) == (guid, data)]
    return [each for at, each in enumerate(objects) if at not in found[-1:]]
