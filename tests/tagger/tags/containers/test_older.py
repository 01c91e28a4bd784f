"""A new tag beside an older kind copies its fields, and is removed with all of them."""

# mypy: disable-error-code="no-untyped-call"

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import apev2, flac, id3

from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.foreign_tags import others_in
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dressing import PICTURE, REPLAYGAIN, chunks_of, with_chunks
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}
NOTHING: dict[str, list[str]] = {"pace": [], "pacetag": []}
TITLE = "A title of more than thirty characters, Jóga"
ARTIST = "An artist with more than thirty letters in the name"
OURS = ("PACE", "PACETAG")


def id3v1(*, more: bytes = b"") -> bytes:
    """ID3v1.1 with what it can hold of the texts."""
    title, artist = (text.encode("latin-1")[:30] for text in (TITLE, ARTIST))
    texts = title.ljust(30, b"\0") + artist.ljust(30, b"\0") + b"Album".ljust(30, b"\0")
    return more + b"TAG" + texts + b"1999" + b"hej".ljust(28, b"\0") + b"\0\x03" + b"\x11"


def enhanced() -> bytes:
    """The extended tag that some programs set before ID3v1."""
    title, artist = (text.encode("latin-1")[30:] for text in (TITLE, ARTIST))
    return b"TAG+" + title.ljust(60, b"\0") + artist.ljust(60, b"\0") + bytes(103)


def lyrics3() -> bytes:
    fields = [(b"IND", b"100"), (b"ETT", TITLE.encode("latin-1")), (b"EAR", ARTIST.encode())]
    body = b"LYRICSBEGIN" + b"".join(name + b"%05d" % len(data) + data for name, data in fields)
    return body + b"%06d" % len(body) + b"LYRICS200"


def add(data: bytes) -> Callable[[Path], None]:
    def dress(path: Path) -> None:
        path.write_bytes(path.read_bytes() + data)

    return dress


def ape(path: Path) -> None:
    tag: Any = apev2.APEv2()
    tag["Title"], tag["Artist"] = TITLE, ARTIST
    tag["Album Artist"], tag["Track"], tag["Disc"] = "Various", "3/12", "1/2"
    tag["Year"], tag["Composer"], tag["Comment"] = "2003-05-01", ["Bach", "Händel"], "hej"
    tag["REPLAYGAIN_TRACK_GAIN"] = REPLAYGAIN
    tag["Cover Art (Front)"] = b"front.png\0" + PICTURE
    tag.save(path)


def id3_at_the_head(path: Path) -> None:
    if path.suffix == ".flac":
        flac.FLAC(path).delete()
    tag = id3.ID3()
    for frame in (
        id3.TIT2(encoding=1, text=TITLE),
        id3.TPE1(encoding=1, text=ARTIST),
        id3.TYER(encoding=0, text="1999"),
        id3.TCON(encoding=0, text="(17)"),
        id3.TRCK(encoding=0, text="3/12"),
        id3.COMM(encoding=0, lang="eng", desc="", text="hej"),
        id3.COMM(encoding=0, lang="eng", desc="iTunNORM", text=" 0000"),
    ):
        tag.add(frame)
    tag.save(path, v2_version=3)


def info(path: Path) -> None:
    """A list of RIFF's own before the sound."""
    texts = {b"INAM": TITLE, b"IART": ARTIST, b"IPRD": "Album", b"ITRK": "3/12", b"ICRD": "2003"}
    body = b"INFO"
    for name, text in texts.items():
        held = text.encode("latin-1") + b"\0"
        body += name + len(held).to_bytes(4, "little") + held + bytes(len(held) % 2)
    first, *rest = chunks_of(path.read_bytes(), "little")
    path.write_bytes(with_chunks(path.read_bytes(), "little", [first, (b"LIST", body), *rest]))


def text_chunks(path: Path) -> None:
    texts = [(b"NAME", TITLE.encode("latin-1")), (b"AUTH", ARTIST.encode()), (b"ANNO", b"hej")]
    first, *rest = chunks_of(path.read_bytes(), "big")
    path.write_bytes(with_chunks(path.read_bytes(), "big", [first, *texts, *rest]))


def both(*dressers: Callable[[Path], None]) -> Callable[[Path], None]:
    def dress(path: Path) -> None:
        for each in dressers:
            each(path)

    return dress


