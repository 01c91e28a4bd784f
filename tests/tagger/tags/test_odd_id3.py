"""ID3v2 tags as other programs leave them: no byte of them or of the sound is ever lost."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen.id3 import ID3

from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.containers.id3.test_layout import frame, synchsafe
from tests.tagger.writing import write_tags

Run = Callable[..., Any]

FIELDS = {"pace": ["172", "86"], "pacetag": ["x" * 90]}
NOTHING: dict[str, list[str]] = {"pace": [], "pacetag": []}

TITLE, ARTIST = frame(b"TIT2", b"\0La"), frame(b"TPE1", b"\0Me")
BOTH, ZEROS = TITLE + ARTIST, bytes(600)
COMMENT = frame(b"COMM", b"\0eng\0" + b"c" * 300)
PLAIN_COMMENT = frame(b"COMM", b"\0eng\0" + b"c" * 300, plain=True)
NOISE = bytes(range(1, 255))
LIMITS = b"\0\0\x01\x06\x01\0" + bytes(128)  # 134 bytes, as seven bits a byte tell


def tag(version: int, body: bytes, *, flags: int = 0, more: int = 0) -> bytes:
    """A tag that says that it is so many bytes longer than it is."""
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body) + more) + body


def short(name: bytes, content: bytes, more: int = 0) -> bytes:
    """A frame of ID3v2.2 that says that it is so many bytes longer than it is."""
    return name + (len(content) + more).to_bytes(3) + content


def cut(name: bytes, content: bytes) -> bytes:
    """A frame that says that it is longer than the tag."""
    return name + b"\0\0\x07\x07\0\0" + content


SHORT = short(b"TT2", b"\0La") + short(b"TP1", b"\0Me")
NAMES = (b"T T2", b"\xb8\xe8\xc3\xfb", b"????", b"T\0\0\0", b"\0TIT", b" TIT", b"WM/P", b"tit2")

ODD: dict[str, bytes] = {
    "a frame that is cut off, 2.3": tag(3, BOTH + cut(b"COMM", b"\0eng\0half")),
    "a frame that is cut off, 2.4": tag(4, BOTH + cut(b"COMM", b"\0eng\0half")),
    "a frame that is cut off, 2.2": tag(2, SHORT + short(b"COM", b"\0eng\0half", 900)),
    "the last text lacks its end": tag(3, TITLE + cut(b"TPE1", b"\0Me")),
    "a picture that is cut off": tag(3, BOTH + cut(b"APIC", b"\0image/png\0\x03\0" + NOISE)),
    "half a header": tag(3, BOTH + b"COMM\0\0"),
    **{
        f"{name!r} {where}": tag(version, made)
        for version in (3, 4)
        for name in NAMES
        for where, made in {
            f"between, 2.{version}": TITLE + frame(name, b"\0odd") + ARTIST + ZEROS,
            f"last, 2.{version}": BOTH + frame(name, b"\0odd") + ZEROS,
        }.items()
    },
    "a name with a space, 2.2": tag(2, short(b"T 3", b"\0odd") + SHORT + ZEROS),
    "synchsafe sizes in 2.3": tag(3, BOTH + COMMENT),
    "plain sizes in 2.4": tag(4, TITLE + PLAIN_COMMENT + ARTIST + ZEROS),
    "plain sizes in 2.4, and noise": tag(4, TITLE + PLAIN_COMMENT + ARTIST + bytes(20) + NOISE),
    "a frame of no bytes, 2.3": tag(3, TITLE + frame(b"TALB", b"") + ARTIST + ZEROS),
    "a frame of no bytes, 2.4": tag(4, TITLE + frame(b"TALB", b"") + ARTIST + ZEROS),
    "a frame of no bytes, 2.2": tag(2, short(b"TAL", b"") + SHORT + ZEROS),
    "padding of spaces": tag(3, BOTH + b" " * 300),
    "padding of ones": tag(4, BOTH + b"\xff" * 300),
    "padding of noise": tag(3, BOTH + NOISE),
    "noise behind zeros": tag(4, BOTH + bytes(20) + NOISE + bytes(900)),
    "an old frame behind zeros": tag(3, BOTH + bytes(20) + frame(b"TALB", b"\0Old")),
    "an extended header, 2.3": tag(3, b"\0\0\0\x06" + bytes(6) + BOTH + ZEROS, flags=0x40),
    "an extended header of 2.3 that tells the padding": tag(
        3, b"\0\0\0\x06" + bytes(2) + len(ZEROS).to_bytes(4) + BOTH + ZEROS, flags=0x40
    ),
    "an extended header, 2.4": tag(4, b"\0\0\0\x06\x01\0" + BOTH + ZEROS, flags=0x40),
    "a long extended header, 2.4": tag(4, LIMITS + BOTH + ZEROS, flags=0x40),
    "a flag for an extended header": tag(3, BOTH + ZEROS, flags=0x40),
    "a footer": tag(4, BOTH, flags=0x10) + b"3DI" + tag(4, BOTH, flags=0x10)[3:10],
    "a footer behind padding": (
        tag(4, BOTH + ZEROS, flags=0x10) + b"3DI" + tag(4, BOTH + ZEROS, flags=0x10)[3:10]
    ),
    "unsynchronised frames": tag(
        4, BOTH + frame(b"PRIV", b"me\0\xff\0\xe0", flags=b"\0\x02") + ZEROS, flags=0x80
    ),
    "a frame that was made longer": tag(
        4, BOTH + frame(b"TALB", b"\1\xff\xfeA\0").replace(b"\xff", b"\xff\0") + NOISE, flags=0x80
    ),
    "an unsynchronised tag, 2.3": tag(
        3, BOTH + frame(b"TALB", b"\1\xff\xfeA\0").replace(b"\xff", b"\xff\0") + ZEROS, flags=0x80
    ),
    "an unsynchronised tag with sizes as it lies, 2.3": tag(
        3, BOTH + frame(b"TALB", b"\1\xff\0\xfeA\0") + ZEROS, flags=0x80
    ),
    "an unsynchronised extended header, 2.3": tag(
        3, b"\0\0\0\x06" + bytes(6) + BOTH + ZEROS, flags=0xC0
    ),
    "a flag for unsynchronisation, 2.3": tag(
        3, BOTH + frame(b"TALB", b"\1\xff\xfeA\0") + NOISE, flags=0x80
    ),
    "a revision": b"ID3\x03\x07" + tag(3, BOTH + ZEROS)[5:],
    "ID3v2.2": tag(2, SHORT + ZEROS),
    "flags that are none, 2.2": tag(2, SHORT + ZEROS, flags=0x2F),
    "ID3v2.2 with names of 2.3 at its end": tag(2, SHORT + TITLE + ZEROS),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_tags_are_written_and_undone_to_the_byte(
    copy_of: Callable[[str], Song], odd: str
) -> None:
    song = copy_of("mp3-bare")
    path, fingerprint, sound = song.path, file_fingerprint(song.path), song.path.read_bytes()
    path.write_bytes(ODD[odd] + sound)
    before, heard = path.read_bytes(), song.decode()
    assert file_fingerprint(path) == fingerprint

    write_tags(path, FIELDS)

    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.pace) == ("La", "Me", ("172", "86"))
    assert file_fingerprint(path) == fingerprint
    assert np.array_equal(song.decode(), heard)
    write_tags(path, NOTHING)
    assert path.read_bytes() == before


def of_wrong_size(path: Path, more: int, padding: bytes = b"") -> bytes:
    """Give a song without tags one that says that it is so many bytes longer; return it all."""
    body = BOTH + frame(b"TALB", b"\0" + b"z" * 20, plain=True) + padding
    path.write_bytes(tag(3, body, more=more) + path.read_bytes())
    return path.read_bytes()


@pytest.mark.parametrize("padding", [b"", bytes(300)], ids=["no padding", "padding"])
@pytest.mark.parametrize("more", [1, 2, 3, 4, 5, 9, 10, 11, 30, 300])
def test_a_tag_that_reaches_into_the_sound_is_left_alone(
    copy_of: Callable[[str], Song], more: int, padding: bytes
) -> None:
    path = copy_of("mp3-bare").path
    fingerprint = file_fingerprint(path)
    before = of_wrong_size(path, more, padding)
    assert file_fingerprint(path) == fingerprint

    assert read_tags(path).why_not == "its ID3 tag has a wrong size"
    with pytest.raises(NotWritableError, match="wrong size"):
        write_tags(path, FIELDS)

    assert (read_tags(path).title, read_tags(path).artist) == ("La", "Me")
    assert path.read_bytes() == before


@pytest.mark.parametrize("more", [-1, -2, -5, -10, -11, -20])
def test_a_tag_that_ends_within_its_last_frame_is_left_alone(
    copy_of: Callable[[str], Song], more: int
) -> None:
    path = copy_of("mp3-bare").path
    before = of_wrong_size(path, more)

    with pytest.raises(NotWritableError, match="wrong size"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


@pytest.mark.parametrize("more", [-1, -2, -5, -10, -11, -20])
def test_a_tag_that_ends_within_its_padding_is_written(
    copy_of: Callable[[str], Song], more: int
) -> None:
    song = copy_of("mp3-bare")
    fingerprint = file_fingerprint(song.path)
    before, heard = of_wrong_size(song.path, more, ZEROS), song.decode()
    assert file_fingerprint(song.path) == fingerprint

    write_tags(song.path, FIELDS)

    assert read_tags(song.path).pace == ("172", "86")
    assert file_fingerprint(song.path) == fingerprint
    assert np.array_equal(song.decode(), heard)
    write_tags(song.path, NOTHING)
    assert song.path.read_bytes() == before


def test_a_tag_that_says_that_it_has_a_footer_and_has_none_is_left_alone(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-bare").path
    fingerprint = file_fingerprint(path)
    path.write_bytes(tag(4, BOTH + ZEROS, flags=0x10) + path.read_bytes())
    before = path.read_bytes()
    assert file_fingerprint(path) == fingerprint

    with pytest.raises(NotWritableError, match="lacks its footer"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def test_the_padding_that_an_extended_header_tells_is_what_there_is(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-bare").path
    header = b"\0\0\0\x06" + bytes(2) + (600).to_bytes(4)
    path.write_bytes(tag(3, header + BOTH + bytes(600), flags=0x40) + path.read_bytes())

    write_tags(path, FIELDS)

    body = path.read_bytes()[10 : 10 + len(header + BOTH) + 600]
    own = body.index("x".encode("utf-16-le") * 90) + 180 - len(header + BOTH)
    assert int.from_bytes(body[6:10]) == 600 - own


@pytest.mark.parametrize("odd", ["a frame that is cut off, 2.3", "noise behind zeros"])
def test_other_programs_read_the_rest_of_an_odd_tag_as_before(
    copy_of: Callable[[str], Song], odd: str
) -> None:
    def said() -> dict[str, str]:
        found: Any = ID3(path)  # type: ignore[no-untyped-call]
        return {key: str(found[key]) for key in found if not key.startswith("TXXX:PACE")}

    path = copy_of("mp3-bare").path
    path.write_bytes(ODD[odd] + path.read_bytes())
    before = said()

    write_tags(path, FIELDS)

    assert said() == before


@pytest.mark.outside("ffprobe")
@pytest.mark.parametrize("odd", ODD)
def test_ffmpeg_finds_the_pace_where_it_found_the_title(
    copy_of: Callable[[str], Song], odd: str
) -> None:
    def said() -> dict[str, str]:
        command = [
            "ffprobe",
            "-v",
            "error",
            "-show_entries",
            "format_tags",
            "-of",
            "json",
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, check=True)
        found = json.loads(done.stdout)["format"].get("tags", {})
        return {key.upper(): value for key, value in found.items()}

    path = copy_of("mp3-bare").path
    path.write_bytes(ODD[odd] + path.read_bytes())
    before = said()

    for _ in range(2):
        write_tags(path, NOTHING)
        write_tags(path, FIELDS)

    after = said()
    assert "PACE" in after or "TITLE" not in before
    assert {key: value for key, value in after.items() if not key.startswith("PACE")} == before


REFUSED = {
    "an unknown version": (b"ID3\x05\0\0\0\0\0\x20" + bytes(32), "not supported"),
    "flags that are none": (tag(3, BOTH + ZEROS, flags=0x0F), "invalid flags"),
    "an extended header of no size": (tag(4, bytes(4) + BOTH, flags=0x40), "extended header"),
    "a revision that is none": (b"ID3\x03\xff" + tag(3, BOTH)[5:], "unknown version"),
}


@pytest.mark.parametrize("odd", REFUSED)
@pytest.mark.usefixtures("worker_threads")
def test_a_song_whose_tag_cannot_be_written_is_only_indexed(
    copy_of: Callable[[str], Song], library: Path, scan_json: Run, pacetag: Run, odd: str
) -> None:
    head, reason = REFUSED[odd]
    path = library / "172-86.mp3"
    path.write_bytes(copy_of("mp3-bare").path.read_bytes())
    fingerprint = file_fingerprint(path)
    path.write_bytes(head + path.read_bytes())
    before = path.read_bytes()
    assert file_fingerprint(path) == fingerprint

    scanned = scan_json()

    assert scanned.outcomes == {path.name: "unchanged"}
    assert reason in scanned.result.stdout
    assert pacetag("undo", library).exit_code == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("odd", ["a frame that is cut off, 2.4", "b'T T2' between, 2.3"])
@pytest.mark.usefixtures("worker_threads")
def test_a_song_with_an_odd_tag_is_tagged_by_a_scan_and_put_back_by_an_undo(
    copy_of: Callable[[str], Song], library: Path, scan_json: Run, pacetag: Run, odd: str
) -> None:
    path = library / "172-86.mp3"
    path.write_bytes(ODD[odd] + copy_of("mp3-bare").path.read_bytes())
    before = path.read_bytes()

    assert scan_json().outcomes == {path.name: "tagged"}

    assert read_tags(path).pace == ("172", "86")
    assert pacetag("undo", library).stdout == "1 restored, 0 had nothing to undo, 0 failed\n"
    assert path.read_bytes() == before
