"""Files whose damage a new tag would hide, deepen or blame on pacetag are left alone."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags.containers.apev2.sound import check_packets_before_sound
from pacetag.tagger.tags.containers.id3.tag import Id3Tag
from pacetag.tagger.tags.containers.ogg.pages import Page, check_order, pages
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.mutating import mend_ogg
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

CopyOf = Callable[[str], Song]
FIELDS = {"pace": ["172"], "pacetag": ["a line " + "x" * 9000]}  # fits no padding
SHORT, LATER = {"pace": ["172"]}, {"pace": ["165"]}  # one fits where the other was
NONE: dict[str, list[str]] = {"pace": [], "pacetag": []}


def refused(path: Path, fields: dict[str, list[str]] = FIELDS) -> str:
    content = path.read_bytes()
    with pytest.raises(NotWritableError) as error:
        write_tags(path, fields)
    assert path.read_bytes() == content
    return error.value.reason


def ogg_pages(song: Song) -> list[tuple[Page, bytes]]:
    data = song.path.read_bytes()
    found = list(pages(io.BytesIO(data)))
    starts = [0, *(page.stop for page in found)]
    return [(page, data[start : page.stop]) for start, page in zip(starts, found, strict=False)]


@pytest.mark.parametrize("kind", ["ogg", "opus", "oga", "spx"])
def test_a_page_whose_checksum_is_wrong_keeps_pages_from_being_renumbered(
    kind: str, copy_of: CopyOf
) -> None:
    song = copy_of(kind)
    data = bytearray(song.path.read_bytes())
    data[-5] ^= 1
    song.path.write_bytes(data)

    assert refused(song.path) == "its Ogg pages are damaged (checksums)"
    mend_ogg(data)
    song.path.write_bytes(data)
    assert write_tags(song.path, FIELDS).changed


@pytest.mark.parametrize("kind", ["ogg", "opus", "spx"])
def test_a_header_with_a_wrong_checksum_is_not_corrected_in_place(
    kind: str, copy_of: CopyOf
) -> None:
    """Decoders pass over it, and so hear what it would hide once it was right."""
    song = copy_of(kind)
    assert write_tags(song.path, SHORT).changed
    (_, first), (header, _), *_ = ogg_pages(song)
    data = bytearray(song.path.read_bytes())
    data[len(first) + 22] ^= 1  # of the checksum
    song.path.write_bytes(data)

    assert refused(song.path, LATER) == "its Ogg pages are damaged (checksums)"
    mend_ogg(data)
    song.path.write_bytes(data)
    assert write_tags(song.path, LATER).changed
    assert header.number == 1


@pytest.mark.parametrize("kind", ["ogg", "opus", "oga", "spx"])
def test_headers_without_sound_are_left_alone(kind: str, copy_of: CopyOf) -> None:
    """As where a page of headers says that all that follows is its own."""
    song = copy_of(kind)
    headers = [part for page, part in ogg_pages(song) if page.identity[1:9] == bytes(8)]
    song.path.write_bytes(b"".join(headers))

    assert refused(song.path) == "its Ogg pages are damaged (no sound follows the headers)"


def test_a_page_that_occurs_twice_is_not_renumbered(copy_of: CopyOf) -> None:
    song = copy_of("ogg-bare")
    parts = [part for _, part in ogg_pages(song)]
    song.path.write_bytes(b"".join([*parts[:3], parts[2], *parts[3:]]))

    assert refused(song.path) == "its Ogg pages are damaged (order)"


def test_streams_that_follow_one_another_count_their_pages_anew(copy_of: CopyOf) -> None:
    content = copy_of("ogg").path.read_bytes()
    other = copy_of("ogg-bare").path.read_bytes()

    check_order(io.BytesIO(content + other))


@pytest.mark.parametrize("kind", ["opus-bare", "ogg"])
def test_pages_behind_something_else_are_seen(kind: str, copy_of: CopyOf) -> None:
    song = copy_of(kind)
    parts = [part for _, part in ogg_pages(song)]
    song.path.write_bytes(b"".join([*parts[:-1], b"something else", parts[-1]]))

    assert refused(song.path) == "its Ogg pages are damaged"
    assert read_tags(song.path).why_not == "its Ogg pages are damaged"


def test_other_tags_at_the_end_of_an_ogg_file_are_no_damage(copy_of: CopyOf) -> None:
    song = copy_of("ogg")
    song.path.write_bytes(song.path.read_bytes() + b"TAG" + bytes(125))

    assert read_tags(song.path).why_not is None


@pytest.mark.parametrize("lost", [1, 40])
def test_a_cut_wavpack_block_does_not_swallow_a_tag(lost: int, copy_of: CopyOf) -> None:
    song = copy_of("wv-bare")
    song.path.write_bytes(song.path.read_bytes()[:-lost])

    assert refused(song.path) == "its WavPack blocks are damaged or cut off"


def test_a_wavpack_file_without_blocks_in_its_middle_is_refused(copy_of: CopyOf) -> None:
    song = copy_of("wv")
    data = bytearray(song.path.read_bytes())
    size = 8 + int.from_bytes(data[4:8], "little")
    data[size : size + 4] = b"junk"
    song.path.write_bytes(data)

    assert refused(song.path) == "its WavPack blocks are damaged or cut off"


def test_what_follows_the_sound_of_wma_has_to_be_objects(copy_of: CopyOf) -> None:
    song = copy_of("wma")
    content = song.path.read_bytes()
    song.path.write_bytes(content + b"some 16 bytes...")

    assert refused(song.path) == "its headers speak of less than there is"
    song.path.write_bytes(content + bytes(16) + (30).to_bytes(8, "little") + bytes(6))
    assert write_tags(song.path, FIELDS).changed


@pytest.mark.parametrize("follows", [b"ID3\x03\0\0\0\0\0\x05junk!", b"junk"])
def test_taking_a_tag_back_never_makes_what_followed_it_the_head(
    follows: bytes, copy_of: CopyOf
) -> None:
    song = copy_of("mp3-bare")
    sound = song.path.read_bytes()
    song.path.write_bytes(b"ID3\x04\0\0\0\0\0\0" + follows + sound)

    write_tags(song.path, FIELDS)
    write_tags(song.path, NONE)

    content = song.path.read_bytes()
    tag = Id3Tag.read(io.BytesIO(content), len(content))
    assert (tag.version, tag.frames) == (4, ())
    assert content[tag.size :] == follows + sound
    assert read_tags(song.path).pacetag is None


def test_a_tag_alone_before_the_sound_goes_as_it_came(copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")
    content = song.path.read_bytes()

    write_tags(song.path, FIELDS)
    write_tags(song.path, NONE)

    assert song.path.read_bytes() == content


def test_a_tag_of_countless_frames_is_refused(copy_of: CopyOf) -> None:
    song = copy_of("mp3-bare")
    frames = b"XXXX\0\0\0\x01\0\0x" * 20_001
    sevens = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    song.path.write_bytes(b"ID3\x03\0\0" + sevens + frames + song.path.read_bytes())

    assert refused(song.path) == "its ID3 tag holds more than 20000 frames"


def test_a_musepack_packet_of_any_length_ends_the_look(copy_of: CopyOf) -> None:
    check_packets_before_sound(io.BytesIO(b"MPCKRG" + b"\xff" * 8 + b"\x7f" + bytes(20)))
