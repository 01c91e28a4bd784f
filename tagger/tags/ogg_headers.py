"""The packets of headers in Ogg streams: which of them holds the comments, and what else it holds.

Specifications: Vorbis I (2004), RFC 7845 (2016) for Opus, The Speex Codec Manual (2007), FLAC to
Ogg mapping 1.0 (2005).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from pacetag.tagger.tags.comments import Comments
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.padding import MOST, padding_for

_DAMAGED = "its comment header is damaged"
# How the first packet of a stream begins: how the comment packet begins, what ends the comments.
_STREAMS = {
    b"\x01vorbis": (b"\x03vorbis", b"\x01"),
    b"OpusHead": (b"OpusTags", b""),
    b"Speex   ": (b"", b""),
}
_FLAC = b"\x7fFLAC"
_COUNT = slice(7, 9)  # where FLAC's first packet says how many packets of headers follow it
_PADDING, _COMMENT, _LAST = 1, 4, 0x80  # in the first byte of FLAC's packets


class Headers(Protocol):
    """What the packets of headers hold."""

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """All that must be the same after those fields were written."""

    def render(self, wanted: Mapping[str, Sequence[str]]) -> list[bytes]:
        """The packets with other values of these fields, the first of the stream included."""


def is_known(first: bytes) -> bool:
    """Whether a stream that begins with this packet can be written."""
    return first.startswith((*_STREAMS, _FLAC))


def parse_headers(first: bytes, packets: Sequence[bytes]) -> Headers:
    """The headers in the first packet of a stream and those that follow. Raises LayoutError."""
    if first.startswith(_FLAC):
        return FlacHeaders.parse(first, packets)
    return CommentHeaders.parse(first, packets)


@dataclass(frozen=True, kw_only=True)
class CommentHeaders:
    """Headers of Vorbis, Opus or Speex: the second packet holds comments, and padding."""

    first: bytes
    magic: bytes  # how the comment packet begins
    ending: bytes  # what stands between comments and padding
    comments: Comments
    tail: bytes  # what follows the comments and must stay
    room: int  # bytes of the comment packet
    others: tuple[bytes, ...]  # Vorbis' set-up

    @classmethod
    def parse(cls, first: bytes, packets: Sequence[bytes]) -> Self:
        """The headers in these packets. Raises LayoutError."""
        magic, ending = next(each for start, each in _STREAMS.items() if first.startswith(start))
        if not packets[0].startswith(magic):
            raise LayoutError(_DAMAGED)
        content = packets[0][len(magic) :]
        comments = Comments.parse(content)
        tail = content[comments.size :]
        if not tail.startswith(ending):
            raise LayoutError(_DAMAGED)
        return cls(
            first=first,
            magic=magic,
            ending=ending,
            comments=comments,
            # RFC 7845, 5.2: a one in the lowest bit means that it is no padding.
            tail=tail if not ending and tail and tail[0] & 1 else b"",
            room=len(packets[0]),
            others=tuple(packets[1:]),
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Set-up and foreign comments."""
        foreign = self.comments.foreign(names)
        return (self.first, self.tail, *self.others, self.comments.vendor, *foreign)

    def render(self, wanted: Mapping[str, Sequence[str]]) -> list[bytes]:
        """The packets with other values of these fields, and padding behind the comments."""
        packet = self.magic + self.comments.render(wanted) + self.ending + self.tail
        if not self.tail:
            packet += bytes(padding_for(self.room - len(packet)))
        return [self.first, packet, *self.others]


@dataclass(frozen=True, kw_only=True)
class FlacHeaders:
    """Headers of FLAC: each packet is a metadata block, the second of the stream the comments."""

    first: bytes
    comments: Comments
    others: tuple[bytes, ...]  # blocks but comments and padding
    padded: int  # bytes of pages that comments and padding take
    last: int  # the flag of the last block, 0 where the encoder leaves it out

    @classmethod
    def parse(cls, first: bytes, packets: Sequence[bytes]) -> Self:
        """The headers in these packets. Raises LayoutError."""
        if any(len(each) < 4 or len(each) != 4 + int.from_bytes(each[1:4]) for each in packets):
            raise LayoutError(_DAMAGED)
        if packets[0][0] & ~_LAST != _COMMENT:
            raise LayoutError(_DAMAGED)
        comments = Comments.parse(packets[0][4:])
        if comments.size != len(packets[0]) - 4:
            raise LayoutError(_DAMAGED)
        return cls(
            first=first,
            comments=comments,
            others=tuple(each for each in packets[1:] if each[0] & ~_LAST != _PADDING),
            padded=sum(
                _laced(len(each)) for each in packets if each[0] & ~_LAST in (_COMMENT, _PADDING)
            ),
            last=packets[-1][0] & _LAST,
        )

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other block and foreign comment."""
        first = self.first[: _COUNT.start] + self.first[_COUNT.stop :]
        others = [bytes([each[0] & ~_LAST]) + each[1:] for each in self.others]
        return (first, *others, self.comments.vendor, *self.comments.foreign(names))

    def render(self, wanted: Mapping[str, Sequence[str]]) -> list[bytes]:
        """The packets with other values of these fields, and one padding block at the end.

        A stream that does not say how many blocks it has gets none, since nobody could count it.
        """
        comment = _block(_COMMENT, self.comments.render(wanted))
        if not any(self.first[_COUNT]):
            return [self.first, bytes([comment[0] | self.last]) + comment[1:]]
        blocks = [comment, *self.others, _block(_PADDING, bytes(self._padding(comment)))]
        flagged = [bytes([each[0] & ~_LAST]) + each[1:] for each in blocks]
        flagged[-1] = bytes([blocks[-1][0] | self.last]) + blocks[-1][1:]
        first = self.first[: _COUNT.start] + len(blocks).to_bytes(2) + self.first[_COUNT.stop :]
        return [first, *flagged]

    def _padding(self, comment: bytes) -> int:
        """Bytes of padding with which all packets together take as much as they did, if any does.

        A page notes the length of a packet in one byte for each 255 of its bytes.
        """
        room = self.padded - _laced(len(comment))
        guess = max(0, room) * 255 // 256 - 4
        fitting = [
            size for size in range(guess - 2, guess + 2) if size >= 0 and _laced(size + 4) == room
        ]
        return padding_for(fitting[0]) if fitting else MOST


def _laced(size: int) -> int:
    """Bytes that a packet of that size takes on its pages, their headers aside."""
    return size + size // 255 + 1


def _block(kind: int, data: bytes) -> bytes:
    """A block of FLAC. Raises LayoutError beyond 16 MiB."""
    if len(data) >= 1 << 24:
        raise LayoutError("its comments would grow beyond 16 MiB")
    return bytes([kind]) + len(data).to_bytes(3) + data
