"""The header packets of an Ogg stream, and pages with others in their place."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Self

from mutagen.ogg import OggPage
from mutagen.oggvorbis import OggVCommentDict, OggVorbis

from pacetag.tagger.tags.binary.content import Data, Readable
from pacetag.tagger.tags.binary.pieces import Piece
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.binary.views import WHOLE, Over, View, view_of_spans
from pacetag.tagger.tags.containers.ogg.headers import is_known
from pacetag.tagger.tags.containers.ogg.pages import DAMAGED, Page, header_packets, pages
from pacetag.tagger.tags.errors import LayoutError

_PAGE = 4096  # bytes of a new page or somewhat more, as most programs make them
_FIRST = 16  # bytes of a stream's first packet, which tell its kind
_LARGE_PAGE = 28_000  # bytes of a page of large headers; twice as much still fits a page


def header_pages(source: BinaryIO) -> tuple[Any, list[Page]]:
    """The first page (OggPage) of the first stream of sound, and those up to its last header.

    Raises LayoutError, and what mutagen raises for invalid pages.
    """
    source.seek(0)
    first: Any = OggPage(source)  # type: ignore[no-untyped-call]
    while not first.packets or not is_known(first.packets[0]):
        first = OggPage(source)  # type: ignore[no-untyped-call]
    count = header_packets(first.packets[0]) - 1
    found: list[Page] = []
    ended = 0
    while ended < count:
        each = page_at(source, source.tell())  # one after the other, so that none is skipped
        if each.serial == first.serial:
            found.append(next(pages(source, each.offset)))
            ended += found[-1].packets_ended
            source.seek(found[-1].stop)
    return first, found


def sound_streams(source: BinaryIO) -> list[bytes]:
    """The beginnings of the streams of sound at the start of a file.

    The first pages of all streams that are played together come before any other page.
    """
    found: list[bytes] = []
    for page in pages(source):
        if not page.begins:
            break
        source.seek(page.body)
        first = source.read(min(_FIRST, page.stop - page.body))
        found += [first] if is_known(first) else []
    return found


def page_at(source: BinaryIO, place: int) -> Any:
    """The page (OggPage) at a place. Raises what mutagen raises if there is none."""
    source.seek(place)
    return OggPage(source)  # type: ignore[no-untyped-call]


def packets_on(source: BinaryIO, found: Sequence[Page], count: int) -> list[View]:
    """The first packets on these pages. Raises LayoutError if pages between them are missing."""
    packets: list[list[Span]] = []
    for number, page in enumerate(found, found[0].number):
        spans = page.packets()
        if page.number != number or (page.continues and spans and not packets):
            raise LayoutError(DAMAGED)
        if page.continues and spans:
            packets[-1].append(spans.pop(0))
        packets += [[span] for span in spans]
    return [view_of_spans(source, spans) for spans in packets[:count]]


class _AnyComments(OggVCommentDict):
    """Comments of Vorbis, with or without the bit that ends them, which FFmpeg does not check."""

    def load(self, fileobj: BinaryIO, errors: str = "replace", framing: bool = True) -> None:
        """Read them."""
        super().load(fileobj, errors, framing=False)  # type: ignore[no-untyped-call]


class _AnyVorbis(OggVorbis):
    _Tags = _AnyComments


def open_vorbis(_kind: type, source: BinaryIO) -> OggVorbis:
    """A Vorbis file as mutagen reads it, even if its comments lack the bit that ends them."""
    return _AnyVorbis(source)  # type: ignore[no-untyped-call]


class _Cut:
    """Part of a packet that mutagen lays out on pages without holding it in memory."""

    def __init__(self, view: Readable, start: int, stop: int) -> None:
        self.view, self.start, self.stop = view, start, stop

    def __len__(self) -> int:
        return max(0, self.stop - self.start)

    def __getitem__(self, which: slice) -> Self:
        start, stop, _ = which.indices(len(self))
        return type(self)(self.view, self.start + start, self.start + stop)

    def __add__(self, other: "_Cut | bytes") -> Self:
        """The part with what follows it in the packet."""
        return type(self)(self.view, self.start, self.stop + len(other))

    def __radd__(self, other: bytes) -> Self:
        """The part itself: mutagen adds it to an empty packet."""
        return self

    def read(self) -> bytes:
        return self.view.at(self.start, self.stop)


def laid_out(packets: Sequence[Data]) -> list[Any]:
    """Pages (OggPage) of these packets; their content is read only when they are rendered."""
    cuts = [_Cut(Over(packet), 0, len(packet)) for packet in packets]
    size = _LARGE_PAGE if sum(map(len, packets)) > WHOLE else _PAGE
    found: list[Any] = OggPage.from_packets(cuts, default_size=size)  # type: ignore[no-untyped-call]
    return found


def rendered(page: Any) -> bytes:
    """The page's bytes."""
    cuts = page.packets
    page.packets = [each.read() if isinstance(each, _Cut) else each for each in cuts]
    try:
        data: bytes = page.write()
        return data
    finally:
        page.packets = cuts


def take_over(new: Sequence[Any], serial: int, first: Any, last: Any) -> None:
    """Give new pages (OggPage) the numbers and flags of the old ones that they replace."""
    for number, page in enumerate(new, first.sequence):
        page.sequence, page.serial = number, serial
    new[0].first, new[0].last, new[0].continued = first.first, first.last, first.continued
    new[-1].first, new[-1].last, new[-1].complete = last.first, last.last, last.complete
    if not new[-1].complete and len(new[-1].packets) == 1:
        new[-1].position = -1


def exchanged(
    source: BinaryIO, old: Sequence[Page], new: Sequence[Any], end: int
) -> Iterator[Piece]:
    """The file from the first of the old pages on, with new ones (OggPage) in their place.

    Later pages of the same stream are renumbered if necessary. What follows the pages stays as it
    is.
    """
    first, last = (page_at(source, page.start) for page in (old[0], old[-1]))
    take_over(new, first.serial, first, last)
    for at, page in enumerate(old[:-1]):
        yield from map(rendered, new[at : at + 1])
        yield page.stop, old[at + 1].start
    yield from map(rendered, new[len(old) - 1 :])
    place, number = old[-1].stop, new[-1].sequence + 1
    if len(new) != len(old):
        while (behind := _page_at_or_none(source, place)) is not None:
            stop = place + behind.size
            if behind.serial == first.serial:
                behind.sequence, number = number, number + 1
                yield behind.write()
            else:
                yield place, stop
            place = stop
    yield place, end


def _page_at_or_none(source: BinaryIO, place: int) -> Any:
    """The page at a place, or None if the pages end there."""
    return page_at(source, place) if next(pages(source, place), None) is not None else None
