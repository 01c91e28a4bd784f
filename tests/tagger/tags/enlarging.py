"""Songs with pictures and other foreign parts of any size."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import base64
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mutagen import aiff, apev2, asf, dsf, flac, id3, mp4, wave
from mutagen.asf._attrs import ASFByteArrayAttribute
from mutagen.ogg import OggPage

_BLOCK = 15 << 20  # bytes of a picture in FLAC, whose blocks hold 16 MiB


def noise(size: int) -> bytes:
    """Return bytes that differ from place to place, with ones and zeros side by side."""
    return random.Random(size).randbytes(size)


def enlarge(path: Path, size: int) -> None:
    """Add a picture of so many bytes, in its container's way, to a song that has none."""
    kind = path.suffix[1:]
    _ENLARGERS[kind](path, b"\xff\xd8" + noise(size - 2))


def _id3(kind: type) -> Callable[[Path, bytes], None]:
    def put(path: Path, data: bytes) -> None:
        audio: Any = kind(path) if kind is not id3.ID3 else _id3_of(path)
        if kind is not id3.ID3 and audio.tags is None:
            audio.add_tags()
        tags = audio if kind is id3.ID3 else audio.tags
        half = len(data) // 2
        tags.add(id3.APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=data[:half]))
        tags.add(id3.GEOB(encoding=0, mime="a/b", filename="f", desc="d", data=data[half:-5000]))
        tags.add(id3.PRIV(owner="someone", data=data[-5000:]))
        audio.save(path)

    return put


def _id3_of(path: Path) -> Any:
    try:
        return id3.ID3(path)
    except id3.ID3NoHeaderError:
        return id3.ID3()


def _mp4(path: Path, data: bytes) -> None:
    audio: Any = mp4.MP4(path)
    if audio.tags is None:
        audio.add_tags()
    audio.tags["covr"] = [mp4.MP4Cover(data[:-5000]), mp4.MP4Cover(data[-5000:])]
    audio.save()


def _flac(path: Path, data: bytes) -> None:
    audio = flac.FLAC(path)
    for start in range(0, len(data), _BLOCK):
        picture = flac.Picture()
        picture.type, picture.mime, picture.data = 3, "image/jpeg", data[start : start + _BLOCK]
        audio.add_picture(picture)
    audio.save(padding=lambda _: 3000)


def _ape(path: Path, data: bytes) -> None:
    try:
        tag: Any = apev2.APEv2(path)
    except apev2.APENoHeaderError:
        tag = apev2.APEv2()
    tag["Cover Art (Front)"] = b"front.jpg\0" + data
    tag.save(path)


def _asf(path: Path, data: bytes) -> None:
    audio: Any = asf.ASF(path)
    head = b"\x03" + len(data).to_bytes(4, "little") + bytes(4)
    audio["WM/Picture"] = ASFByteArrayAttribute(head + data)
    audio.save(padding=lambda _: 3000)


def _ogg(path: Path, data: bytes) -> None:
    """Write a comment of that size onto pages by hand, since mutagen would need hours."""
    block = flac.Picture()
    block.type, block.mime, block.data = 3, "image/jpeg", data
    entry = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(block.write())
    content = path.read_bytes()
    with path.open("rb") as file:
        first: Any = OggPage(file)
        magic = {b"\x01vo": b"\x03vorbis", b"Opu": b"OpusTags", b"Spe": b""}
        start = len(magic[first.packets[0][:3]])
        count = 2 if first.packets[0].startswith(b"\x01vo") else 1
        headers: list[Any] = []
        while sum(len(page.packets) - (not page.complete) for page in headers) < count:
            headers.append(OggPage(file))
        stop = file.tell()
    comment, *others = OggPage.to_packets(headers)
    assert len(others) == count - 1
    place = start + 4 + int.from_bytes(comment[start : start + 4], "little")
    number = int.from_bytes(comment[place : place + 4], "little") + 1
    sized = len(entry).to_bytes(4, "little") + entry
    counted = number.to_bytes(4, "little") + sized + comment[place + 4 :]
    packets = [comment[:place] + counted, *others]
    with path.open("w+b") as file:
        file.write(content[: headers[0].offset])
        number = 1
        for page in _pages(packets):
            page.serial, page.sequence, number = first.serial, number, number + 1
            file.write(page.write())
        place = file.tell()
        file.write(content[stop:])
        file.seek(place)
        OggPage.renumber(file, first.serial, number)


def _pages(packets: list[bytes]) -> Iterator[Any]:
    for packet in packets:
        for start in range(0, len(packet), 255 * 255):
            page: Any = OggPage()
            page.packets = [packet[start : start + 255 * 255]]
            page.continued = start > 0
            page.complete = start + 255 * 255 >= len(packet)
            page.position = 0 if page.complete else -1
            yield page


_ENLARGERS: dict[str, Callable[[Path, bytes], None]] = {
    "mp3": _id3(id3.ID3),
    "wav": _id3(wave.WAVE),
    "aiff": _id3(aiff.AIFF),
    "dsf": _id3(dsf.DSF),
    "m4a": _mp4,
    "flac": _flac,
    "wma": _asf,
    "ape": _ape,
    "wv": _ape,
    "mpc": _ape,
    "ogg": _ogg,
    "opus": _ogg,
    "spx": _ogg,
}
