"""The fingerprint of a file's sound: tags may come, go and change, and it stays the same.

So a song that was renamed, moved or retagged is known again without listening to it.
"""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from pacetag.tagger.tags.binary.spans import Span, after_id3, between_tags
from pacetag.tagger.tags.containers.container import load
from pacetag.tagger.tags.containers.registry import by_magic
from pacetag.tagger.tags.errors import LayoutError, UnreadableError, system_reason

_STEP = 1 << 20  # bytes read at once
_NOTHING = hashlib.blake2b(digest_size=16).hexdigest()  # what an empty file holds


def file_fingerprint(path: Path) -> str:
    """32 hex digits (BLAKE2b, 128 bits) over the sound of a file, without its tags.

    MPEG, FLAC, APE, WavPack, Musepack and all that is framed alike: what lies between the tags at
    both ends, and behind FLAC's metadata. Ogg: the data of the packets after the headers, whatever
    pages they lie in. MP4: mdat. WAV, AIFF, DSF, WMA: the chunk of sound. Of damaged files the rest
    from the damage on, and of files without any such part the whole, so a fingerprint there always
    is. Raises UnreadableError where the system refuses to read the file.
    """
    try:
        with path.open("rb") as source:
            return fingerprint_of(source)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error


def fingerprint_of(source: BinaryIO) -> str:
    """The same of an open file."""
    size = source.seek(0, io.SEEK_END)
    try:
        found = _hash(source, _spans(source, size))
    except LayoutError:
        found = _hash(source, [between_tags(source)])
    return found or _hash(source, [(0, size)]) or _NOTHING


def _hash(source: BinaryIO, spans: Iterable[Span]) -> str:
    """The hash over the spans; "" where they hold nothing."""
    total, buffer, some = hashlib.blake2b(digest_size=16), memoryview(bytearray(_STEP)), False
    for start, stop in spans:
        source.seek(start)
        while start < stop:
            got = source.readinto(buffer[: min(_STEP, stop - start)])  # type: ignore[attr-defined]
            if not got:
                break
            total.update(buffer[:got])
            start, some = start + got, True
    return total.hexdigest() if some else ""


def _spans(source: BinaryIO, size: int) -> Iterable[Span]:
    """Where the sound lies. Raises LayoutError where the container is damaged before it."""
    source.seek(after_id3(source))
    container = by_magic(source.read(16))
    if container is None or not container.sound:
        return [between_tags(source)]
    found: Iterable[Span] = load(container.sound)(source, size)
    return found
