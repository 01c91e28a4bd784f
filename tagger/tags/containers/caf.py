"""CAF (Apple's Core Audio Format): names, year and length, read and never written.

Specification: Core Audio Format 1.0, Apple (2011).
"""

import io
import struct
from typing import BinaryIO

from pacetag.tagger.tags.containers.matroska import Length, Texts

_HEAD = 8  # bytes of the file's header
_LARGEST = 1 << 20  # bytes of texts that are read
_MOST = 10_000  # chunks
_TEXTS = {  # keys of its texts by field; an information chunk has no other names
    **{name: name for name in ("title", "artist", "album", "genre")},
    "date": "year",
    "album artist": "album artist",
}


class CoreAudio:
    """A CAF file, with the attributes of mutagen's classes."""

    def __init__(self, source: BinaryIO) -> None:
        held = _chunks(source)
        said = _texts(held.get(b"info", b""))
        self.tags = Texts(values={name: said[key] for name, key in _TEXTS.items() if said.get(key)})
        try:
            self.info = Length(length=_seconds(held))
        except (struct.error, ZeroDivisionError, OverflowError, ValueError):
            self.info = Length(length=None)


def _chunks(source: BinaryIO) -> dict[bytes, bytes]:
    """The content of the chunks by name, up to 1 MiB; for the sound its number of bytes."""
    found: dict[bytes, bytes] = {}
    end, place = source.seek(0, io.SEEK_END), _HEAD
    for _ in range(_MOST):
        source.seek(place)
        head = source.read(12)
        if len(head) < 12:
            break
        name, size = head[:4], int.from_bytes(head[4:], signed=True)
        if size < 0 or place + 12 + size > end:  # sound up to the end
            size = end - place - 12
        place += 12
        sound = name == b"data"
        found.setdefault(name, size.to_bytes(8) if sound else source.read(min(size, _LARGEST)))
        place += size
    return found


def _texts(info: bytes) -> dict[str, str]:
    """Keys and values, each terminated by a zero, after their number."""
    parts = [part.decode("utf-8", "replace").strip() for part in info[4:].split(b"\0")]
    return dict(zip((key.lower() for key in parts[::2]), parts[1::2], strict=False))


def _seconds(held: dict[bytes, bytes]) -> float | None:
    rate, _, _, bytes_of_packet, frames_of_packet = struct.unpack_from(
        ">d4sIII", held.get(b"desc", b"")
    )
    if b"pakt" in held:
        _, frames = struct.unpack_from(">qq", held[b"pakt"])
    else:
        packets = (int.from_bytes(held.get(b"data", b"")) - 4) // bytes_of_packet
        frames = packets * frames_of_packet
    return frames / rate if frames > 0 and rate > 0 else None
