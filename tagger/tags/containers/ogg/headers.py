"""The header packets of Ogg streams: which of them has the comments, and what else it has.

Specifications: Vorbis I (2004), RFC 7845 (2016) for Opus, The Speex Codec Manual (2007), FLAC to
Ogg mapping 1.0 (2005).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from pacetag.tagger.tags.binary.content import STEP, Data, Stretch, joined, kept_form
from pacetag.tagger.tags.binary.padding import KEPT, MOST, padding_for
from pacetag.tagger.tags.binary.views import View, as_view, view_from
from pacetag.tagger.tags.containers.flac.comments import Comments
from pacetag.tagger.tags.containers.ogg.origin import first_packet, note_in
from pacetag.tagger.tags.errors import LayoutError

_DAMAGED = "its comment header is damaged"
# Beginning of a stream's first packet: beginning of the comment packet, bytes after comments.
_STREAMS = {
    b"\x01vorbis": (b"\x03vorbis", 1),
    b"OpusHead": (b"OpusTags", 0),
    b"Speex   ": (b"", 0),
}
_FLAC = b"\x7fFLAC"
_BLOCK_HEAD = 4  # bytes of a block's kind and size
_COUNT = slice(7, 9)  # where FLAC's first packet says how many packets of headers follow it
_OWN = ("pace", "pacetag")
_PADDING, _COMMENT, _LAST = 1, 4, 0x80  # in the first byte of FLAC's packets


class Headers(Protocol):
    """The content of the header packets."""

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """All that must be the same after those fields are written."""

    def render(self, wanted: Mapping[str, Sequence[str]]) -> tuple[bytes, list[Data]]:
        """The first packet of the stream, and the others with other values of these fields."""

    def noting(self, note: bytes) -> Self:
        """The headers with a note on how they lay on pages, unless they hold pacetag's fields."""

    def as_first(self, wanted: Mapping[str, Sequence[str]]) -> tuple[bytes, list[Data]] | None:
        """The note, and the packets as they were, if none of pacetag's fields will be left."""


def is_known(first: bytes) -> bool:
    """Whether a stream that begins with this packet can be written."""
    return first.startswith((*_STREAMS, _FLAC))


def parse_headers(first: bytes, packets: Sequence[bytes | View]) -> Headers:
    """The headers in a stream's first packet and those that follow. Raises LayoutError."""
    views = [as_view(packet) for packet in packets]
    if first.startswith(_FLAC):
        return FlacHeaders.parse(first, views)
    return CommentHeaders.parse(first, views)


def comments_start(first: bytes) -> int:
    """The place in the second packet of a stream at which its comments begin."""
    if first.startswith(_FLAC):
        return _BLOCK_HEAD
    return len(next(each for start, each in _STREAMS.items() if first.startswith(start))[0])


