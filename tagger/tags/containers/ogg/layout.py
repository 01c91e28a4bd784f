"""Ogg (Vorbis, Opus, FLAC, Speex): the comment packet changes, all other packets are copied.

mutagen rebuilds and renumbers the pages. Specification: RFC 3533 (2003).
"""

import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Self

from mutagen import MutagenError
from mutagen.ogg import OggPage

from pacetag.tagger.tags.binary.content import joined
from pacetag.tagger.tags.binary.pieces import Piece, write_pieces
from pacetag.tagger.tags.binary.views import Over
from pacetag.tagger.tags.containers.ogg.headers import Headers, parse_headers
from pacetag.tagger.tags.containers.ogg.origin import laid_out_as, note_of
from pacetag.tagger.tags.containers.ogg.pages import (
    DAMAGED,
    Page,
    check_end,
    check_order,
    header_packets,
    pages,
)
from pacetag.tagger.tags.containers.ogg.refill import is_usual, refilled
from pacetag.tagger.tags.containers.ogg.stream import (
    exchanged,
    header_pages,
    laid_out,
    packets_on,
    page_at,
    rendered,
    sound_streams,
    take_over,
)
from pacetag.tagger.tags.errors import LayoutError

_STEP = 1 << 20  # bytes read at once


@dataclass(frozen=True, kw_only=True)
class OggLayout:
    """The header packets of the first stream that can be written."""

    headers: Headers
    first: Any  # OggPage, of the first packet alone
    old_pages: tuple[Page, ...]  # those that are replaced
    sound: Any  # OggPage, of packets of sound on the last of these; None if there are none
    end: int  # bytes of the file
    after: bytes  # a hash over the identities of all other pages in order
    holds_copies: ClassVar[bool] = False  # there are no older tags beside it

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        try:
            first, old_pages = header_pages(source)
            count = header_packets(first.packets[0]) - 1
            packets = packets_on(source, old_pages, count)
            sound = sound_of(source, old_pages, count)
        except (MutagenError, EOFError, ValueError, IndexError) as error:
            raise LayoutError(DAMAGED) from error
        if len(sound_streams(source)) > 1:
            raise LayoutError("it holds several streams of sound, and tags can speak of one alone")
        check_end(source)
        if sound is None and not _sound_follows(source, old_pages[-1]):
            raise LayoutError(f"{DAMAGED} (no sound follows the headers)")
        return cls(
            headers=parse_headers(first.packets[0], packets),
            first=first,
            old_pages=tuple(old_pages),
            sound=sound,
            end=source.seek(0, io.SEEK_END),
            after=_identities(source, old_pages, sound),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Other headers, foreign comments, and every other page's flags, position and stream."""
        return (*self.headers.kept(names), self.after)

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values.

        Without any field of pacetag's, the headers lie as they did before the first one came.
        """
        as_first = None if self.sound is not None else self.headers.as_first(wanted)
        note, packets = as_first or (b"", [])
        first = self.first.packets[0]
        if as_first is None:
            first, packets = self._noting(source).render(wanted)
        unmoved = None
        if first == self.first.packets[0]:
            unmoved = refilled(source, self.old_pages, packets, self.end)
        if unmoved is not None:
            write_pieces(source, target, unmoved)
            return
        target.seek(0)  # which a comparison refuses: pages move, so this write is no patch
        check_order(source)
        try:
            new_pages = laid_out_as(note, Over(joined(*packets)), self.first.serial)
            new_pages = new_pages or laid_out(packets)
            write_pieces(source, target, self._moved(source, first, new_pages))
        except (MutagenError, EOFError, ValueError) as error:
            raise LayoutError(DAMAGED) from error

    def _noting(self, source: BinaryIO) -> Headers:
        """The headers, with a note on their pages if these could be made again."""
        if self.sound is not None or not all(is_usual(source, page) for page in self.old_pages):
            return self.headers
        return self.headers.noting(note_of(self.old_pages))

    def _moved(self, source: BinaryIO, first: bytes, new_pages: list[Any]) -> Iterator[Piece]:
        """The file with these header pages (OggPage)."""
        place, start = 0, self.old_pages[0].start
        if first != self.first.packets[0]:
            page = laid_out([first])
            take_over(page, self.first.serial, self.first, self.first)
            yield 0, self.first.offset
            yield from map(rendered, page)
            place = self.first.offset + self.first.size
        yield place, start
        if self.sound is not None:
            put_behind(new_pages, self.sound)
        yield from exchanged(source, self.old_pages, new_pages, self.end)


def sound_of(source: BinaryIO, old_pages: Sequence[Page], count: int) -> Any:
    """The sound that old encoders put on the page of the last header, as a page of its own.

    It has that page's position, which is that of the last packet that ends there. None if sound
    begins on a fresh page, as the standard demands.
    """
    last = page_at(source, old_pages[-1].start)
    ended = sum(page.packets_ended for page in old_pages[:-1])
    packets = last.packets[count - ended :]
    if not packets:
        return None
    page: Any = OggPage()  # type: ignore[no-untyped-call]
    page.packets, page.complete = packets, last.complete
    page.position, page.serial, page.last = last.position, last.serial, last.last
    return page


def _sound_follows(source: BinaryIO, last_header: Page) -> bool:
    """Whether the stream goes on behind its headers."""
    return any(page.serial == last_header.serial for page in pages(source, last_header.stop))


def put_behind(header_pages: list[Any], sound: Any) -> None:
    """Put the sound back on the last header page, since decoders would not find it elsewhere."""
    last = header_pages[-1]
    packets = [*last.packets, *sound.packets]
    if sum(len(packet) // 255 + 1 for packet in packets) > 255:  # no page holds so much
        header_pages.append(sound)
        return
    last.packets, last.position, last.complete = packets, sound.position, sound.complete


def _identities(source: BinaryIO, old_pages: Sequence[Page], sound: Any) -> bytes:
    """A hash over the identity of each page of sound without its number, and over all else.

    That is the headers of other streams' pages, and what lies behind the pages.
    """
    total = hashlib.blake2b(digest_size=16)
    headers, serial = {page.start for page in old_pages}, old_pages[-1].serial
    place = 0
    for page in pages(source):
        if page.serial != serial:
            source.seek(page.start)
            total.update(source.read(page.body - page.start))  # its number and checksum included
        elif page.start not in headers:
            total.update(page.identity + page.segments)
        elif sound is not None and page.start == old_pages[-1].start:
            alone = next(pages(io.BytesIO(sound.write())))
            total.update(alone.identity + alone.segments)
        place = page.stop
    source.seek(place)
    while data := source.read(_STEP):
        total.update(data)
    return total.digest()
