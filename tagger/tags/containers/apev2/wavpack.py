"""WavPack's blocks, as far as needed to tell that a tag behind them would be no part of them.

Specification: WavPack 4 & 5 Binary File / Block Format, wavpack.com (2020).
"""

from typing import BinaryIO

from pacetag.tagger.tags.binary.spans import past_zeros
from pacetag.tagger.tags.errors import LayoutError

_HEAD = 32  # bytes of a block's header; its size counts from the ninth


def check_blocks(source: BinaryIO, start: int, stop: int) -> None:
    """Raise LayoutError where the blocks from start on do not end at stop, where the tags begin.

    A decoder would take what is written behind a block that was cut off for the rest of it. It
    passes over zeros, which some programs leave between blocks and tags.
    """
    place = start
    while place < stop:
        source.seek(place)
        head = source.read(_HEAD)
        if head[:1] == b"\0" and past_zeros(source, place, stop) == stop:
            return
        size = 8 + int.from_bytes(head[4:8], "little")
        if not head.startswith(b"wvpk") or size < _HEAD or place + size > stop:
            raise LayoutError("its WavPack blocks are damaged or cut off")
        place += size
