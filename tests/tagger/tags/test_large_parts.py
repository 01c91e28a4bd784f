"""Pictures and other foreign parts of any size cost no memory, and stay as they are."""

import re
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mutagen import id3, mp4

from pacetag.tagger.tags.abridged import ape, asf, flac, ogg
from pacetag.tagger.tags.abridged import id3 as abridged_id3
from pacetag.tagger.tags.abridged import mp4 as abridged_mp4
from pacetag.tagger.tags.abridged import song as abridged
from pacetag.tagger.tags.containers.layouts import load_layout
from pacetag.tagger.tags.containers.mp4.layout import Mp4Layout
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.foreign_tags import others_in
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.bombs import tag_of
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.enlarging import enlarge, noise
from tests.tagger.writing import write_tags

CopyOf = Callable[[str], Song]
KINDS = ["mp3-v24", "mp3-v23", "m4a", "m4a-fast", "flac", "ogg", "opus", "spx", "wma"]
KINDS += ["ape", "wv", "mpc", "wav", "aiff", "dsf"]
LARGE = 14 << 20  # bytes; far more than what is held of any song
LARGE_IN_FLAC = 18 << 20  # bytes; more than a block can hold
LARGE_IN_ATOMS = 6 << 20  # bytes; of MP4 and ASF less is held
LARGE_IN_OGG = 5 << 20  # bytes, since mutagen puts no more than 3 MiB a second on pages
SIZES = {"flac": LARGE_IN_FLAC, "m4a": LARGE_IN_ATOMS, "wma": LARGE_IN_ATOMS}
SIZES |= dict.fromkeys(("ogg", "opus", "spx"), LARGE_IN_OGG)
TOO_LONG = 3 << 20  # bytes; no half is read in one go, where memory is not measured
MOST = 0.75  # of a picture may be held at once
SHORT, LONG = {"pace": ["172"], "pacetag": ["a"]}, {"pace": ["172"], "pacetag": ["a" * 70_000]}
NONE: dict[str, list[str]] = {"pace": [], "pacetag": []}


def size_of(kind: str) -> int:
    """Bytes of a large picture in a kind of song."""
    return SIZES.get(kind.partition("-")[0], LARGE)


@contextmanager
def little_memory(size: int = LARGE) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST * size
    finally:
        tracemalloc.stop()


def picture_at(path: Path, size: int) -> int:
    """A place in the middle of the picture."""
    data = path.read_bytes()
    place = data.find(noise(size - 2)[5000:5100])
    return place if place >= 0 else len(data) // 2  # base64, in Ogg


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_picture_costs_no_memory_and_stays(kind: str, copy_of: CopyOf) -> None:
    path = copy_of(kind).path
    before, sound = read_tags(path), file_fingerprint(path)
    enlarge(path, size_of(kind))
    before = replace(before, joins=False)  # ID3 is of version 2.4 now
    picture = others_in(path, SHORT)

    with little_memory(size_of(kind)):
        assert read_tags(path) == before
        others_in(path, SHORT)
        write_tags(path, SHORT)
        write_tags(path, LONG)
        write_tags(path, NONE)

    assert read_tags(path) == before
    assert file_fingerprint(path) == sound
    assert others_in(path, SHORT) == picture


@pytest.mark.parametrize("kind", ["mp3-v24", "m4a-fast", "flac", "ogg"])
def test_a_song_of_several_names_with_a_large_picture_costs_no_memory(
    kind: str, copy_of: CopyOf, tmp_path: Path
) -> None:
    path = copy_of(kind).path
    enlarge(path, size_of(kind))
    other = tmp_path / "other"
    other.hardlink_to(path)

    with little_memory(size_of(kind)):
        write_tags(path, LONG)

    assert other.read_bytes() == path.read_bytes()
    assert read_tags(other).pace == ("172",)


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_byte_of_a_large_picture_is_seen(kind: str, copy_of: CopyOf) -> None:
    path = copy_of(kind).path
    enlarge(path, TOO_LONG)
    before, kept = others_in(path, SHORT), kept_of(path)
    place = picture_at(path, TOO_LONG)
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))

    assert kept_of(path) != kept
    assert others_in(path, SHORT) != before


def kept_of(path: Path) -> tuple[bytes, ...]:
    return load_layout(path, type(open_audio(path))).kept(SHORT)


@pytest.mark.parametrize("kind", ["mp3-v24", "m4a-fast", "flac", "ogg", "wma", "ape"])
def test_all_is_as_before_once_it_is_taken_back(kind: str, copy_of: CopyOf) -> None:
    path = copy_of(kind).path
    enlarge(path, 2 << 20)
    write_tags(path, LONG)
    write_tags(path, NONE)
    before = path.read_bytes()

    write_tags(path, SHORT)
    write_tags(path, NONE)

    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [2, 3])
