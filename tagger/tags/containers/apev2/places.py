"""Where an APEv2 tag stands at the end of a file, and where a new one may."""

import io
from collections.abc import Sequence
from typing import BinaryIO

from pacetag.tagger.tags.binary.spans import APE, ID3V1, LYRICS, Span, Trailer, after_id3, trailers
from pacetag.tagger.tags.errors import LayoutError


def sound_and_zeros(source: BinaryIO) -> Span:
    """The span of the sound and of zeros behind it."""
    start = after_id3(source)
    found = trailers(source, start)
    return start, found[-1].start if found else source.seek(0, io.SEEK_END)


def tag_read_by_others(found: Sequence[Trailer]) -> int | None:
    """Which of the tags at the end, the last one first, other programs read as the APE tag.

    They look at the very end, and before ID3v1 and the lyrics that may precede that. Raises
    LayoutError if an APE tag stands only where they do not look.
    """
    kinds = [ID3V1 if _is_plain_id3v1(each) else each.kind for each in found]
    for at, before in enumerate(([], [ID3V1], [ID3V1, LYRICS])):
        if kinds[: at + 1] == [*before, APE]:
            return at
    if APE in kinds:
        raise LayoutError("its APE tag does not stand where other programs look for one")
    return None


def _is_plain_id3v1(each: Trailer) -> bool:
    return each.kind == ID3V1 and each.stop - each.start == 128


def place_for_new(found: Sequence[Trailer], end: int) -> int:
    """Where other programs would see a new tag. Raises LayoutError if there is no such place."""
    kinds = [each.kind for each in found]
    if kinds not in ([], [ID3V1], [ID3V1, LYRICS]) or not all(map(_is_plain_id3v1, found[:1])):
        raise LayoutError("what stands at its end would hide an APE tag from other programs")
    return found[-1].start if found else end
