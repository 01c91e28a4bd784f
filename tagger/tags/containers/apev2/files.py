"""Opens Monkey's Audio, WavPack and Musepack with mutagen, also where it would give up by itself.

mutagen does not know WavPack's custom rates, and drops a whole tag for one text that is not valid
UTF-8. Neither is a fault of the sound or of the other items.
"""

from typing import Any, BinaryIO

from mutagen.apev2 import (
    BINARY,
    EXTERNAL,
    TEXT,
    APEBadItemError,
    APENoHeaderError,
    APEv2,
    APEv2File,
    APEValue,
)

from pacetag.tagger.tags.binary.content import Stretch
from pacetag.tagger.tags.binary.spans import APE, after_id3, trailers
from pacetag.tagger.tags.containers.apev2.items import KIND, items_between
from pacetag.tagger.tags.containers.apev2.sound import check_packets_before_sound
from pacetag.tagger.tags.errors import LayoutError

_KINDS = {0: TEXT, 2: BINARY, 4: EXTERNAL}


def open_ape(kind: type[APEv2File], file: BinaryIO) -> Any:
    """The file as an object of this class of mutagen's; .info is None if it cannot be read.

    Raises OSError, and LayoutError or what mutagen raises if the tag is damaged.
    """
    audio: Any = kind.__new__(kind)  # its own __init__ would stop at the stream info
    audio.info, audio.tags = _info(kind, file), ape_tags(file)
    return audio


def open_musepack(kind: Any, source: BinaryIO) -> Any:
    """A Musepack file as mutagen reads it. Raises LayoutError if it would loop in its packets."""
    check_packets_before_sound(source)
    return open_ape(kind, source)


def ape_tags(file: BinaryIO) -> APEv2 | None:
    """The tag at the end of an open file, with texts that are not valid UTF-8; None without one."""
    file.seek(0)
    try:
        return APEv2(file)  # type: ignore[no-untyped-call]
    except APENoHeaderError:
        return None
    except APEBadItemError:
        return _by_items(file)


def _info(kind: Any, file: BinaryIO) -> Any:
    file.seek(after_id3(file))
    try:
        return kind._Info(file)
    except Exception as error:
        inner = error.args[0] if error.args else error
        if isinstance(inner, OSError) or isinstance(error, MemoryError):
            raise  # an error of the system
        return None  # a rate or a version that mutagen does not know


def _by_items(file: BinaryIO) -> APEv2:
    """The tag, read item by item. Raises LayoutError if it is damaged otherwise."""
    found = APEv2()  # type: ignore[no-untyped-call]
    tag = next((each for each in trailers(file, after_id3(file)) if each.kind == APE), None)
    if tag is None:
        raise LayoutError("its APE tag is damaged")
    for item in items_between(file, tag.body, tag.stop):
        kind = _KINDS.get(item.flags & KIND)
        if kind is None or isinstance(item.data, Stretch):
            continue
        data = item.data[8 + len(item.key) + 1 :]
        value = data if kind == BINARY else data.decode("utf-8", "replace")
        try:
            found[item.key] = APEValue(value, kind)  # type: ignore[no-untyped-call]
        except (KeyError, ValueError):  # a key that mutagen refuses
            continue
    return found
