"""Ogg Vorbis and Opus: the comment packet changes, all other packets are copied.

Pages are rebuilt and renumbered by mutagen. Specifications: RFC 3533 (2003), Vorbis I (2004),
RFC 7845 (2016).
"""

import hashlib
import io
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

from mutagen import MutagenError
from mutagen.ogg import OggPage

from pacetag.tagger.tags.comments import Comments
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.ogg_pages import pages
from pacetag.tagger.tags.padding import padding_for

_DAMAGED = "its Ogg pages are damaged"
# How the first packet of a stream begins: how the comment packet begins, packets of headers after
# the first, what ends the comments.
_STREAMS = {b"\x01vorbis": (b"\x03vorbis", 2, b"\x01"), b"OpusHead": (b"OpusTags", 1, b"")}


@dataclass(frozen=True, kw_only=True)
class OggLayout:
    """The header packets of the first stream that can be written."""

    magic: bytes  # how the comment packet begins
    ending: bytes  # what stands between comments and padding
    comments: Comments
    tail: bytes  # what follows the comments of an Opus stream and must stay
    room: int  # bytes of the comment packet
    others: tuple[bytes, ...]  # the packets that share its pages: Vorbis' set-up
    old_pages: tuple[Any, ...]  # OggPage, those that are replaced
    sound: Any  # OggPage, of the packets of sound that the last of them holds; None if it does not
    after: bytes  # a hash over the identities of all pages of sound, in order

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        try:
            first, old_pages = _header_pages(source)
        except (MutagenError, EOFError, ValueError, IndexError) as error:
            raise LayoutError(_DAMAGED) from error
        magic, count, ending = _STREAMS[first]
        packets = OggPage.to_packets(old_pages)[:count]  # type: ignore[no-untyped-call]
        if not packets[0].startswith(magic):
            raise LayoutError("its comment header is damaged")
        content = packets[0][len(magic) :]
        comments = Comments.parse(content)
        tail = content[comments.size :]
        if ending and not tail.startswith(ending):
            raise LayoutError("its comment header is damaged")
        sound = _sound_of(old_pages, count)
        return cls(
            magic=magic,
            ending=ending,
            comments=comments,
            # RFC 7845, 5.2: a one in the lowest bit means that it is no padding.
            tail=tail if not ending and tail and tail[0] & 1 else b"",
            room=len(packets[0]),
            others=tuple(packets[1:]),
            old_pages=tuple(old_pages),
            sound=sound,
            after=_identities(source, old_pages, sound),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Set-up, foreign comments, and every other page's flags, position and stream."""
        return (
            self.tail,
            *self.others,
            self.comments.vendor,
            *self.comments.foreign(names),
            self.after,
        )

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values."""
        packet = self.magic + self.comments.render(wanted) + self.ending + self.tail
        if not self.tail:
            packet += bytes(padding_for(self.room - len(packet)))
        new_pages = OggPage.from_packets(  # type: ignore[no-untyped-call]
            [packet, *self.others]
        )
        if self.sound is not None:
            _put_behind(new_pages, self.sound)
        source.seek(0)
        shutil.copyfileobj(source, target, 1 << 20)
        try:
            OggPage.replace(target, list(self.old_pages), new_pages)  # type: ignore[no-untyped-call]
        except (MutagenError, EOFError, ValueError) as error:
            raise LayoutError(_DAMAGED) from error


def _header_pages(source: BinaryIO) -> tuple[bytes, list[Any]]:
    """How the first stream of sound begins, and its pages up to the last header packet."""
    source.seek(0)
    first = None
    while first is None:
        page = OggPage(source)  # type: ignore[no-untyped-call]
        packet = page.packets[0] if page.packets else b""
        first = next((magic for magic in _STREAMS if packet.startswith(magic)), None)
    found: list[Any] = []
    ended = 0
    while ended < _STREAMS[first][1]:
        each = OggPage(source)  # type: ignore[no-untyped-call]
        if each.serial == page.serial:
            found.append(each)
            ended += len(each.packets) - (not each.complete)
    return first, found


def _sound_of(header_pages: list[Any], count: int) -> Any:
    """The sound that old encoders began on the page of the last header, as a page of its own.

    It has that page's position, which speaks of the last packet that ends there. None where sound
    begins on a fresh page, as the standard wants it.
    """
    last = header_pages[-1]
    ended = sum(len(page.packets) - (not page.complete) for page in header_pages[:-1])
    packets = last.packets[count - ended :]
    if not packets:
        return None
    page: Any = OggPage()  # type: ignore[no-untyped-call]
    page.packets, page.complete = packets, last.complete
    page.position, page.serial, page.last = last.position, last.serial, last.last
    return page


def _put_behind(header_pages: list[Any], sound: Any) -> None:
    """Put the sound back on the last page of headers, where decoders would miss it elsewhere."""
    last = header_pages[-1]
    packets = [*last.packets, *sound.packets]
    if sum(len(packet) // 255 + 1 for packet in packets) > 255:  # no page holds so much
        header_pages.append(sound)
        return
    last.packets, last.position, last.complete = packets, sound.position, sound.complete


def _identities(source: BinaryIO, header_pages: list[Any], sound: Any) -> bytes:
    """A hash over what identifies each page of sound but its number."""
    total = hashlib.blake2b(digest_size=16)
    headers = {page.offset for page in header_pages}
    for page in pages(source):
        start = page.body - 27 - len(page.segments)
        if start not in headers:
            total.update(page.identity + page.segments)
        elif sound is not None and start == header_pages[-1].offset:
            alone = next(pages(io.BytesIO(sound.write())))
            total.update(alone.identity + alone.segments)
    return total.digest()
