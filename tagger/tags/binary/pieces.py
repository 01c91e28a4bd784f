"""A new file as pieces: bytes of its own, and spans of the old file that stay as they are."""

from collections.abc import Iterable
from typing import BinaryIO

from pacetag.tagger.tags.binary.content import Data, chunks
from pacetag.tagger.tags.binary.spans import Span
from pacetag.tagger.tags.errors import LayoutError

Piece = Data | Span

_STEP = 1 << 20  # bytes copied at once


def write_pieces(source: BinaryIO, target: BinaryIO, pieces: Iterable[Piece]) -> None:
    """Write the pieces one after the other. Raises LayoutError if the old file is too short."""
    for piece in pieces:
        if not isinstance(piece, tuple):
            for data in chunks(piece):
                target.write(data)
            continue
        start, stop = piece
        source.seek(start)
        while start < stop:
            data = source.read(min(_STEP, stop - start))
            if not data:
                raise LayoutError("it became shorter while it was being copied")
            target.write(data)
            start += len(data)
