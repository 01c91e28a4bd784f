"""Tags that would take gigabytes or hours to read are refused at once."""

import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags import limits
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.bombs import packed_frame, packed_zeros, tag_of
from tests.tagger.tags.conftest import Song

CopyOf = Callable[[str], Song]
TOO_MUCH = "they would take gigabytes or hours to read"
MEGABYTES = bytes(3 << 20)


def frame(version: int, name: bytes, body: bytes) -> bytes:
    size = len(body)
    if version == 4:
        size = sum((size >> 7 * place & 0x7F) << 8 * place for place in range(4))
    return name + size.to_bytes(4) + b"\0\0" + body


def put(song: Song, tag: bytes) -> Path:
    song.path.write_bytes(tag + song.path.read_bytes())
    return song.path


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(
    "what",
    [
        "one that unpacks to 2 GiB",
        "many",
        "empty strings",
        "a long text",
        "a long number",
        "frames",
    ],
)
def test_a_tag_of_excess_is_refused_soon(what: str, version: int, copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")
    bombs = {
        "one that unpacks to 2 GiB": packed_frame(version, b"APIC", packed_zeros(128), 1 << 20),
        "many": packed_frame(version, b"GEOB", packed_zeros(3), 3 << 24) * 30,
        "empty strings": frame(version, b"TIT2", b"\0x" + MEGABYTES + b"x")
        + frame(version, b"TXXX", b"\x03" + b"\0x" * (1 << 20)),
        "a long text": frame(version, b"TIT2", b"\x01" + b"a\0" * (3 << 20)),
        "a long number": frame(version, b"PCNT", MEGABYTES),
        "frames": frame(version, b"TIT2", b"") * 400_000,
    }
    path = put(song, tag_of(version, bombs[what]))
    began = time.monotonic()

    with pytest.raises(TagError, match=TOO_MUCH):
        read_tags(path)

    assert time.monotonic() - began < 15


@pytest.mark.parametrize("version", [3, 4])
def test_a_packed_frame_of_usual_size_is_read(version: int, copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")
    text = b"\0Packed"
    packed = packed_frame(version, b"TIT2", zlib.compress(text), len(text))

    assert read_tags(put(song, tag_of(version, packed))).title == "Packed"


def test_a_large_picture_with_a_long_description_is_no_excess(copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")
    picture = b"\x01image/png\0\x03" + "Bild".encode("utf-16") + b"\0\0" + b"\x89PNG" * (2 << 20)
    path = put(song, tag_of(4, frame(4, b"TIT2", b"\0A") + frame(4, b"APIC", picture)))

    assert read_tags(path).title == "A"


def test_padding_costs_nothing(copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")

    assert read_tags(put(song, tag_of(4, frame(4, b"TIT2", b"\0A") + MEGABYTES * 4))).title == "A"


def test_costs_are_those_of_one_file(copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    song = copy_of("mp3-v24")
    monkeypatch.setattr(limits, "WALKED", 40 * song.path.stat().st_size)

    for _ in range(10):
        assert read_tags(song.path).title == song.title
