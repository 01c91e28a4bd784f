"""The fingerprint of a file's sound: tags may come, go and change, and it stays the same.

So a song that was renamed, moved or retagged is known again without listening to it.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from pacetag.tagger.tags.binary.spans import Span, after_id3, between_tags, dsf_sound, past_zeros
from pacetag.tagger.tags.containers.mp4.atoms import STARTS, top_atoms
from pacetag.tagger.tags.containers.ogg.pages import sound_spans
from pacetag.tagger.tags.errors import LayoutError, UnreadableError, system_reason

_STEP = 1 << 20  # bytes read at once
_NOTHING = hashlib.blake2b(digest_size=16).hexdigest()  # what an empty file holds
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")


def payload_fingerprint(path: Path) -> str:
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
    tagged = after_id3(source)
    source.seek(tagged)
    head = source.read(12)
    if head.startswith(b"fLaC"):
        return [_flac_frames(source, tagged)]
    if head.startswith(b"OggS"):
        return sound_spans(source, tagged, between_tags(source)[1])
    if head[4:8] in STARTS:
        return [
            (atom.body, min(atom.stop, size))
            for atom in top_atoms(source, size)
            if atom.name == b"mdat"
        ]
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
        return list(_chunks(source, size, b"data", "little"))
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return list(_chunks(source, size, b"SSND", "big"))
    if head.startswith(b"DSD ") and not tagged:
        return [dsf_sound(source)]
    source.seek(0)
    if source.read(16) == _ASF_HEADER:
        return list(_asf_data(source, size))
    return [between_tags(source)]


def _flac_frames(source: BinaryIO, place: int) -> Span:
    _, stop = between_tags(source)
    place, last = place + 4, False
    while not last:
        source.seek(place)
        head = source.read(4)
        place += 4 + int.from_bytes(head[1:])
        last = bool(head[:1] >= b"\x80")
        if len(head) < 4 or place > stop:
            raise LayoutError("its FLAC header is damaged")
    return past_zeros(source, place, stop), stop


def _chunks(
    source: BinaryIO, size: int, wanted: bytes, order: Literal["little", "big"]
) -> Iterator[Span]:
    """The data of chunks of that name; their lengths are 32 bits, and even in the file."""
    place = 12
    while place + 8 <= size:
        source.seek(place)
        head = source.read(8)
        length = int.from_bytes(head[4:], order)
        if head[:4] == wanted:
            if length == 0xFFFFFFFF:  # a stream, or RF64: longer than 32 bits can say
                length = size
            yield place + 8, min(place + 8 + length, size)
        place += 8 + length + length % 2


def _asf_data(source: BinaryIO, size: int) -> Iterator[Span]:
    """The packets of WMA's data object, whose own header takes 50 bytes."""
    place = 0
    while place + 24 <= size:
        source.seek(place)
        head = source.read(24)
        length = int.from_bytes(head[16:], "little")
        if head[:16] == _ASF_DATA:
            if length < 50:  # a broadcast, or a file that was not finished, does not give it
                length = size - place
            yield min(place + 50, size), min(place + length, size)
        place += max(24, length)
