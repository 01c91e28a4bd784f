"""Puts tags of every kind on songs; they must survive."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import base64
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mutagen import aiff, apev2, asf, dsf, flac, id3, mp4
from mutagen import wave as riff
from mutagen.asf._attrs import ASFByteArrayAttribute, ASFValue

REPLAYGAIN = "-7.03 dB"


def _png(side: int) -> bytes:
    """A real picture of grey noise, since decoders complain about others."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side), dtype=np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in noise)
    chunks = [
        (b"IHDR", side.to_bytes(4) * 2 + b"\x08\0\0\0\0"),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in chunks
    )


PICTURE = _png(120)
LARGE_PICTURE = _png(300)  # more than an Ogg page can hold


def dress_id3(path: Path, version: int, padding: int = 2000) -> None:
    kinds = {
        ".wav": riff._WaveID3,
        ".aiff": aiff._IFFID3,
        ".aifc": aiff._IFFID3,
        ".dsf": dsf._DSFID3,
    }
    tags: Any = kinds.get(path.suffix, id3.ID3)()
    encoding = 1 if version == 3 else 3
    tags.add(id3.TIT2(encoding=encoding, text="Låt"))
    tags.add(id3.TPE1(encoding=encoding, text="AC/DC"))
    tags.add(id3.TALB(encoding=0, text="Album"))
    tags.add(id3.TCON(encoding=0, text="(17)"))
    tags.add(id3.TYER(encoding=0, text="1999"))
    tags.add(id3.TSOP(encoding=0, text="Sorted"))  # of 2.4 only, yet many write it into 2.3
    tags.add(id3.TXXX(encoding=0, desc="replaygain_track_gain", text=REPLAYGAIN))
    tags.add(id3.TXXX(encoding=encoding, desc="PACEMAKER", text="not ours"))
    tags.add(id3.COMM(encoding=encoding, lang="swe", desc="", text="tack å hej"))
    tags.add(id3.COMM(encoding=0, lang="eng", desc="iTunSMPB", text=" 00000000 00000840"))
    tags.add(id3.APIC(encoding=0, mime="image/png", type=3, desc="front", data=PICTURE))
    tags.add(id3.GEOB(encoding=0, mime="a/b", filename="f", desc="Serato", data=b"\xff\xfb\0" * 9))
    tags.add(id3.PRIV(owner="someone", data=b"\0\xff\xe0secret"))
    part = id3.CHAP(
        element_id="one",
        start_time=0,
        end_time=500,
        start_offset=0xFFFFFFFF,
        end_offset=0xFFFFFFFF,
        sub_frames=[id3.TIT2(encoding=encoding, text="Part")],
    )
    tags.add(part)
    tags.add(id3.CTOC(element_id="toc", flags=3, child_element_ids=["one"], sub_frames=[]))
    tags.unknown_frames = [b"XYZQ\0\0\0\x05\0\0hello"]
    tags._unknown_v2_version = version
    tags.save(path, v2_version=version, padding=lambda _: padding)


def dress_id3v22(path: Path) -> None:
    frames = [
        (b"TT2", b"\0Old"),
        (b"TP1", b"\x01\xff\xfe" + "Förr".encode("utf-16-le")),
        (b"PIC", b"\0PNG\x03front\0" + PICTURE),
        (b"XYQ", b"unknown"),
    ]
    body = b"".join(name + len(data).to_bytes(3) + data for name, data in frames) + bytes(100)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x02\0\0" + size + body + path.read_bytes())


def id3v1(title: bytes) -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + b"Old Artist".ljust(30, b"\0") + bytes(64) + b"\x11"


def dress_trailers(path: Path) -> None:
    dress_id3(path, 4)
    tag = apev2.APEv2()
    tag["MP3GAIN_MINMAX"] = "120,180"
    tag.save(path)
    path.write_bytes(path.read_bytes() + id3v1(b"Title of the end"))


def dress_ape(path: Path) -> None:
    tag: Any = apev2.APEv2()
    tag["Title"] = "Låt"
    tag["Artist"] = ["One", "Two"]
    tag["REPLAYGAIN_TRACK_GAIN"] = REPLAYGAIN
    tag["PACEMAKER"] = "not ours"
    tag["Cover Art (Front)"] = b"front.png\0" + PICTURE
    tag["Buy URL"] = apev2.APEValue("http://example.org", apev2.EXTERNAL)
    tag.save(path)


