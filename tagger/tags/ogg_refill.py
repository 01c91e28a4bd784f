"""The pages of Ogg header packets with other content of the same length, so that nothing moves."""

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from mutagen.ogg import OggPage

from pacetag.tagger.tags.pieces import Piece


def refilled(
    source: BinaryIO, old_pages: Sequence[Any], packets: Sequence[bytes]
) -> list[Piece] | None:
    """The whole file with these header packets on its old pages (OggPage), as pieces.

    None where they are not as long as the old ones, packet by packet and all together, or where the
    pages are not as mutagen would write them.
    """
    old = OggPage.to_packets(list(old_pages))[: len(packets)]  # type: ignore[no-untyped-call]
    if [len(each) for each in old] != [len(each) for each in packets]:
        return None
    data = b"".join(packets)
    pieces: list[Piece] = []
    place = behind = 0
    for page in old_pages:
        source.seek(page.offset)
        if source.read(page.size) != page.write():
            return None
        fresh, place = _refilled(page, data, place)
        pieces += [(behind, page.offset), fresh]
        behind = page.offset + page.size
    end = source.seek(0, io.SEEK_END)
    return [*pieces, (behind, end)]


def _refilled(page: Any, data: bytes, place: int) -> tuple[bytes, int]:
    """One page with the data from a place on, and the place up to which it holds them."""
    kept = page.packets
    page.packets = []
    for part in kept:
        # Sound may follow the headers on the last page.
        new = data[place : place + len(part)] if place < len(data) else part
        page.packets.append(new)
        place += len(new)
    try:
        return page.write(), place
    finally:
        page.packets = kept
