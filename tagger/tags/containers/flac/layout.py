"""FLAC's metadata blocks: one of them changes, the others are copied as they are.

Specification: RFC 9639 (2024), section 8.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from pacetag.model.audio.flac_end import is_broken_off
from pacetag.tagger.tags.binary.content import Data, Stretch, kept_form
from pacetag.tagger.tags.binary.padding import padding_for
from pacetag.tagger.tags.binary.pieces import Piece, write_pieces
from pacetag.tagger.tags.binary.spans import Span, after_id3, between_tags, past_zeros
from pacetag.tagger.tags.binary.views import View, view_of
from pacetag.tagger.tags.containers.flac.comments import VENDOR, Comments
from pacetag.tagger.tags.containers.older import older_than_comments
from pacetag.tagger.tags.errors import BROKEN_OFF, LayoutError

STREAMINFO, PADDING, COMMENT = 0, 1, 4  # types of blocks
_LARGEST = (1 << 24) - 1  # bytes in a block


@dataclass(frozen=True, kw_only=True)
class Block:
    """A metadata block without its header."""

    kind: int
    data: bytes | Stretch


@dataclass(frozen=True, kw_only=True)
class FlacLayout:
    """The blocks of a file, and what lies before and after them."""

    before: bytes | Stretch  # ID3 tags, which do not belong there and are kept
    blocks: tuple[Block | None, ...]  # without padding; None in the place of the comments
    comments: Comments
    size: int  # bytes of all blocks with headers and padding
    rest: int  # bytes of frames and of all that follows

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        start = after_id3(source)
        source.seek(start)
        if source.read(4) != b"fLaC":
            raise LayoutError("its FLAC header is damaged")
        blocks, place = _read_blocks(source, start + 4, end)
        source.seek(past_zeros(source, place, end))  # which decoders skip, too
        sync = source.read(2)
        if blocks[0][0] != STREAMINFO or len(sync) < 2 or sync[0] != 0xFF or sync[1] >> 2 != 0x3E:
            raise LayoutError("its FLAC header is damaged (no sound follows it)")
        if is_broken_off(source, *between_tags(source)):
            raise LayoutError(BROKEN_OFF)
        # The first; some programs leave a second one, which is not read.
        own = next((view for kind, view in blocks if kind == COMMENT), None)
        return cls(
            before=view_of(source, 0, start).item(0, start),
            blocks=tuple(
                None if view is own else Block(kind=kind, data=view.item(0, view.size))
                for kind, view in blocks
                if kind != PADDING
            ),
            comments=_comments(own).beside(older_than_comments(source)),
            size=place - start - 4,
            rest=end - place,
        )

    @property
    def holds_copies(self) -> bool:
        """Whether its tag has only pacetag's fields and copies of older tags."""
        return bool(self.comments.copied)

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other block, every foreign comment, and how much follows."""
        others = [bytes([each.kind]) + kept_form(each.data) for each in self.blocks if each]
        comments = self.comments.kept(names)
        return (kept_form(self.before), *others, *comments, str(self.rest).encode())

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values, and one padding block."""
        comment = self.comments.render(wanted)
        if len(comment) > _LARGEST:
            raise LayoutError("its comments would grow beyond 16 MiB")
        blocks: list[tuple[int, Data]] = [
            (each.kind, each.data) if each else (COMMENT, comment) for each in self.blocks
        ]
        if None not in self.blocks:
            blocks.append((COMMENT, comment))
        taken = sum(4 + len(data) for _, data in blocks)
        blocks.append((PADDING, bytes(padding_for(self.size - taken - 4))))
        pieces: list[Piece] = [self.before, b"fLaC"]
        for number, (kind, data) in enumerate(blocks, 1):
            last = 0x80 if number == len(blocks) else 0
            pieces += [bytes([kind | last]) + len(data).to_bytes(3), data]
        start = len(self.before) + 4 + self.size
        write_pieces(source, target, [*pieces, (start, start + self.rest)])


def sound_of_flac(source: BinaryIO, _size: int) -> list[Span]:
    """The span of an open file's frames. Raises LayoutError."""
    place, (_, stop) = after_id3(source) + 4, between_tags(source)
    last = False
    while not last:
        source.seek(place)
        head = source.read(4)
        place += 4 + int.from_bytes(head[1:])
        last = bool(head[:1] >= b"\x80")
        if len(head) < 4 or place > stop:
            raise LayoutError("its FLAC header is damaged")
    return [(past_zeros(source, place, stop), stop)]


def _comments(block: View | None) -> Comments:
    """The comments in their block. Raises LayoutError."""
    if block is None:
        return Comments(vendor=VENDOR, entries=())
    comments = Comments.parse(block)
    if comments.size != block.size:
        raise LayoutError("its comment header is damaged")
    return comments


def _read_blocks(source: BinaryIO, place: int, end: int) -> tuple[list[tuple[int, View]], int]:
    """Kinds and contents of all blocks from a place on, and the place after the last."""
    blocks: list[tuple[int, View]] = []
    last = False
    while not last:
        source.seek(place)
        head = source.read(4)
        start, stop = place + 4, place + 4 + int.from_bytes(head[1:])
        if len(head) < 4 or stop > end:
            raise LayoutError("its FLAC header is damaged")
        last, kind = bool(head[0] & 0x80), head[0] & 0x7F
        blocks.append((kind, view_of(source, start, stop)))
        place = stop
    return blocks, place
