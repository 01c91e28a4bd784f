"""ID3 tags without pictures, objects and other long frames that are no field of ours."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from mutagen.id3 import Frames, Frames_2_2
from mutagen.id3._tags import determine_bpi

from pacetag.model.audio.seven_bits import from_sevens, to_sevens
from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.content import SHORT, STEP, joined
from pacetag.tagger.tags.binary.views import WHOLE, Sliced, View, view_of, without_unsynchronisation
from pacetag.tagger.tags.containers.id3.extended import EXTENDED, past_extended_header
from pacetag.tagger.tags.containers.id3.frames import frame_names
from pacetag.tagger.tags.containers.id3.tag import UNSYNCHRONISED, tag_header
from pacetag.tagger.tags.containers.id3.unsynchronised import is_unsynchronised
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.limits import LONGEST_TEXT, UNPACKED, BoundsError

_KEPT = 1 << 10  # bytes of a frame that describe it, such as a picture's kind and description
_MOST = 20_000  # frames; tags of more are read as they are, or refused
_FIELDS = {row.id3.upper() for row in FIELDS.values()}
_BLOBS = re.compile(r"APIC|PIC|GEOB?|PRIV|MCDI?|MCI|UFID?|AENC|CRA|ENCR|GRID|COMR|CHAP|CTOC|CR?M")
_PACKED = {2: 0, 3: 0x80, 4: 0x08}  # version: flag of frames that are compressed


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """A frame of a tag."""

    name: str
    flags: int  # the second byte of them
    head: bytes  # its header
    start: int  # place of what it holds
    stop: int


def shorter_id3(source: BinaryIO, start: int = 0, stop: int | None = None) -> Iterator[Shorter]:
    """The tag at a place, if it is large; only bytes before `stop` are read. Raises LayoutError."""
    stop = source.seek(0, io.SEEK_END) if stop is None else stop
    source.seek(start)
    head = source.read(10)
    if not head.startswith(b"ID3") or len(head) < 10:
        return
    version, flags, size = tag_header(head)
    if size <= WHOLE or start + 10 + size > stop:
        return
    body = view_of(source, start + 10, start + 10 + size)
    if version < 4 and flags & UNSYNCHRONISED:
        flags &= ~UNSYNCHRONISED
        body = without_unsynchronisation(body) if is_unsynchronised(body) else body
    body, flags = past_extended_header(version, flags, body), flags & ~EXTENDED
    frames = b"".join(_frames(version, flags, body))
    tag = head[:5] + bytes([flags]) + to_sevens(len(frames)) + frames
    yield Shorter(start=start, stop=start + 10 + size, instead=tag)


def _frames(version: int, flags: int, body: View) -> Iterator[bytes]:
    """The frames, each short. Raises LayoutError if there are too many."""
    unpacked = 0
    for count, frame in enumerate(_walk(version, body)):
        if count == _MOST:
            raise LayoutError("its ID3 tag holds too many frames")
        held = body.at(frame.start, min(frame.start + SHORT, frame.stop))
        if frame.stop - frame.start > SHORT:
            if frame.flags & _PACKED[version]:
                unpacked += _unpacked(body, frame, UNPACKED - unpacked)
            held = _shorter(version, flags, body, frame, held)
        name, size = (3, len(held).to_bytes(3)) if version == 2 else (4, len(held).to_bytes(4))
        if version == 4:
            size = to_sevens(len(held))
        yield frame.head[:name] + size + frame.head[2 * name :] + held


def _walk(version: int, body: View) -> Iterator[_Frame]:
    """The frames as mutagen would find them, up to padding or damage."""
    width = 3 if version == 2 else 4
    length, place = 6 if version == 2 else 10, 0
    plain = version < 4 or determine_bpi(Sliced(body), Frames) is int  # type: ignore[no-untyped-call]
    while place + length <= body.size:
        head = body.at(place, place + length)
        if not head[:width].strip(b"\0"):
            return
        field = head[width : 2 * width]
        size = int.from_bytes(field) if plain else from_sevens(field)
        start, place = place + length, min(place + length + size, body.size)
        name = head[:width].rstrip(b" \0").decode("latin-1")
        yield _Frame(name=name, flags=head[-1] * (version > 2), head=head, start=start, stop=place)


def _shorter(version: int, flags: int, body: View, frame: _Frame, held: bytes) -> bytes:
    """The part of a long frame that is read."""
    known = Frames_2_2 if version == 2 else Frames
    blob = _BLOBS.fullmatch(frame.name) or frame.name not in known
    unsynchronised = bool(flags & UNSYNCHRONISED)
    own = not blob and (
        frame.name in ("TT2", "TP1", "TAL", "TCO", "TBP")
        or frame_names(version, frame.head + held, unsynchronised=unsynchronised) in _FIELDS
    )
    if own or not (blob or frame.stop - frame.start > LONGEST_TEXT):
        return body.at(frame.start, frame.stop)
    left_out = note(body.item(frame.start, frame.stop))
    # A packed frame with a note does not unpack, so mutagen ignores it.
    return held[:_KEPT] + left_out


def _unpacked(body: View, frame: _Frame, most: int) -> int:
    """To how many bytes a packed frame unpacks. Raises BoundsError if there are too many."""
    packer, size = zlib.decompressobj(), 0
    for place in range(frame.start + 4, frame.stop, STEP):
        data = body.at(place, min(place + STEP, frame.stop))
        try:
            while data:
                size += len(packer.decompress(data, STEP))
                data = packer.unconsumed_tail
                if size > most:
                    raise BoundsError
        except zlib.error:  # mutagen ignores it
            return size
    return size


def shorter_iff(source: BinaryIO) -> Iterator[Shorter]:
    """The tags in chunks of a WAV or AIFF file. Raises LayoutError."""
    end = source.seek(0, io.SEEK_END)
    source.seek(0)
    head = source.read(12)
    order: Literal["little", "big"] = "big" if head.startswith(b"FORM") else "little"
    place, less = 12, 0
    while place + 8 <= end:
        source.seek(place)
        chunk = source.read(8)
        stop = place + 8 + int.from_bytes(chunk[4:], order)
        if chunk[:4].upper() == b"ID3 " and stop <= end:
            for each in shorter_id3(source, place + 8, stop):
                size = len(each.instead).to_bytes(4, order)
                pad = bytes(len(each.instead) % 2)
                after = min(stop + stop % 2, end)
                instead = joined(chunk[:4] + size, each.instead, pad)
                less += after - place - len(instead)
                yield Shorter(start=place, stop=after, instead=instead)
        place = stop + stop % 2
    if less:
        size = max(0, int.from_bytes(head[4:8], order) - less).to_bytes(4, order)
        yield Shorter(start=4, stop=8, instead=size)


def shorter_dsf(source: BinaryIO) -> Iterator[Shorter]:
    """The tag at the end of a DSF file. Raises LayoutError."""
    source.seek(0)
    head = source.read(28)
    place = int.from_bytes(head[20:28], "little")
    end = source.seek(0, io.SEEK_END)
    if not 28 <= place < end:
        return
    for each in shorter_id3(source, place, end):
        less = each.stop - each.start - len(each.instead)
        total = int.from_bytes(head[12:20], "little") - less
        yield Shorter(start=12, stop=20, instead=max(0, total).to_bytes(8, "little"))
        yield each