def dress_asf(path: Path) -> None:
    audio: Any = asf.ASF(path)
    audio["Title"] = "Låt"
    audio["Author"] = ["One", "Two"]
    audio["replaygain_track_gain"] = REPLAYGAIN
    audio["PACEMAKER"] = ["not ours", ASFValue("of a stream", asf.UNICODE, stream=1)]
    audio["WM/Picture"] = ASFByteArrayAttribute(
        b"\x03" + len(LARGE_PICTURE).to_bytes(4, "little") + bytes(4) + LARGE_PICTURE
    )
    audio["WM/Lyrics"] = ASFValue("la", asf.UNICODE, language=0)
    audio["Some/Number"] = ASFValue(1 << 40, asf.QWORD)
    audio["IsVBR"] = True
    audio.save(padding=lambda _: 3000)


def dress_comments(path: Path, kind: type, picture: bytes = b"") -> None:
    audio: Any = kind(path)
    audio["Title"] = "Låt"
    audio["artist"] = ["One", "Two"]
    audio["REPLAYGAIN_TRACK_GAIN"] = REPLAYGAIN
    audio["PACEMAKER"] = "not ours"
    if picture:
        block = flac.Picture()
        block.type, block.mime, block.data = 3, "image/png", picture
        audio["METADATA_BLOCK_PICTURE"] = base64.b64encode(block.write()).decode()
    audio.save()


def dress_flac(path: Path, padding: int = 3000) -> None:
    dress_comments(path, flac.FLAC)
    audio = flac.FLAC(path)
    picture = flac.Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", PICTURE
    audio.add_picture(picture)
    application: Any = flac.MetadataBlock(b"testsomething")
    application.code = 2
    audio.metadata_blocks.append(application)
    audio.save(padding=lambda _: padding)


def dress_mp4(path: Path, padding: int = 3000) -> None:
    audio = mp4.MP4(path)
    if audio.tags is None:
        audio.add_tags()
    tags: Any = audio.tags
    tags["\xa9nam"] = "Låt"
    tags["\xa9ART"] = ["One", "Two"]
    tags["trkn"] = [(3, 9)]
    tags["covr"] = [mp4.MP4Cover(PICTURE, mp4.MP4Cover.FORMAT_PNG)]
    tags["----:com.apple.iTunes:replaygain_track_gain"] = [REPLAYGAIN.encode()]
    tags["----:com.apple.iTunes:PACEMAKER"] = [b"not ours"]
    number = b"\0\0\0\x12data\0\0\0\0\0\0\0\0\0\x12"
    tags._failed_atoms = {"gnre": [number], "xyzq": [b"something"]}
    audio.save(padding=lambda _: padding)


Order = Literal["little", "big"]


def chunks_of(data: bytes, order: Order) -> list[tuple[bytes, bytes]]:
    """Return names and contents of the chunks of a WAV ("little") or AIFF ("big") file."""
    found, place = [], 12
    while place + 8 <= len(data):
        size = int.from_bytes(data[place + 4 : place + 8], order)
        found.append((data[place : place + 4], data[place + 8 : place + 8 + size]))
        place += 8 + size + size % 2
    return found


def with_chunks(data: bytes, order: Order, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the file with these chunks instead of its own."""
    body = data[8:12] + b"".join(
        name + len(held).to_bytes(4, order) + held + bytes(len(held) % 2) for name, held in chunks
    )
    return data[:4] + len(body).to_bytes(4, order) + body


def dress_chunks(path: Path, version: int, front: bool = False) -> None:
    order: Order = "little" if path.suffix == ".wav" else "big"
    others = [
        (b"LIST", b"INFOINAM\x06\0\0\0Title\0"),
        (b"bext", b"odd" * 201),
    ]
    if order == "big":
        others = [(b"NAME", b"Name"), (b"ANNO", b"odd"), (b"APPL", b"stocsomething")]
    data = path.read_bytes()
    chunks = chunks_of(data, order)
    path.write_bytes(with_chunks(data, order, [chunks[0], others[0], *chunks[1:], *others[1:]]))
    dress_id3(path, version)
    if front:
        data = path.read_bytes()
        chunks = chunks_of(data, order)
        path.write_bytes(with_chunks(data, order, [chunks[0], chunks[-1], *chunks[1:-1]]))