def test_a_large_unsynchronised_tag_is_read_and_written(version: int, copy_of: CopyOf) -> None:
    path = copy_of("mp3-bare").path
    picture = noise(3 << 20) + b"\xff" * 5 + b"\xff\0\xff\xe0"
    names, size = ((b"TT2", b"PIC"), 3) if version == 2 else ((b"TIT2", b"APIC"), 4)
    head = b"\0PNG\x03\0" if version == 2 else b"\0image/png\0\x03\0"
    flags = b"" if version == 2 else b"\0\0"
    frames = b"".join(
        name + len(body).to_bytes(size) + flags + body
        for name, body in zip(names, (b"\0Name", head + picture), strict=True)
    )
    tag = bytearray(tag_of(version, unsynchronised(frames)))
    tag[5] = 0x80
    path.write_bytes(tag + path.read_bytes())

    assert read_tags(path).title == "Name"
    write_tags(path, SHORT)

    assert read_tags(path).pace == ("172",)
    assert id3.ID3(path).getall("APIC")[0].data == picture  # type: ignore[no-untyped-call]


def unsynchronised(data: bytes) -> bytes:
    return re.sub(rb"\xff(?=[\xe0-\xff\0]|\Z)", b"\xff\0", data)


@pytest.mark.parametrize("name", [b"free", b"uuid", b"name"])
def test_other_large_atoms_cost_no_memory(name: bytes, copy_of: CopyOf) -> None:
    path = copy_of("m4a").path
    data = path.read_bytes()
    place = data.index(b"udta") - 4
    atom = (LARGE_IN_ATOMS + 8).to_bytes(4) + name + noise(LARGE_IN_ATOMS)
    moov = data.index(b"moov") - 4
    size = int.from_bytes(data[moov : moov + 4]) + len(atom)
    path.write_bytes(data[:moov] + size.to_bytes(4) + data[moov + 4 : place] + atom + data[place:])
    before = read_tags(path)

    with little_memory(LARGE_IN_ATOMS):
        assert read_tags(path).writable
        write_tags(path, SHORT)
        write_tags(path, LONG)

    assert atom in path.read_bytes()
    assert read_tags(path).title == before.title


def test_many_pictures_cost_no_more_than_one(copy_of: CopyOf) -> None:
    path = copy_of("m4a-fast").path
    audio: Any = mp4.MP4(path)  # type: ignore[no-untyped-call]
    audio["covr"] = [mp4.MP4Cover(noise(50_000)) for _ in range(LARGE_IN_ATOMS // 50_000)]  # type: ignore[no-untyped-call]
    audio.save()
    tag: Any = id3.ID3()  # type: ignore[no-untyped-call]
    for number in range(LARGE // 50_000):
        tag.add(id3.APIC(data=noise(50_000), desc=str(number)))  # type: ignore[no-untyped-call]
    song = copy_of("mp3-bare").path
    tag.save(song)

    for each, size in ((path, LARGE_IN_ATOMS), (song, LARGE)):
        with little_memory(size):
            write_tags(each, SHORT)
            write_tags(each, LONG)


def test_a_large_picture_that_changes_while_it_is_copied_is_noticed(
    copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_of("m4a").path
    enlarge(path, TOO_LONG)
    place = picture_at(path, TOO_LONG)
    write = Mp4Layout.write

    def meddled(self: Mp4Layout, source: Any, target: Any, wanted: Any) -> None:
        with path.open("r+b") as file:
            file.seek(place)
            file.write(b"another program")
        write(self, source, target, wanted)

    monkeypatch.setattr(Mp4Layout, "write", meddled)
    with pytest.raises(TagError):
        write_tags(path, LONG)

    assert read_tags(path).pace == ()
    assert b"another program" in path.read_bytes()


def test_what_is_read_of_any_song_is_the_same_without_its_long_parts(
    song: Song, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Treats every tag as large, so that all its parts of more than 4 KiB are left out."""
    as_it_is = read_tags(song.path)
    names = set(others_in(song.path, SHORT)) if as_it_is.writable else set()
    modules = (abridged, ape, asf, flac, abridged_id3)
    for module in (*modules, abridged_mp4, ogg):
        monkeypatch.setattr(module, "WHOLE", 0)
    copy = tmp_path / f"copy{song.path.suffix}"
    shutil.copy(song.path, copy)

    assert read_tags(copy) == as_it_is
    assert (set(others_in(copy, SHORT)) if as_it_is.writable else set()) == names
