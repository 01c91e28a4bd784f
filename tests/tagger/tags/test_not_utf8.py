"""Text that is invalid in its encoding costs a song only the invalid characters."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from mutagen.apev2 import APEv2

from pacetag.model.audio.excerpts import read_excerpts
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.writer import Written
from tests.ogg_pages import summed
from tests.tagger.writing import write_tags

pytestmark = pytest.mark.outside("ffmpeg")

TITLE, ARTIST = "QQTITLEQQ", "QQARTISTQQ"
SPOILT = {TITLE: b"Bj\xf6rk \xfcz\xe9", ARTIST: b"J\xf3ga \xe9\xe9\xe9\xe9 "}
KINDS = {  # suffix, after a name where there are several: arguments of FFmpeg
    "ogg": "-c:a libvorbis",
    "opus": "-c:a libopus",
    "oga": "-c:a flac",
    "flac": "",
    "spx": "-c:a libspeex",
    "m4a": "",
    "wv": "",
    "wma": "",
    "wav": "",  # its texts are in a LIST chunk, which is not read for titles
    "aiff": "",  # the same of its NAME chunk
    "id3.aiff": "-write_id3v2 1",
    "v24.mp3": "-id3v2_version 4",
    "mka": "-c:a aac",
    "mp4": "-c:a aac -metadata:s:a title=QQTITLEQQ -metadata:s:a handler_name=QQARTISTQQ",
}
UNREAD = {"wav", "aiff", "mka"}
UNWRITTEN = {"mka"}


def made(folder: Path, kind: str) -> Path:
    """A song of 13 s whose title and artist are no text."""
    song = folder / f"song.{kind}"
    source = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=13:r=48000"]
    texts = ["-metadata", f"title={TITLE}", "-metadata", f"artist={ARTIST}"]
    subprocess.run([*source, *texts, *KINDS[kind].split(), str(song)], check=True)
    data, count = song.read_bytes(), 0
    for text, instead in SPOILT.items():
        wide = text.encode("utf-16-le")  # with half a sign in it
        count += data.count(text.encode()) + data.count(wide)
        data = data.replace(text.encode(), instead)
        data = data.replace(wide, b"B\0j\0\0\xd8" + wide[6:])
    assert count
    song.write_bytes(summed(data) if data.startswith(b"OggS") else data)
    return song


def check_written(song: Path) -> Written:
    """Write a pace, and take it back."""
    before, sound = song.read_bytes(), file_fingerprint(song)
    written = write_tags(song, {"pace": ["172"]})
    assert read_tags(song).pace == ("172",)
    assert file_fingerprint(song) == sound
    for spoilt in SPOILT.values():
        assert song.read_bytes().count(spoilt) == before.count(spoilt)
    write_tags(song, {"pace": []})
    assert read_tags(song).pace == ()
    return written


@pytest.mark.parametrize("kind", KINDS)
def test_a_song_with_texts_of_any_bytes_is_heard_read_and_written(
    kind: str, tmp_path: Path
) -> None:
    song = made(tmp_path, kind)

    assert read_excerpts(song, FeatureSpec()).duration == pytest.approx(13, abs=0.2)
    if kind not in UNREAD:
        tags = read_tags(song)
        assert "�" in (tags.title or "")
        assert tags.artist
    if kind not in UNWRITTEN:
        assert check_written(song).changed


@pytest.mark.parametrize(
    ("encoding", "text", "read"),
    [
        (3, b"Bj\xf6rk", "Bj�rk"),
        (1, b"\xff\xfeB\0\0\xd8j\0", "B�j"),
        (1, b"\xff\xfeB\0j\0\xd6", "BjÖ"),
        (9, b"Bj\xf6rk", "Björk"),
    ],
)
@pytest.mark.parametrize("version", [2, 3, 4])
def test_id3_frames_are_read_as_well_as_can_be(
    version: int, encoding: int, text: bytes, read: str, tmp_path: Path
) -> None:
    song = made(tmp_path, "v24.mp3")
    content = bytes([encoding]) + text
    frame = b"TIT2" + len(content).to_bytes(4) + b"\0\0" + content
    if version == 2:
        frame = b"TT2" + len(content).to_bytes(3) + content
    data = song.read_bytes()
    sound = data[data.index(b"\xff\xfb") :]
    song.write_bytes(b"ID3" + bytes([version, 0, 0, 0, 0, 0, len(frame) + 20]) + frame + bytes(20))
    with song.open("ab") as file:
        file.write(sound)

    assert read_tags(song).title == read
    assert check_written(song).changed


def test_an_id3v1_tag_in_latin1_is_no_bar(tmp_path: Path) -> None:
    song = made(tmp_path, "v24.mp3")
    data = song.read_bytes()
    tag = b"TAG" + b"J\xf3ga".ljust(30, b"\0") + b"Bj\xf6rk".ljust(30, b"\0") + bytes(64) + b"\x11"
    song.write_bytes(data[data.index(b"\xff\xfb") :] + tag)

    assert read_excerpts(song, FeatureSpec()).duration == pytest.approx(13, abs=0.2)
    assert read_tags(song).title == "Jóga"
    assert check_written(song).changed


def test_an_ape_tag_loses_only_the_item_that_cannot_be_read(tmp_path: Path) -> None:
    song = made(tmp_path, "wv")
    tags: Any = APEv2()  # type: ignore[no-untyped-call]
    tags["Album"], tags["Genre"] = "Post", "Pop"
    tags.save(song)
    song.write_bytes(song.read_bytes().replace(b"Genre", b"Genr\xe9"))

    found = read_tags(song)

    assert (found.album, found.genre) == ("Post", None)
    assert check_written(song).changed