@dataclass(frozen=True, kw_only=True)
class CommentHeaders:
    """Headers of Vorbis, Opus or Speex: the second packet holds comments, and padding."""

    first: bytes
    magic: bytes  # beginning of the comment packet
    ending: bytes  # between comments and padding
    comments: Comments
    tail: bytes | Stretch  # behind the comments, and must stay
    room: int  # bytes of the comment packet
    note: bytes  # on how the headers lay on pages, in the padding; it may lack
    others: tuple[bytes | Stretch, ...]  # Vorbis' set-up

    @classmethod
    def parse(cls, first: bytes, packets: Sequence[View]) -> Self:
        """The headers in these packets. Raises LayoutError."""
        magic, framing = next(each for start, each in _STREAMS.items() if first.startswith(start))
        packet, start = packets[0], len(magic)
        if packet.at(0, min(start, packet.size)) != magic:
            raise LayoutError(_DAMAGED)
        comments = Comments.parse(view_from(packet, start))
        place = start + comments.size
        # Vorbis demands a bit of 1 here. Some programs omit it, and FFmpeg does not check it.
        ending = packet.at(place, min(place + framing, packet.size))
        place += len(ending)
        ending = ending.ljust(framing, b"\0")
        note = note_in(packet, place)
        place += len(note)
        stays = _holds_some(packet, place)  # kept if not zero, though RFC 7845 allows such padding
        if stays and note:
            place, note = place - len(note), b""
        return cls(
            first=first,
            magic=magic,
            ending=ending,
            comments=comments,
            tail=packet.item(place, packet.size) if stays else b"",
            room=packet.size,
            note=note,
            others=tuple(each.item(0, each.size) for each in packets[1:]),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Set-up and foreign comments."""
        others = map(kept_form, (self.tail, *self.others))
        return (self.first, self.ending, *others, *self.comments.kept(names))

    def render(self, wanted: Mapping[str, Sequence[str]]) -> tuple[bytes, list[Data]]:
        """The packets with other values of these fields, and padding behind the comments."""
        packet = joined(self.magic, self.comments.render(wanted), self.ending, self.tail)
        if not self.tail:
            padding = padding_for(self.room - len(packet))
            note = self.note if len(self.note) <= padding else b""
            packet = joined(packet, note.ljust(padding, b"\0"))
        return self.first, [packet, *self.others]

    def noting(self, note: bytes) -> Self:
        """The headers with a note on how they lay on pages, unless they hold pacetag's fields."""
        entries = self.comments.entries
        if self.note or self.tail or len(self.comments.foreign(_OWN)) < len(entries):
            return self
        return replace(self, note=note)

    def as_first(self, wanted: Mapping[str, Sequence[str]]) -> tuple[bytes, list[Data]] | None:
        """The note, and the packets as they were, if none of pacetag's fields will be left."""
        left = self.comments.foreign(wanted)
        own = len(left) - len(self.comments.foreign([*wanted, *_OWN]))
        if not self.note or self.tail or own or any(wanted.get(name) for name in _OWN):
            return None
        comment = joined(self.magic, self.comments.render(wanted))
        padding = first_packet(self.note) - len(comment)
        if not len(self.ending.rstrip(b"\0")) <= padding <= KEPT:
            return None
        return self.note, [
            joined(comment, self.ending.ljust(padding, b"\0")[:padding]),
            *self.others,
        ]


@dataclass(frozen=True, kw_only=True)
class FlacHeaders:
    """Headers of FLAC: each packet is a metadata block, the second of the stream the comments."""

    first: bytes
    comments: Comments
    others: tuple[tuple[int, bytes | Stretch], ...]  # kinds and rests of all other blocks
    padded: int  # bytes of pages that comments and padding take
    last: int  # the flag of the last block, 0 if the encoder omits it

    @classmethod
    def parse(cls, first: bytes, packets: Sequence[View]) -> Self:
        """The headers in these packets. Raises LayoutError."""
        heads = [each.at(0, min(_BLOCK_HEAD, each.size)) for each in packets]
        kinds = [head[0] & ~_LAST if head else -1 for head in heads]
        pairs = list(zip(kinds, packets, strict=True))
        sizes = [_BLOCK_HEAD + int.from_bytes(head[1:]) for head in heads]
        if any(each.size != size for each, size in zip(packets, sizes, strict=True)):
            raise LayoutError(_DAMAGED)
        if kinds[0] != _COMMENT:
            raise LayoutError(_DAMAGED)
        comments = Comments.parse(view_from(packets[0], _BLOCK_HEAD))
        if comments.size != packets[0].size - _BLOCK_HEAD:
            raise LayoutError(_DAMAGED)
        return cls(
            first=first,
            comments=comments,
            others=tuple(
                (kind, each.item(1, each.size)) for kind, each in pairs[1:] if kind != _PADDING
            ),
            padded=sum(_laced(each.size) for kind, each in pairs if kind in (_COMMENT, _PADDING)),
            last=heads[-1][0] & _LAST,
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other block and foreign comment."""
        first = self.first[: _COUNT.start] + self.first[_COUNT.stop :]
        others = [bytes([kind]) + kept_form(rest) for kind, rest in self.others]
        return (first, *others, *self.comments.kept(names))

    def render(self, wanted: Mapping[str, Sequence[str]]) -> tuple[bytes, list[Data]]:
        """The packets with other values of these fields, and one padding block at the end.

        A stream that does not tell its number of blocks gets none, since it could not be counted.
        """
        comment = (_COMMENT, _sized(self.comments.render(wanted)))
        if not any(self.first[_COUNT]):
            return self.first, _blocks([comment], self.last)
        padding = (_PADDING, _sized(bytes(self._padding(1 + len(comment[1])))))
        blocks = _blocks([comment, *self.others, padding], self.last)
        count = len(blocks).to_bytes(2)
        return self.first[: _COUNT.start] + count + self.first[_COUNT.stop :], blocks

    def noting(self, _note: bytes) -> Self:
        """The headers themselves: their padding is no place for a note."""
        return self

    def as_first(self, _wanted: Mapping[str, Sequence[str]]) -> None:
        """None, as there is no note."""

    def _padding(self, comment: int) -> int:
        """Bytes of padding with which all packets together are as long as before, if possible.

        A page stores the length of a packet in one byte for each 255 of its bytes.
        """
        room = self.padded - _laced(comment)
        guess = max(0, room) * 255 // 256 - 4
        fitting = [
            size for size in range(guess - 2, guess + 2) if size >= 0 and _laced(size + 4) == room
        ]
        return padding_for(fitting[0]) if fitting else MOST


def _holds_some(packet: View, place: int) -> bool:
    """Whether a packet has anything but zeros from a place on."""
    return any(
        any(packet.at(at, min(at + STEP, packet.size))) for at in range(place, packet.size, STEP)
    )


def _laced(size: int) -> int:
    """Bytes that a packet of that size takes on its pages, without page headers."""
    return size + size // 255 + 1


def _sized(data: Data) -> Data:
    """What follows the kind in a block of FLAC. Raises LayoutError beyond 16 MiB."""
    if len(data) >= 1 << 24:
        raise LayoutError("its comments would grow beyond 16 MiB")
    return joined(len(data).to_bytes(3), data)


def _blocks(pairs: Sequence[tuple[int, Data]], last: int) -> list[Data]:
    """The packets of blocks of these kinds, the last of them marked as such."""
    flags = [0] * (len(pairs) - 1) + [last]
    return [joined(bytes([kind | f]), rest) for (kind, rest), f in zip(pairs, flags, strict=True)]
