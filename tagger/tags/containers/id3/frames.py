"""The frames of an ID3v2 tag: split, named and made."""

import codecs
from collections.abc import Sequence
from itertools import pairwise
from typing import overload

from mutagen.id3 import Frames
from mutagen.id3._tags import determine_bpi

from pacetag.model.audio.seven_bits import from_sevens, to_sevens
from pacetag.tagger.tags.binary.content import STEP, Stretch, held
from pacetag.tagger.tags.binary.views import Sliced, View, as_view
from pacetag.tagger.tags.errors import LayoutError

_SHORT = {"TBPM": "TBP", "TXXX": "TXX"}  # names in ID3v2.2 of the fields that are written
_LONG = {short: long for long, short in _SHORT.items()}
_LONG |= {"TT2": "TIT2", "TP1": "TPE1", "TAL": "TALB", "TCO": "TCON"}

_MOST = 20_000  # frames of a tag; songs have some dozens

LATIN1, UTF16, UTF16BE, UTF8 = 0, 1, 2, 3
CODECS = {LATIN1: "latin-1", UTF16: "utf-16", UTF16BE: "utf-16-be", UTF8: "utf-8"}


Frame = bytes | Stretch  # with its header


@overload
def split_frames(version: int, body: bytes) -> tuple[tuple[bytes, ...], bytes, bool]: ...


@overload
def split_frames(version: int, body: View) -> tuple[tuple[Frame, ...], Frame, bool]: ...


def split_frames(version: int, body: bytes | View) -> tuple[tuple[Frame, ...], Frame, bool]:
    """The frames of a tag's body with their headers, what follows, and whether sizes are synchsafe.

    What follows them is usually zeros. Else it is a frame that the tag's end cuts off, other
    padding, or sound that a wrong size counts to the tag. Raises LayoutError if there are too many
    frames.
    """
    view = as_view(body)
    synchsafe = version == 4
    places = _places(version, view, synchsafe=synchsafe)
    if synchsafe and not is_blank(view, places[-1]):
        plain = _places(version, view, synchsafe=False)
        if is_blank(view, plain[-1]) or _is_plain(view):
            synchsafe, places = False, plain
    frames = tuple(view.item(start, stop) for start, stop in pairwise(places))
    return frames, view.item(places[-1], view.size), synchsafe


def _places(version: int, view: View, *, synchsafe: bool) -> list[int]:
    """Where the frames begin, and where the last one ends; their names may be odd.

    A name with a byte 0xFF ends them: that may be sound, which a wrong size counts to the tag.
    """
    name_length, head_length = (3, 6) if version == 2 else (4, 10)
    places = [0]
    while places[-1] + head_length <= view.size:
        place = places[-1]
        head = view.at(place, place + head_length)
        name = head[:name_length]
        size = _size(head[name_length : 2 * name_length], synchsafe=synchsafe)
        if not name.strip(b"\0") or b"\xff" in name or size is None:
            break
        stop = place + head_length + size
        if stop > view.size:
            break
        if len(places) > _MOST:
            raise LayoutError(f"its ID3 tag holds more than {_MOST} frames")
        places.append(stop)
    return places


def _size(field: bytes, *, synchsafe: bool) -> int | None:
    """The size in a field; None if it should be synchsafe and is not."""
    if not synchsafe:
        return int.from_bytes(field)
    return None if any(byte & 0x80 for byte in field) else from_sevens(field)


def _is_plain(view: View) -> bool:
    """Whether mutagen reads the sizes of a damaged tag of 2.4 as plain numbers."""
    return bool(determine_bpi(Sliced(view), Frames) is int)  # type: ignore[no-untyped-call]


def is_blank(view: View, start: int) -> bool:
    """Whether a view has only zeros from a place on."""
    return not any(
        view.at(place, min(place + STEP, view.size)).strip(b"\0")
        for place in range(start, view.size, STEP)
    )


def is_text(frame: Frame) -> bool:
    """Whether it is a text frame; the names of all of them begin with T."""
    return held(frame, 0, 1) == b"T"


def frame_names(version: int, frame: Frame, *, unsynchronised: bool = False) -> str:
    """The frame's name in the field table: its identifier, with the description if custom."""
    if isinstance(frame, Stretch):  # its beginning is enough: no name of ours is as long
        frame = frame.head
    name = frame[: 3 if version == 2 else 4].rstrip(b" \0").decode("latin-1")
    name = _LONG.get(name, name)
    if name != "TXXX":
        return name
    content = frame_content(version, frame, unsynchronised=unsynchronised)
    return f"{name}:{_description(content).upper()}"


