"""The frames of an ID3v2 tag: apart, recognised, and made."""

import codecs
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import overload

from pacetag.tagger.tags.content import Stretch, held
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.views import View, as_view

_SHORT = {"TBPM": "TBP", "TXXX": "TXX"}  # names in ID3v2.2 of what is written
_LONG = {short: long for long, short in _SHORT.items()}
_LONG |= {"TT2": "TIT2", "TP1": "TPE1", "TAL": "TALB", "TCO": "TCON"}
_NAME = re.compile(rb"[A-Za-z0-9]{2,4}[ \0]{0,2}")  # 2.3 tags with names of 2.2 exist: "TT2\0"

_MOST = 20_000  # frames of a tag; songs have some dozens

LATIN1, UTF16, UTF16BE, UTF8 = 0, 1, 2, 3
CODECS = {LATIN1: "latin-1", UTF16: "utf-16", UTF16BE: "utf-16-be", UTF8: "utf-8"}


Frame = bytes | Stretch  # with its header


@overload
def split_frames(version: int, body: bytes) -> tuple[tuple[bytes, ...], bool]: ...


@overload
def split_frames(version: int, body: View) -> tuple[tuple[Frame, ...], bool]: ...


def split_frames(version: int, body: bytes | View) -> tuple[tuple[Frame, ...], bool]:
    """The frames of a tag's body with their headers, and whether sizes are synchsafe.

    Raises LayoutError where they do not fill the body up to its padding.
    """
    view = as_view(body)
    synchsafe = version == 4
    try:
        places = _places(version, view, synchsafe=synchsafe)
    except LayoutError:
        if version < 4:
            raise
        synchsafe = False
        places = _places(version, view, synchsafe=False)
    return tuple(view.item(start, stop) for start, stop in pairwise(places)), synchsafe


def _places(version: int, view: View, *, synchsafe: bool) -> list[int]:
    """Where the frames begin, and where the last one ends."""
    name_length, head_length = (3, 6) if version == 2 else (4, 10)
    places = [0]
    while places[-1] + head_length <= view.size:
        place = places[-1]
        head = view.at(place, place + head_length)
        if not head[0]:
            break
        size = _size(head[name_length : 2 * name_length], synchsafe=synchsafe)
        stop = place + head_length + size
        if not _NAME.fullmatch(head[:name_length]) or stop > view.size:
            raise LayoutError(f"its ID3 tag is damaged after {len(places) - 1} frames")
        if len(places) > _MOST:
            raise LayoutError(f"its ID3 tag holds more than {_MOST} frames")
        places.append(stop)
    return places


def _size(field: bytes, *, synchsafe: bool) -> int:
    if not synchsafe:
        return int.from_bytes(field)
    if any(byte & 0x80 for byte in field):
        raise LayoutError("its ID3 tag is damaged (sizes)")
    size = 0
    for byte in field:
        size = size << 7 | byte
    return size


def is_text(frame: Frame) -> bool:
    """Whether the frame is one of the text frames, which all begin with T."""
    return held(frame, 0, 1) == b"T"


def frame_names(version: int, frame: Frame, *, unsynchronised: bool = False) -> str:
    """What the field table calls the frame: its identifier, with its description if custom."""
    if isinstance(frame, Stretch):  # its beginning is enough: no name of ours is as long
        frame = frame.head
    name = frame[: 3 if version == 2 else 4].rstrip(b" \0").decode("ascii")
    name = _LONG.get(name, name)
    if name != "TXXX":
        return name
    content = frame_content(version, frame, unsynchronised=unsynchronised)
    return f"{name}:{_description(content).upper()}"


def frame_text(version: int, frame: Frame, name: str, *, unsynchronised: bool = False) -> str:
    """The first text of a frame of that name, � for what is no sign in it.

    Empty for any other frame. An encoding that is none is taken for Latin-1.
    """
    if isinstance(frame, Stretch):
        frame = frame.head
    own = frame[: 3 if version == 2 else 4].rstrip(b" \0").decode("ascii")
    if name != _LONG.get(own, own):
        return ""
    content = frame_content(version, frame, unsynchronised=unsynchronised)
    if content[:1] not in (bytes([each]) for each in CODECS):
        content = bytes([LATIN1]) + content[1:]
    return _description(content)


def frame_content(version: int, frame: bytes, *, unsynchronised: bool) -> bytes:
    """The frame without its header. Empty where it is compressed or encrypted: not ours then."""
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
    """Whether the frame holds no text at all, not even the end of one: programs pass over it."""
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
    """One frame with these values: several strings in 2.4, one joined with "/" before.

    Custom text is UTF-16 before 2.4, which knows nothing else beside Latin-1, and UTF-8 in 2.4.
    """
    identifier, _, description = name.partition(":")
    text = ("\0" if version == 4 else "/").join(values)
    if not description and text.isascii():  # a number: Latin-1, which the oldest readers expect
        # Of text without a sign mutagen sees the end alone.
        content = bytes([LATIN1]) + (text or "\0").encode("ascii")
    elif version == 4:
        content = bytes([UTF8]) + _terminated(description, "\0").encode() + text.encode()
    else:
        content = bytes([UTF16]) + b"".join(
            codecs.BOM_UTF16_LE + part.encode("utf-16-le")
            for part in ([f"{description}\0", text] if description else [text])
        )
    return wrapped(version, identifier, content, synchsafe=synchsafe)


def make_frame_like(
    old: Frame, version: int, name: str, values: Sequence[str], *, synchsafe: bool
) -> bytes:
    """A frame in the encoding of one that has this name, so that an undo gives the same bytes.

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
    size = len(content)
    if version == 4 and synchsafe:
        size = sum((size >> 7 * place & 0x7F) << 8 * place for place in range(4))
    return identifier.encode() + size.to_bytes(4) + b"\0\0" + content


def _terminated(text: str, end: str) -> str:
    return text + end if text else ""
