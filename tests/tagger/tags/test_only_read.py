"""Containers whose tags are read but not written: Matroska, CAF and raw AAC."""

# mypy: disable-error-code="no-untyped-call"

import io
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import apev2, id3

from pacetag.tagger.tags.containers.caf import CoreAudio
from pacetag.tagger.tags.containers.matroska import Matroska
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.reader import read_tags
from tests.outside import needs
from tests.tagger.tags.containers.test_older import ARTIST, TITLE, id3v1
from tests.tagger.tags.encoding import encode
from tests.tagger.writing import write_tags

TEXTS = {"title": TITLE, "artist": ARTIST, "album": "Album", "genre": "Rock"}
KINDS = {
    "plain.mka": [],
    "aac.mka": ["-c:a", "aac"],
    "live.mka": ["-live", "1", "-f", "matroska"],  # whose parts have no sizes
    "plain.caf": [],
    "alac.caf": ["-c:a", "alac"],
    "head.aac": ["-write_id3v2", "1"],
}


@pytest.fixture(scope="module")
@needs("ffmpeg")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each kind once, as FFmpeg makes it."""
    folder = tmp_path_factory.mktemp("read")
    plain = encode(folder / "plain.wav")
    said = {**TEXTS, "date": "1987"}
    texts = [part for name, text in said.items() for part in ("-metadata", f"{name}={text}")]
    for name, options in KINDS.items():
        command = ["ffmpeg", "-v", "error", "-i", str(plain), *texts, *options]
        subprocess.run([*command, str(folder / name)], check=True)
    return {name: folder / name for name in KINDS}


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize("name", KINDS)
def test_they_say_what_they_are(name: str, made: dict[str, Path]) -> None:
    tags = read_tags(made[name])

    said = {"title": tags.title, "artist": tags.artist, "album": tags.album, "genre": tags.genre}
    assert said == TEXTS
    assert tags.year in ((1987, None) if name.endswith("caf") else (1987,))
    assert tags.duration == (None if name == "live.mka" else pytest.approx(1.0, abs=0.1))
    assert "are not written" in (tags.why_not or "")
    with pytest.raises(NotWritableError, match="are not written"):
        write_tags(made[name], {"pace": ["1"]})


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize("suffix", ["tta", "aac"])
@pytest.mark.parametrize("tag", ["APEv2", "ID3v1", "APEv2 before ID3v1", "ID3v2 and ID3v1"])
def test_tags_at_both_ends_are_read(suffix: str, tag: str, tmp_path: Path) -> None:
    path = tmp_path / f"song.{suffix}"
    plain = encode(tmp_path / "plain.wav")
    subprocess.run(["ffmpeg", "-v", "error", "-i", plain, path], check=True)
    if "APEv2" in tag:
        items: Any = apev2.APEv2()
        items["Title"], items["Artist"] = TITLE, ARTIST
        items.save(path)
    if "ID3v2" in tag:
        frames = id3.ID3()
        frames.add(id3.TIT2(encoding=3, text=TITLE))
        frames.add(id3.TPE1(encoding=3, text=ARTIST))
        frames.save(path)
    if "ID3v1" in tag:
        path.write_bytes(path.read_bytes() + id3v1())

    tags = read_tags(path)

    most = 30 if tag == "ID3v1" else None
    assert (tags.title, tags.artist) == (TITLE[:most], ARTIST[:most])
    assert tags.duration == pytest.approx(1.0, abs=0.1)


def element(name: int, *parts: bytes) -> bytes:
    held = b"".join(parts)
    identifier = name.to_bytes((name.bit_length() + 7) // 8)
    return identifier + (len(held) | 1 << 56).to_bytes(8) + held


def simple(name: str, text: str) -> bytes:
    return element(0x67C8, element(0x45A3, name.encode()), element(0x4487, text.encode()))


def tag(level: int, *texts: bytes, targets: bytes = b"") -> bytes:
    said = element(0x68CA, bytes([level])) if level else b""
    return element(0x7373, element(0x63C0, said, targets), *texts)


def matroska(*tags: bytes, title: str = "") -> bytes:
    info = element(0x1549A966, *([element(0x7BA9, title.encode())] if title else []))
    sound = element(0x1F43B675, bytes(5000))
    segment = element(0x18538067, info, sound, element(0x1254C367, *tags))
    return element(0x1A45DFA3, element(0x4282, b"matroska")) + segment


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            matroska(
                tag(50, simple("TITLE", "Album"), simple("ARTIST", "Band")),
                tag(30, simple("TITLE", "Song"), simple("ARTIST", "Singer")),
            ),
            {"title": "Song", "artist": "Singer", "album": "Album"},
        ),
        (matroska(tag(0, simple("artist", "A")), title="Song"), {"title": "Song", "artist": "A"}),
        (matroska(tag(0, simple("TITLE", "Song"))), {"title": "Song"}),
        (matroska(tag(30, simple("PERFORMER", "P")), title="S"), {"title": "S", "artist": "P"}),
        (
            matroska(
                tag(30, simple("TITLE", "Chapter"), targets=element(0x63C4, b"\1")), title="Song"
            ),
            {"title": "Song"},
        ),
    ],
    ids=["album and song", "title of the segment", "no level", "performer", "a chapter"],
)
def test_levels_of_matroska_tell_song_from_album(content: bytes, said: dict[str, str]) -> None:
    assert Matroska(io.BytesIO(content)).tags.values == said


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize("name", ["plain.mka", "plain.caf", "alac.caf"])
def test_damage_costs_no_more_than_what_it_hits(name: str, made: dict[str, Path]) -> None:
    draw = random.Random(name)
    whole = made[name].read_bytes()
    reader: Callable[[io.BytesIO], Any] = Matroska if name.endswith("mka") else CoreAudio
    for _ in range(300):
        data = bytearray(whole[: draw.choice([len(whole), draw.randrange(len(whole))])])
        for _ in range(draw.randrange(6)):
            if data:
                place = draw.randrange(min(len(data), draw.choice([600, len(data)])))
                data[place] = draw.choice([0, 1, 127, 128, 255, draw.randrange(256)])

        found = reader(io.BytesIO(bytes(data)))

        assert set(found.tags.values) <= {*TEXTS, "date", "album artist"}
