"""Small files that would unpack to gigabytes: frames and pictures that hold too much."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import base64
import io
import random
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import mutagen
from mutagen import apev2, asf, flac, id3, mp4
from mutagen.asf._attrs import ASFByteArrayAttribute

_STEP = 16 << 20  # bytes that one part of a packed bomb unpacks to
# Kind, content and chance -> content; None if the kind cannot hold the bomb.
Bomb = Callable[[str, bytes, random.Random], bytes | None]


@cache
def packed_zeros(parts: int) -> bytes:
    """A zlib stream that unpacks to so many times 16 MiB of zeros, made without packing them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = packer.compress(bytes(_STEP)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    checksum = (parts * _STEP % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + part * parts + last + checksum.to_bytes(4)


def packed_frame(version: int, name: bytes, packed: bytes, claimed: int) -> bytes:
    """A compressed ID3 frame of 2.3 or 2.4 that claims to unpack to so many bytes."""
    if version == 3:
        body = claimed.to_bytes(4) + packed
        return name + len(body).to_bytes(4) + b"\0\x80" + body
    body = _sevens(claimed % (1 << 28)) + packed
    return name + _sevens(len(body)) + b"\0\x09" + body


def _sevens(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag_of(version: int, frames: bytes) -> bytes:
    """An ID3 tag of these frames."""
    return b"ID3" + bytes([version, 0, 0]) + _sevens(len(frames)) + frames


def _packed_id3(kind: str, data: bytes, draw: random.Random) -> bytes | None:
    """One frame that unpacks to 2 GiB, or forty that unpack to 64 MiB each."""
    if not kind.startswith(("mp3", "wav", "aiff", "aifc", "dsf")):
        return None
    version, name = draw.choice((3, 4)), draw.choice((b"APIC", b"GEOB", b"TXXX", b"TIT2", b"XYZQ"))
    parts, count = draw.choice(((128, 1), (4, 40)))
    claimed = draw.choice((_STEP * parts % (1 << 32), 10, (1 << 32) - 1))
    frame = packed_frame(version, name, packed_zeros(parts), claimed)
    tag = tag_of(version, frame * count)
    if kind.startswith("mp3"):
        return tag + data
    if kind.startswith("dsf"):
        place = len(data)
        return (
            data[:12]
            + (place + len(tag)).to_bytes(8, "little")
            + place.to_bytes(8, "little")
            + data[28:]
            + tag
        )
    order = "little" if kind.startswith("wav") else "big"
    tag += bytes(len(tag) % 2)
    whole = data + b"ID3 " + len(tag).to_bytes(4, order) + tag  # type: ignore[arg-type]
    return whole[:4] + (len(whole) - 8).to_bytes(4, order) + whole[8:]  # type: ignore[arg-type]


def _endless_text(kind: str, data: bytes, draw: random.Random) -> bytes | None:
    """Megabytes of empty strings, which a reader would take off one by one, or of empty frames."""
    if not kind.startswith("mp3"):
        return None
    version = draw.choice((3, 4))
    name = draw.choice((b"TIT2", b"TXXX", b"TDRC", b"SYLT", b"PCNT", b"ETCO", b"EQU2", b"RVRB"))
    body = draw.choice((b"\0", b"\x01", b"\x03")) + bytes(2 << 20)
    size = _sevens(len(body)) if version == 4 else len(body).to_bytes(4)
    empty = b"TIT2" + bytes(6)
    frames = draw.choice((name + size + b"\0\0" + body, empty * 300_000))
    return tag_of(version, frames) + data


def _png(side: int, chunks: list[tuple[bytes, bytes]]) -> bytes:
    head = (b"IHDR", side.to_bytes(4) * 2 + b"\x08\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in (head, *chunks, (b"IEND", b""))
    )


def pictures() -> dict[str, bytes]:
    """Pictures that are small as files and huge once decoded."""
    pixel = (b"IDAT", zlib.compress(b"\0\0"))
    text = b"Comment\0\0" + packed_zeros(96)
    jpeg = b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x11\0\x02\x11\0\x03\x11\0"
    return {
        "huge PNG": _png(30_000, [(b"IDAT", packed_zeros(56))]),
        "claimed PNG": _png(0x7FFFFFFF, [pixel]),
        "PNG with a bomb of text": _png(1, [(b"zTXt", text), pixel]),
        "PNG with a bomb of colours": _png(1, [(b"iCCP", b"x\0\0" + packed_zeros(96)), pixel]),
        "claimed JPEG": jpeg + b"\xff\xd9",
    }


def _with_picture(name: str) -> Bomb:
    def make(kind: str, data: bytes, _: random.Random) -> bytes | None:
        file = io.BytesIO(data)
        picture = pictures()[name]
        mime = "image/jpeg" if picture[:2] == b"\xff\xd8" else "image/png"
        try:
            audio: Any = mutagen.File(file)
            if audio is None:
                return None
            if audio.tags is None:
                audio.add_tags()
            _put(audio, picture, mime)
            file.seek(0)
            audio.save(file)
        except (mutagen.MutagenError, NotImplementedError):
            return None
        return file.getvalue()

    return make


def _put(audio: Any, picture: bytes, mime: str) -> None:
    tags = audio.tags
    if isinstance(tags, id3.ID3):
        tags.add(id3.APIC(encoding=0, mime=mime, type=3, desc="bomb", data=picture))
    elif isinstance(tags, mp4.MP4Tags):
        form = mp4.MP4Cover.FORMAT_JPEG if mime.endswith("jpeg") else mp4.MP4Cover.FORMAT_PNG
        tags["covr"] = [mp4.MP4Cover(picture, form)]
    elif isinstance(tags, apev2.APEv2):
        tags["Cover Art (Front)"] = apev2.APEValue(b"a.png\0" + picture, apev2.BINARY)
    elif isinstance(tags, asf.ASFTags):
        head = b"\x03" + len(picture).to_bytes(4, "little") + mime.encode("utf-16-le") + bytes(4)
        tags["WM/Picture"] = [ASFByteArrayAttribute(head + picture)]
    else:
        block = flac.Picture()
        block.data, block.mime, block.type = picture, mime, 3
        if isinstance(audio, flac.FLAC):
            audio.clear_pictures()
            audio.add_picture(block)
        else:
            tags["metadata_block_picture"] = [base64.b64encode(block.write()).decode()]


BOMBS: dict[str, Bomb] = {
    "packed ID3 frames": _packed_id3,
    "endless text": _endless_text,
    **{name: _with_picture(name) for name in pictures()},
}
