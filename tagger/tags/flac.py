"""FLAC's metadata blocks: one of them changes, the others are copied as they lie.

Specification: RFC 9639 (2024), section 8.
"""

import io
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from pacetag.tagger.tags.comments import VENDOR, Comments
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.padding import padding_for
from pacetag.tagger.tags.spans import after_id3

STREAMINFO, PADDING, COMMENT = 0, 1, 4  # types of blocks
_LARGEST = (1 << 24) - 1  # bytes in a block


@dataclass(frozen=True, kw_only=True)
class Block:
    """A metadata block without its header."""

    kind: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class FlacLayout:
    """The blocks of a file, and what lies before and after them."""

    before: bytes  # an ID3 tag that does not belong there, kept all the same
    blocks: tuple[Block, ...]  # without padding
    size: int  # bytes of all blocks with headers and padding
    rest: int  # bytes of frames, and of whatever follows

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The layout of an open file. Raises LayoutError."""
        end = source.seek(0, io.SEEK_END)
        start = after_id3(source)
        source.seek(0)
        before = source.read(start)
        if source.read(4) != b"fLaC":
            raise LayoutError("its FLAC header is damaged")
        blocks = _read_blocks(source)
        place = source.tell()
        sync = source.read(2)
        if blocks[0].kind != STREAMINFO or len(sync) < 2 or sync[0] != 0xFF or sync[1] >> 2 != 0x3E:
            raise LayoutError("its FLAC header is damaged (no sound follows it)")
        layout = cls(
            before=before,
            blocks=tuple(block for block in blocks if block.kind != PADDING),
            size=place - start - 4,
            rest=end - place,
        )
        layout._comments()  # damaged ones are to show now, not in the middle of a rewrite
        return layout

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """Every other block, every foreign comment, and how much follows."""
        own = self._comment_block()
        comments = self._comments()
        others = [bytes([each.kind]) + each.data for each in self.blocks if each is not own]
        return (
            self.before,
            *others,
            comments.vendor,
            *comments.foreign(names),
            str(self.rest).encode(),
        )

    def write(
        self, source: BinaryIO, target: BinaryIO, wanted: Mapping[str, Sequence[str]]
    ) -> None:
        """Write source to target with these values, and one padding block."""
        own = self._comment_block()
        comment = Block(kind=COMMENT, data=self._comments().render(wanted))
        blocks = [comment if each is own else each for each in self.blocks]
        if own is None:
            blocks.append(comment)
        if len(comment.data) > _LARGEST:
            raise LayoutError("its comments would grow beyond 16 MiB")
        taken = sum(4 + len(block.data) for block in blocks)
        blocks.append(Block(kind=PADDING, data=bytes(padding_for(self.size - taken - 4))))
        target.write(self.before + b"fLaC")
        for block in blocks:
            last = 0x80 if block is blocks[-1] else 0
            target.write(bytes([block.kind | last]) + len(block.data).to_bytes(3) + block.data)
        source.seek(len(self.before) + 4 + self.size)
        shutil.copyfileobj(source, target, 1 << 20)

    def _comment_block(self) -> Block | None:
        """The first one; some programs leave a second, which nobody reads."""
        return next((block for block in self.blocks if block.kind == COMMENT), None)

    def _comments(self) -> Comments:
        block = self._comment_block()
        if block is None:
            return Comments(vendor=VENDOR, entries=())
        comments = Comments.parse(block.data)
        if comments.size != len(block.data):
            raise LayoutError("its comment header is damaged")
        return comments


def _read_blocks(source: BinaryIO) -> list[Block]:
    """All blocks from the first on; the file stands behind the last then."""
    blocks: list[Block] = []
    last = False
    while not last:
        head = source.read(4)
        size = int.from_bytes(head[1:])
        data = source.read(size)
        if len(head) < 4 or len(data) < size:
            raise LayoutError("its FLAC header is damaged")
        last = bool(head[0] & 0x80)
        blocks.append(Block(kind=head[0] & 0x7F, data=data))
    return blocks
