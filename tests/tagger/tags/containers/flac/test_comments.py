"""Vorbis comments in FLAC and Ogg: raw entries stay as they are, even faulty ones."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types.

import dataclasses
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen import flac, oggopus, oggvorbis
from mutagen.ogg import OggPage

from pacetag.tagger.tags.containers.flac.comments import Comments
from pacetag.tagger.tags.containers.ogg.headers import CommentHeaders
from pacetag.tagger.tags.containers.ogg.layout import OggLayout
from pacetag.tagger.tags.containers.ogg.pages import pages
from pacetag.tagger.tags.errors import LayoutError, TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def sized(part: bytes) -> bytes:
    return len(part).to_bytes(4, "little") + part


def header(vendor: bytes, *entries: bytes) -> bytes:
    count = len(entries).to_bytes(4, "little")
    return sized(vendor) + count + b"".join(map(sized, entries))


def test_strange_entries_stay_as_they_are_and_in_order() -> None:
    entries = [b"TITLE=\xe5 is Latin-1", b"no equals sign", b"=", b"", b"Pace =1", b"TITLE=again"]
    comments = Comments.parse(header(b"v\xff", *entries, b"PACE=1", b"pAcE=2") + b"\x01\0\0")

    assert comments.vendor == b"v\xff"
    assert comments.foreign(["pace"]) == tuple(entries)
    assert comments.render({"pace": ["3", "4"]}) == header(b"v\xff", *entries, b"PACE=3", b"PACE=4")


def test_values_keep_the_place_and_the_spelling_of_their_field() -> None:
    before = header(b"v", b"TITLE=a", b"Bpm=0", b"ARTIST=b", b"BPM=7", b"DATE=1")

    after = Comments.parse(before).render({"bpm": ["172"], "pace": ["86"]})

    assert after == header(b"v", b"TITLE=a", b"Bpm=172", b"ARTIST=b", b"DATE=1", b"PACE=86")
    assert Comments.parse(after).render({"bpm": ["0"], "pace": []}) == header(
        b"v", b"TITLE=a", b"Bpm=0", b"ARTIST=b", b"DATE=1"
    )


@pytest.mark.parametrize("seed", range(30))
def test_damaged_comments_are_refused_or_rendered_as_they_were(seed: int) -> None:
    draw = random.Random(seed)
    whole = header(b"vendor", b"TITLE=x", b"ARTIST=y")
    data = bytearray(whole[: draw.randrange(len(whole))] if seed % 2 else whole)
    for _ in range(3):
        if data:
            data[draw.randrange(len(data))] = draw.choice([0, 1, 127, 255])
    try:
        comments = Comments.parse(bytes(data))
    except LayoutError:
        return

    assert comments.render({}) == bytes(data)[: comments.size]


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_entries_that_are_no_utf_8_survive_in_the_file(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    """mutagen would replace what it cannot decode."""
    path = copy_of(kind).path
    write_tags(path, {"pacetag": ["x" * 20]})
    data = path.read_bytes().replace(b"PACEMAKER=not ours", b"PACEMAKER=n\xf6t \xffurs")
    path.write_bytes(data)
    if kind != "flac":  # the page's checksum has to follow
        with path.open("r+b") as file:
            serial = OggPage(file).serial
            file.seek(0)
            OggPage.renumber(file, serial, 0)
    assert read_tags(path).title == "Låt"

    write_tags(path, FIELDS)

    assert b"PACEMAKER=n\xf6t \xffurs" in path.read_bytes()
    assert read_tags(path).pace == ("172", "86")


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_each_value_is_an_entry_of_its_own(copy_of: Callable[[str], Song], kind: str) -> None:
    path = copy_of(kind).path

    write_tags(path, FIELDS)

    assert sized(b"PACE=172") + sized(b"PACE=86") in path.read_bytes()


def test_flac_blocks_keep_their_order_and_padding_comes_last(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("flac").path
    before = [block.code for block in flac.FLAC(path).metadata_blocks]

    write_tags(path, FIELDS)

    blocks = flac.FLAC(path).metadata_blocks
    assert [block.code for block in blocks] == [code for code in before if code != 1] + [1]
    assert 1024 <= blocks[-1].length <= 4096


def test_a_second_comment_block_of_flac_stays(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("flac-bare").path
    data = path.read_bytes()
    block = header(b"other", b"TITLE=second")
    own = header(b"vendor", b"TITLE=first")
    parts = [b"\x04" + len(each).to_bytes(3) + each for each in (own, block)]
    path.write_bytes(data[:4] + b"\0" + data[5:42] + b"".join(parts) + data[42:])

    write_tags(path, FIELDS)

    assert parts[1] in path.read_bytes()
    assert read_tags(path).title == "first"


def test_flac_without_any_comment_gets_one(copy_of: Callable[[str], Song]) -> None:
    song = copy_of("flac-bare")
    data, before = song.path.read_bytes(), song.decode()
    audio: Any = flac.FLAC(song.path)
    sound = data[sum(4 + len(block.write()) for block in audio.metadata_blocks) + 4 :]
    song.path.write_bytes(b"fLaC\x80" + data[5:42] + sound)
    assert not flac.FLAC(song.path).tags

    write_tags(song.path, FIELDS)

    assert read_tags(song.path).pace == ("172", "86")
    assert np.array_equal(song.decode(), before)


def test_an_id3_tag_before_flac_stays(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("flac").path
    tag = b"ID3\x03\0\0\0\0\0\x14TIT2\0\0\0\x06\0\0\0title" + bytes(4)
    path.write_bytes(tag + path.read_bytes())

    write_tags(path, FIELDS)

    assert path.read_bytes().startswith(tag + b"fLaC")
    assert read_tags(path).pace == ("172", "86")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:42] + b"\x03\xff\xff\xff" + data[46:],
        lambda data: data.replace(b"\xff\xf8", b"\0\0"),
        lambda data: data[:30],
    ],
    ids=["size", "no frames", "cut"],
)
def test_a_damaged_flac_header_is_refused(
    copy_of: Callable[[str], Song], change: Callable[[bytes], bytes]
) -> None:
    path = copy_of("flac").path
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()

    with pytest.raises(TagError, match="damaged"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def merge_headers_and_sound(path: Path, headers: int) -> None:
    """Put the first packets of sound on the page of the last header, as old encoders did."""
    found: list[Any] = []
    with path.open("rb") as file:
        while file.peek(1):
            found.append(OggPage(file))
    ended = 0
    for at, page in enumerate(found):
        ended += len(page.packets) - (not page.complete)
        if ended == headers:
            following = found[at + 1]
            following.packets = page.packets + following.packets
            following.continued = page.continued
            break
    pages = found[:at] + found[at + 1 :]
    for number, page in enumerate(pages):
        page.sequence = number
    path.write_bytes(b"".join(page.write() for page in pages))


@pytest.mark.parametrize("length", [3, 70_000])
@pytest.mark.parametrize(("kind", "headers"), [("ogg", 3), ("ogg-picture", 3), ("opus", 2)])
def test_sound_on_a_page_of_headers_stays_there(
    copy_of: Callable[[str], Song], kind: str, headers: int, length: int
) -> None:
    """About one in thirty songs of free games is like that."""
    song = copy_of(kind)
    fingerprint = file_fingerprint(song.path)
    merge_headers_and_sound(song.path, headers)
    before = song.decode()
    assert file_fingerprint(song.path) == fingerprint

    write_tags(song.path, {"pacetag": ["x" * length]})

    assert np.array_equal(song.decode(), before)
    assert file_fingerprint(song.path) == fingerprint
    assert read_tags(song.path).title == "Låt"
    assert read_tags(song.path).duration == pytest.approx(1.0)


def test_sound_that_no_longer_fits_the_page_of_headers_moves_to_its_own(
    copy_of: Callable[[str], Song],
) -> None:
    """A page holds 255 pieces of 255 bytes."""
    path = copy_of("ogg").path
    merge_headers_and_sound(path, 3)
    with path.open("rb") as file:
        layout = OggLayout.load(file)
        layout.sound.packets = [b"x" * 100] * 250
        assert isinstance(layout.headers, CommentHeaders)
        headers = dataclasses.replace(layout.headers, room=0)
        grown = dataclasses.replace(layout, headers=headers)
        target = io.BytesIO()
        grown.write(file, target, FIELDS)

    target.seek(0)
    found = list(pages(target))
    alone = next(page for page in found if len(page.segments) == 250)
    before = found[found.index(alone) - 1]
    assert sum(page.packets_ended for page in found[1 : found.index(alone)]) == 2
    assert before.identity[1:9] == bytes(8)
    assert alone.identity[1:9] == layout.sound.position.to_bytes(8, "little")


@pytest.mark.parametrize("kind", ["ogg", "ogg-picture", "opus-picture"])
def test_ogg_pages_are_numbered_without_gaps(copy_of: Callable[[str], Song], kind: str) -> None:
    path = copy_of(kind).path

    write_tags(path, {"pacetag": ["x" * 70_000]})

    with path.open("rb") as file:
        found = list(pages(file))
        assert found[-1].stop == path.stat().st_size
        numbers = []
        for page in found:
            file.seek(page.body - len(page.segments) - 27)
            each: Any = OggPage(file)
            numbers.append(each.sequence)
            file.seek(each.offset)
            assert file.read(each.size) == each.write()  # its checksum included
    assert numbers == list(range(len(numbers)))


def test_what_follows_opus_comments_stays_when_it_is_no_padding(
    copy_of: Callable[[str], Song],
) -> None:
    """RFC 7845: a one in the lowest bit of its first byte says so."""
    path = copy_of("opus").path
    tags: Any = oggopus.OggOpus(path).tags
    tags._pad_data = b"\x01precious"
    with path.open("r+b") as file:
        tags._inject(file, lambda _: 0)
    assert b"\x01precious" in path.read_bytes()

    write_tags(path, FIELDS)

    assert b"\x01precious" in path.read_bytes()
    assert read_tags(path).pace == ("172", "86")


def test_a_chained_ogg_keeps_its_second_song(copy_of: Callable[[str], Song]) -> None:
    first, second = copy_of("ogg").path, copy_of("opus").path.read_bytes()
    first.write_bytes(first.read_bytes() + second)

    write_tags(first, {"pacetag": ["x" * 70_000]})

    assert first.read_bytes().endswith(second)
    tags: Any = oggvorbis.OggVorbis(first).tags
    assert len(tags["pacetag"][0]) == 70_000


@pytest.mark.parametrize("behind", [b"TAG" + bytes(125), bytes(999)], ids=["ID3v1", "zeros"])
def test_what_lies_behind_the_pages_of_ogg_stays_when_they_move(
    copy_of: Callable[[str], Song], behind: bytes
) -> None:
    path = copy_of("ogg").path
    fingerprint = file_fingerprint(path)
    path.write_bytes(path.read_bytes() + behind)
    assert file_fingerprint(path) == fingerprint

    write_tags(path, {"pacetag": ["x" * 70_000]})

    assert path.read_bytes().endswith(behind)
    assert file_fingerprint(path) == fingerprint
    with path.open("rb") as file:
        assert list(pages(file))[-1].stop == path.stat().st_size - len(behind)