PAIRS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "APEv2 of MP3": ("mp3-bare", ape),
    "APEv2 before ID3v1": ("mp3-bare", both(ape, add(id3v1()))),
    "Lyrics3 before ID3v1": ("mp3-bare", add(lyrics3() + id3v1())),
    "extended ID3v1": ("mp3-bare", add(id3v1(more=enhanced()))),
    "INFO of WAV": ("wav-bare", info),
    "chunks of AIFF": ("aiff-bare", text_chunks),
    "ID3v2 of FLAC": ("flac-bare", id3_at_the_head),
}
SHORT = {kind: (f"{kind}-bare", add(id3v1())) for kind in ("mp3", "ape", "wv", "mpc", "flac")}


@pytest.fixture(params=[*PAIRS, *SHORT])
def dressed(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Song:
    """A song with a tag of an older kind alone."""
    kind, dress = {**PAIRS, **SHORT}[request.param]
    song = copy_of(kind)
    dress(song.path)
    return Song(song.path, kind, TITLE[:30] if request.param in SHORT else TITLE)


def newest(path: Path) -> dict[str, str]:
    """What a program sees that knows the newest kind of tag alone."""
    if path.suffix == ".mp3":
        tags: Any = id3.ID3(path, load_v1=False)
    else:
        tags = mutagen.File(path).tags
    names = {"TITLE": "TIT2", "ARTIST": "TPE1"}
    return {
        name: str(tags[frame] if frame in tags else tags[name]).strip("[']")
        for name, frame in names.items()
    }


def test_the_new_tag_says_who_and_what_in_full(dressed: Song) -> None:
    sound = file_fingerprint(dressed.path)

    write_tags(dressed.path, FIELDS)

    assert dressed.title
    artist = ARTIST[: 30 if dressed.title != TITLE else None]
    assert newest(dressed.path) == {"TITLE": dressed.title, "ARTIST": artist}
    assert file_fingerprint(dressed.path) == sound


def test_all_of_it_goes_with_the_last_field(dressed: Song) -> None:
    before, size = dressed.path.read_bytes(), dressed.path.stat().st_size
    write_tags(dressed.path, FIELDS)
    write_tags(dressed.path, {"pace": ["99"], "pacetag": ["another line"], "bpm": ["99"]})

    write_tags(dressed.path, {**NOTHING, "bpm": []})

    if dressed.container == "flac":  # whose padding stays
        assert dressed.path.stat().st_size > size
        assert mutagen.File(dressed.path).tags == []
    else:
        assert dressed.path.read_bytes() == before


def test_the_index_gets_the_texts_before_and_after(dressed: Song) -> None:
    before = read_tags(dressed.path)
    others = others_in(dressed.path, FIELDS)

    write_tags(dressed.path, FIELDS)

    after = read_tags(dressed.path)
    assert before.title == after.title == dressed.title
    assert (before.artist, before.album, before.genre) == (after.artist, after.album, after.genre)
    assert others_in(dressed.path, FIELDS) == others


def test_the_older_tag_stays(dressed: Song) -> None:
    before = dressed.path.read_bytes()

    write_tags(dressed.path, FIELDS)

    after = dressed.path.read_bytes()
    if before[-128:-125] == b"TAG" or dressed.container == "mp3":
        assert after.endswith(before[-128:])
    else:
        older = before[
            before.index({"wav": b"INFO", "aiff": b"NAME"}.get(dressed.container, b"ID3")) :
        ]
        assert older[:120] in after


def test_everything_that_a_song_is_listed_by_is_copied(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("mp3-bare").path
    both(ape, add(id3v1()))(path)

    write_tags(path, FIELDS)

    tags = id3.ID3(path, load_v1=False)
    said = {name: [str(text) for text in tags[name].text] for name in tags if name[:4] != "TXXX"}
    assert said == {
        "TIT2": [TITLE],
        "TPE1": [ARTIST],
        "TALB": ["Album"],  # in ID3v1 alone
        "TPE2": ["Various"],
        "TDRC": ["2003-05-01"],
        "TRCK": ["3/12"],
        "TPOS": ["1/2"],
        "TCON": ["Rock"],
        "COMM::XXX": ["hej"],
        "TCOM": ["Bach", "Händel"],
    }


def test_neither_volume_nor_pictures_are_copied(copy_of: Callable[[str], Song]) -> None:
    """Players look for the volume in every tag, and programs that set it know one of them."""
    path = copy_of("mp3-bare").path
    ape(path)

    write_tags(path, FIELDS)

    tags = id3.ID3(path, load_v1=False)
    assert {name for name in tags if name[:4] in ("TXXX", "APIC")} == {
        f"TXXX:{name}" for name in OURS
    }


def test_a_bpm_that_a_new_tag_would_hide_is_copied_and_counts(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-bare").path
    tag: Any = apev2.APEv2()
    tag["BPM"] = "128"
    tag.save(path)
    before = path.read_bytes()
    assert (read_tags(path).bpm, read_tags(path).bpm_beside) == ((), ("128",))

    write_tags(path, FIELDS)
    assert read_tags(path).bpm == ("128",)
    write_tags(path, NOTHING)

    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [b"J\xf3ga", "Jóga".encode()])
def test_text_that_is_not_valid_in_its_encoding_is_read_as_that_of_windows(
    text: bytes, copy_of: Callable[[str], Song]
) -> None:
    path = copy_of("mp3-bare").path
    item = len(text).to_bytes(4, "little") + bytes(4) + b"Title\0" + text
    frame = b"APETAGEX" + (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little")
    path.write_bytes(path.read_bytes() + item + frame + (1).to_bytes(4, "little") + bytes(12))

    write_tags(path, FIELDS)

    assert str(id3.ID3(path)["TIT2"]) == read_tags(path).title == "Jóga"


def test_what_another_program_made_of_the_copies_is_its_own(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-bare").path
    ape(path)
    write_tags(path, FIELDS)
    tags = id3.ID3(path)
    tags.add(id3.TIT2(encoding=3, text="By hand"))
    tags.save(path)

    write_tags(path, FIELDS | {"pace": ["90"]})
    write_tags(path, NOTHING)

    tags = id3.ID3(path, load_v1=False)
    assert (str(tags["TIT2"]), str(tags["TPE1"])) == ("By hand", ARTIST)


def test_a_tag_of_another_program_with_the_same_texts_stays(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-bare").path
    path.write_bytes(path.read_bytes() + id3v1())
    tags = id3.ID3()
    for frame in (id3.TIT2(encoding=3, text=TITLE), id3.TPE1(encoding=0, text=ARTIST)):
        tags.add(frame)
    tags.save(path, padding=lambda _: 2000)
    before = path.read_bytes()

    write_tags(path, FIELDS)
    write_tags(path, NOTHING)

    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [3, 4])
def test_an_empty_tag_hid_nothing_and_gets_the_copies(
    version: int, copy_of: Callable[[str], Song]
) -> None:
    path = copy_of("mp3-bare").path
    ape(path)
    older = path.read_bytes()
    path.write_bytes(b"ID3" + bytes([version, 0, 0, 0, 0, 2, 0]) + bytes(256) + older)

    write_tags(path, FIELDS)
    assert newest(path) == {"TITLE": TITLE, "ARTIST": ARTIST}
    write_tags(path, NOTHING)

    assert path.read_bytes() == older


@pytest.mark.parametrize(
    ("written", "copied"),
    [
        ("2003-05-01", "2003-05-01"),
        ("20030501", "2003-05-01"),
        ("01.05.2003", "2003"),
        ("2003/05", "2003"),
        ("some day", ""),
    ],
)
def test_of_a_date_that_id3_does_not_know_the_year_is_copied(
    written: str, copied: str, copy_of: Callable[[str], Song]
) -> None:
    path = copy_of("mp3-bare").path
    tag: Any = apev2.APEv2()
    tag["Title"], tag["Year"] = TITLE, written
    tag.save(path)

    write_tags(path, FIELDS)

    assert [str(frame) for frame in id3.ID3(path).getall("TDRC")] == [copied] * bool(copied)


def test_a_tag_that_says_nothing_leaves_nothing_behind(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("mp3-bare").path
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(124) + b"\xff")
    before = path.read_bytes()

    write_tags(path, FIELDS)
    write_tags(path, NOTHING)

    assert path.read_bytes() == before


@pytest.mark.outside("ffprobe")
def test_ffprobe_shows_each_text_once(dressed: Song) -> None:
    write_tags(dressed.path, FIELDS)

    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(dressed.path)]
    shown = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    tags = {key.upper(): value for key, value in shown["format"].get("tags", {}).items()}

    if dressed.container not in ("ape", "mpc"):  # it sees no tag before ID3v1 there
        assert (tags["TITLE"].count(TITLE[:20]), tags["ARTIST"].count(ARTIST[:20])) == (1, 1)


@pytest.mark.outside("kid3-cli")
def test_kid3_shows_the_texts_in_the_newest_tag(dressed: Song) -> None:
    write_tags(dressed.path, FIELDS)

    command = ["kid3-cli", "-c", "get title 2", "-c", "get artist 2", str(dressed.path)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert dressed.title
    artist = ARTIST[: 30 if dressed.title != TITLE else None]
    assert shown.splitlines() == [dressed.title, artist]
