"""Parts of a file that are left out, and what is read instead."""

from dataclasses import dataclass

from pacetag.tagger.tags.binary.content import Data, Stretch


@dataclass(frozen=True, kw_only=True)
class Shorter:
    """A part of a file, and what is read instead."""

    start: int
    stop: int
    instead: Data


def note(part: bytes | Stretch) -> bytes:
    """The part itself if it is short; else its length and digest, as text in any encoding."""
    if isinstance(part, bytes):
        return part
    text = b"%d bytes left out, %b" % (len(part), part.digest.hex().encode())
    return text + b" " * (len(text) % 2)  # as UTF-16 takes two bytes a sign