def frame_text(version: int, frame: Frame, name: str, *, unsynchronised: bool = False) -> str:
    """The first text of a frame with that name, with � for invalid bytes.

    Empty for any other frame. An unknown encoding is read as Latin-1.
    """
    if isinstance(frame, Stretch):
        frame = frame.head
    own = frame[: 3 if version == 2 else 4].rstrip(b" \0").decode("latin-1")
    if name != _LONG.get(own, own):
        return ""
    content = frame_content(version, frame, unsynchronised=unsynchronised)
    if content[:1] not in (bytes([each]) for each in CODECS):
        content = bytes([LATIN1]) + content[1:]
    return _description(content)


def frame_content(version: int, frame: bytes, *, unsynchronised: bool) -> bytes:
    """The frame without its header; empty if it is compressed or encrypted, as ours never are."""
    if version == 2:
        return frame[6:]
    content, flags = frame[10:], frame[9]
    if version == 3:
        return b"" if flags else content
    if flags & 0x4C:  # grouped, compressed, encrypted
        return b""
    if flags & 0x01:  # the length is told once more
        content = content[4:]
    if flags & 0x02 or unsynchronised:
        content = content.replace(b"\xff\x00", b"\xff")
    return content


def says_nothing(version: int, frame: Frame) -> bool:
    """Whether the frame has no text, not even a terminator, so that programs ignore it."""
    return len(frame) <= (7 if version == 2 else 11)


def _description(content: bytes) -> str:
    encoding, text = content[:1], content[1:]
    if not encoding or encoding[0] not in CODECS:
        return ""
    if encoding[0] in (LATIN1, UTF8):
        text = text.partition(b"\0")[0]
    else:
        ends = (at for at in range(0, len(text) - 1, 2) if text[at : at + 2] == b"\0\0")
        text = text[: next(ends, len(text))]
    return text.decode(CODECS[encoding[0]], "replace")


def make_frame(version: int, name: str, values: Sequence[str], *, synchsafe: bool) -> bytes:
    """One frame with these values: several strings in 2.4, before that one, joined with "/".

    Custom text is UTF-8 in 2.4, and before that UTF-16, the only alternative to Latin-1 there.
    """
    identifier, _, description = name.partition(":")
    text = ("\0" if version == 4 else "/").join(values)
    if not description and text.isascii():  # a number: in Latin-1, which the oldest readers expect
        # mutagen sees an empty text only by its terminator.
        content = bytes([LATIN1]) + (text or "\0").encode("ascii")
    elif version == 4:
        content = bytes([UTF8]) + _terminated(description, "\0").encode() + text.encode()
    else:
        content = bytes([UTF16]) + b"".join(
            codecs.BOM_UTF16_LE + part.encode("utf-16-le")
            for part in ([f"{description}\0", text] if description else [text])
        )
    return wrapped(version, identifier, content, synchsafe=synchsafe)


def make_plain_frame(version: int, name: str, values: Sequence[str]) -> bytes:
    """A frame of 2.2 or 2.3 without a byte 0xFF: in Latin-1, if the text is ASCII."""
    identifier, _, description = name.partition(":")
    text = _terminated(description, "\0") + "/".join(values)
    if not description or not text.isascii():
        return make_frame(version, name, values, synchsafe=False)
    content = bytes([LATIN1]) + text.encode("ascii")
    return wrapped(version, identifier, content, synchsafe=False)


def make_frame_like(
    old: Frame, version: int, name: str, values: Sequence[str], *, synchsafe: bool
) -> bytes:
    """A frame in the encoding of an old one with this name, so that an undo gives the same bytes.

    Custom text and packed frames are made anew.
    """
    frame = old.head if isinstance(old, Stretch) else old
    content = frame[6 if version == 2 else 10 :]
    flags = b"" if version == 2 else frame[8:10]
    if ":" in name or any(flags) or len(content) < 2 or content[0] not in CODECS:
        return make_frame(version, name, values, synchsafe=synchsafe)
    encoding, old_text = content[0], content[1:]
    mark, codec = b"", CODECS[encoding]
    if encoding == UTF16:
        mark = old_text[:2]
        codec = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
    end = bytes(2 if encoding in (UTF16, UTF16BE) else 1)
    texts = values if version == 4 else ["/".join(values)]
    try:
        content = bytes([encoding]) + end.join(mark + text.encode(codec) for text in texts)
    except UnicodeEncodeError:
        return make_frame(version, name, values, synchsafe=synchsafe)
    content += end if old_text.endswith(end) and len(old_text) % len(end) == 0 else b""
    return wrapped(version, name, content, synchsafe=synchsafe)


def wrapped(version: int, identifier: str, content: bytes, *, synchsafe: bool) -> bytes:
    """A frame with this content; the identifier is that of ID3v2.3 and 2.4."""
    if version == 2:
        return _SHORT[identifier].encode() + len(content).to_bytes(3) + content
    is_safe = version == 4 and synchsafe
    size = to_sevens(len(content)) if is_safe else len(content).to_bytes(4)
    return identifier.encode() + size + b"\0\0" + content


def _terminated(text: str, end: str) -> str:
    return text + end if text else ""
