"""Ogg streams without the pictures in their comments."""

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from mutagen import MutagenError

from pacetag.tagger.tags.abridged.flac import shorter_comments
from pacetag.tagger.tags.abridged.shorter import Shorter, note
from pacetag.tagger.tags.binary.content import SHORT, Data
from pacetag.tagger.tags.binary.views import WHOLE, View, view_from
from pacetag.tagger.tags.containers.flac.comments import Comments
from pacetag.tagger.tags.containers.ogg.headers import comments_start
from pacetag.tagger.tags.containers.ogg.layout import put_behind, sound_of
from pacetag.tagger.tags.containers.ogg.pages import DAMAGED, header_packets
from pacetag.tagger.tags.containers.ogg.stream import (
    header_pages,
    laid_out,
    packets_on,
    page_at,
    rendered,
    take_over,
)
from pacetag.tagger.tags.errors import LayoutError

_FLAC = b"\x7fFLAC"


def shorter_ogg(source: BinaryIO) -> Iterator[Shorter]:
    """The pages of a stream's headers, if they are large. Raises LayoutError."""
    try:
        first, old = header_pages(source)
        if not old or old[-1].stop - old[0].start <= WHOLE:
            return
        if any(one.stop != other.start for one, other in pairwise(old)):  # of several streams
            return
        count = header_packets(first.packets[0]) - 1
        start = comments_start(first.packets[0])
        comment, *others = packets_on(source, old, count)
        packets: list[Data] = [_comment(comment, start)]
        packets += [_other(each, is_block=first.packets[0].startswith(_FLAC)) for each in others]
        new, sound = laid_out(packets), sound_of(source, old, count)
        if sound is not None:
            put_behind(new, sound)
        take_over(new, first.serial, *(page_at(source, page.start) for page in (old[0], old[-1])))
    except (MutagenError, EOFError, ValueError, IndexError) as error:
        raise LayoutError(DAMAGED) from error
    instead = b"".join(map(rendered, new))
    yield Shorter(start=old[0].start, stop=old[-1].stop, instead=instead)


def _comment(packet: View, start: int) -> bytes:
    """The comment packet with short entries, and without most of its padding."""
    comments = Comments.parse(view_from(packet, start))
    place = start + comments.size
    short = shorter_comments(comments)
    head, tail = packet.at(0, start), packet.at(place, min(place + SHORT, packet.size))
    if head[:1] == b"\x04" or head[:1] == b"\x84":  # a block of FLAC, with its size
        head = head[:1] + len(short).to_bytes(3)
    return head + short + tail


def _other(packet: View, *, is_block: bool) -> bytes:
    if not is_block or packet.size <= SHORT:
        return packet.at(0, packet.size)
    left_out = note(packet.item(4, packet.size))
    return packet.at(0, 1) + len(left_out).to_bytes(3) + left_out
