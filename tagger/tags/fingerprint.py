"""The fingerprint of a file's sound, which stays the same when tags change.

So a song that was renamed, moved or retagged is recognised without being analysed again.
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
_NOTHING = hashlib.blake2b(digest_size=16).hexdigest()  # of an empty file


def file_fingerprint(path: Path) -> str:
    """32 hex digits (BLAKE2b, 128 bits) over the sound of a file, without its tags.

    MPEG, FLAC, APE, WavPack, Musepack and others with frames: what lies between the tags at both
    ends, and behind FLAC's metadata. Ogg: the data of the packets after the headers, on any pages.
    MP4: mdat. WAV, AIFF, DSF, WMA: the chunk of sound. Damaged files: the rest from the damage on;
    files without any such part: all of it. So every file has a fingerprint. Raises UnreadableError
    if the system refuses to read the file.
    """
    try:
        with path.open("rb") as source:
            return fingerprint_of(source)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error


def fingerprint_of(source: BinaryIO) -> str:
    """The fingerprint of an open file."""
    size = source.seek(0, io.SEEK_END)
    try:
        found = _hash(source, _spans(source, size))
    except LayoutError:
        found = _hash(source, [between_tags(source)])
    return found or _hash(source, [(0, size)]) or _NOTHING


def _hash(source: BinaryIO, spans: Iterable[Span]) -> str:
    """The hash over the spans; "" if they are empty."""
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
    """Where the sound lies. Raises LayoutError if the container is damaged before it."""
    source.seek(after_id3(source))
    container = by_magic(source.read(16))
    if container is None or not container.sound:
        return [between_tags(source)]
    found: Iterable[Span] = load(container.sound)(source, size)
    return found
