"""Ogg (Vorbis, Opus, FLAC, Speex): the comment packet changes, all other packets are copied.

Pages are rebuilt and renumbered by mutagen. Specification: RFC 3533 (2003).
"""

import hashlib
import io
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

from mutagen import MutagenError
from mutagen.ogg import OggPage

from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.ogg_headers import Headers, is_known, parse_headers
from pacetag.tagger.tags.ogg_pages import DAMAGED, check_end, check_order, header_packets, pages
from pacetag.tagger.tags.ogg_refill import refilled
from pacetag.tagger.tags.pieces import write_pieces


@dataclass(frozen=True, kw_only=True)
class OggLayout:
    """The header packets of the first stream that can be written."""

    headers: Headers
    first: Any  # OggPage, of the first packet alone
    old_pages: tuple[Any, ...]  # OggPage, those that are replaced
    sound: Any  # OggPage, of the packets of sound that the last of them holds; None if it does not
    after: bytes  # a hash over the identities of all pages of sound, in order

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        try:
            first, old_pages = _header_pages(source)
            count = header_packets(first.packets[0]) - 1
            packets = OggPage.to_packets(old_pages)[:count]  # type: ignore[no-untyped-call]
        except (MutagenError, EOFError, ValueError, IndexError) as error:
            raise LayoutError(DAMAGED) from error
        check_end(source)
        sound = _sound_of(old_pages, count)
        if sound is None and not _sound_follows(source, old_pages[-1]):
            raise LayoutError(f"{DAMAGED} (no sound follows the headers)")
        return cls(
            headers=parse_headers(first.packets[0], packets),
            first=first,
            old_pages=tuple(old_pages),
            sound=sound,
            after=_identities(source, old_pages, sound),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Other headers, foreign comments, and every other page's flags, position and stream."""
        return (*self.headers.kept(names), self.after)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values."""
        first, *packets = self.headers.render(wanted)
        unmoved = None
        if first == self.first.packets[0]:
            unmoved = refilled(source, self.old_pages, packets)
        if unmoved is not None:
            write_pieces(source, target, unmoved)
            return
        check_order(source)
        new_pages = OggPage.from_packets(packets)  # type: ignore[no-untyped-call]
        if self.sound is not None:
            _put_behind(new_pages, self.sound)
        source.seek(0)
        shutil.copyfileobj(source, target, 1 << 20)
        try:
            OggPage.replace(target, list(self.old_pages), new_pages)  # type: ignore[no-untyped-call]
            if first != self.first.packets[0]:
                page = OggPage.from_packets([first])  # type: ignore[no-untyped-call]
                OggPage.replace(target, [self.first], page)  # type: ignore[no-untyped-call]
        except (MutagenError, EOFError, ValueError) as error:
            raise LayoutError(DAMAGED) from error


def _header_pages(source: BinaryIO) -> tuple[Any, list[Any]]:
    """The first page of the first stream of sound, and its pages up to the last header packet."""
    source.seek(0)
    first: Any = OggPage(source)  # type: ignore[no-untyped-call]
    while not first.packets or not is_known(first.packets[0]):
        first = OggPage(source)  # type: ignore[no-untyped-call]
    count = header_packets(first.packets[0]) - 1
    found: list[Any] = []
    ended = 0
    while ended < count:
        each: Any = OggPage(source)  # type: ignore[no-untyped-call]
        if each.serial == first.serial:
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


def _sound_follows(source: BinaryIO, last_header: Any) -> bool:
    """Whether the stream goes on behind its headers."""
    serial = last_header.serial.to_bytes(4, "little")
    return any(page.serial == serial and page.start > last_header.offset for page in pages(source))


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
        if page.start not in headers:
            total.update(page.identity + page.segments)
        elif sound is not None and page.start == header_pages[-1].offset:
            alone = next(pages(io.BytesIO(sound.write())))
            total.update(alone.identity + alone.segments)
    return total.digest()
