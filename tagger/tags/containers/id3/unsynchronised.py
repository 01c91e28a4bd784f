"""ID3's unsynchronisation: a zero after each byte 0xFF, so that no tag looks like sound.

In 2.2 and 2.3 it applies to the whole tag. Programs do it in two ways, and some only set the flag.
"""

import re
from enum import Enum

from pacetag.tagger.tags.binary.content import STEP, Data, chunks
from pacetag.tagger.tags.binary.views import WHOLE, View, without_unsynchronisation

_UNSAFE = re.compile(rb"\xff[\xe0-\xff]")


class Way(Enum):
    """After which bytes 0xFF the zeros come."""

    EVERY = re.compile(rb"\xff")
    NEEDED = re.compile(rb"\xff(?=[\xe0-\xff\0]|\Z)")

    def unsynchronised(self, data: Data) -> bytes:
        """The data with its zeros."""
        return bytes(self.value.sub(b"\xff\0", b"".join(chunks(data))))


def is_unsynchronised(view: View) -> bool:
    """Whether a tag is unsynchronised as its flag says; if not, mutagen ignores the flag."""
    last = b""
    for place in range(0, view.size, STEP):
        data = last + view.at(place, min(place + STEP, view.size))
        if _UNSAFE.search(data):
            return False
        last = data[-1:]
    return last != b"\xff"


def way_of(view: View) -> Way | None:
    """The way that gives the same bytes again; None if neither does, or for a large tag."""
    if view.size > WHOLE:
        return None
    data, plain = view.at(0, view.size), without_unsynchronisation(view)
    held = plain.at(0, plain.size)
    return next((way for way in Way if way.unsynchronised(held) == data), None)
