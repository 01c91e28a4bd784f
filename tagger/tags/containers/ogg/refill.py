"""Fills the pages of Ogg headers with other content of the same length, so that nothing moves."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from pacetag.tagger.tags.binary.content import Data, joined
from pacetag.tagger.tags.binary.pieces import Piece
from pacetag.tagger.tags.binary.views import Over
from pacetag.tagger.tags.containers.ogg.pages import Page
from pacetag.tagger.tags.containers.ogg.stream import packets_on, page_at


def refilled(
    source: BinaryIO, old_pages: Sequence[Page], packets: Sequence[Data], end: int
) -> Iterator[Piece] | None:
    """The whole file with these header packets on its old pages, as pieces.

    None if any packet has another length than the old one, or if the pages are not as mutagen would
    write them.
    """
    old = packets_on(source, old_pages, len(packets))
    if [each.size for each in old] != [len(each) for each in packets]:
        return None
    if not all(is_usual(source, page) for page in old_pages):
        return None
    return _pieces(source, old_pages, Over(joined(*packets)), end)


def is_usual(source: BinaryIO, page: Page) -> bool:
    """Whether the page is as mutagen would write it."""
    each = page_at(source, page.start)
    source.seek(page.start)
    return bool(source.read(page.stop - page.start) == each.write())


def _pieces(
    source: BinaryIO, old_pages: Sequence[Page], packets: Over, end: int
) -> Iterator[Piece]:
    behind = place = 0
    for old in old_pages:
        page = page_at(source, old.start)
        parts = page.packets
        page.packets = []
        for part in parts:
            # Sound may follow the headers on the last page.
            new = packets.at(place, place + len(part)) if place < packets.size else part
            page.packets.append(new)
            place += len(new)
        yield behind, old.start
        yield page.write()
        behind = old.stop
    yield behind, end
