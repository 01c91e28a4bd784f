"""ID3: the version stays, foreign frames stay byte for byte, ID3v1 is not touched."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mutagen.id3 import ID3

from pacetag.tagger.tags.containers.id3.frames import make_frame, split_frames
from pacetag.tagger.tags.errors import NotWritableError, TagError
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song, id3v1
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def with_tag(song: Song, version: int, body: bytes, flags: int = 0) -> Path:
    """The song with this tag instead of its own, which it must not have."""
    head = b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body))
    song.path.write_bytes(head + body + song.path.read_bytes())
    return song.path


def frame(name: bytes, content: bytes, *, flags: bytes = b"\0\0", plain: bool = False) -> bytes:
    size = len(content).to_bytes(4) if plain else synchsafe(len(content))
    return name + size + flags + content


@pytest.fixture
def bare(copy_of: Callable[[str], Song]) -> Song:
    return copy_of("mp3-bare")


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("mp3-v24", 4),
        ("mp3-v23", 3),
        ("mp3-v22", 2),
        ("mp3-bare", 4),
        ("mp3-v1", 4),
        ("mp3-trailers", 4),
    ],
)
def test_the_version_is_kept_and_a_new_tag_is_the_latest(
    copy_of: Callable[[str], Song], kind: str, version: int
) -> None:
    path = copy_of(kind).path

    write_tags(path, FIELDS)

    assert path.read_bytes()[:4] == b"ID3" + bytes([version])


@pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "mp3-v22"])
def test_every_foreign_frame_is_the_same_bytes_in_the_same_order(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    path = copy_of(kind).path
    version = int(kind[6])

    def frames() -> list[bytes]:
        data = path.read_bytes()
        size = int.from_bytes(data[6:10])
        size = (size & 0x7F) | (size >> 1 & 0x3F80) | (size >> 2 & 0x1FC000)
        return list(split_frames(version, data[10 : 10 + size])[0])

    before = frames()
    write_tags(path, {**FIELDS, "bpm": ["172"]})
    after = frames()

    own = [each for each in after if each not in before]
    assert len(own) == 3
    assert [each for each in after if each in before] == before
    # Ours stand behind the texts and before the picture.
    assert after.index(own[0]) < next(i for i, f in enumerate(after) if f[:3] in (b"API", b"PIC"))


def test_values_are_several_in_24_and_joined_in_utf_16_before(
    copy_of: Callable[[str], Song],
) -> None:
    new, old, oldest = (copy_of(kind).path for kind in ("mp3-v24", "mp3-v23", "mp3-v22"))
    for path in (new, old, oldest):
        write_tags(path, {**FIELDS, "bpm": ["172"]})

    assert frame(b"TXXX", b"\x03PACE\x00172\x0086") in new.read_bytes()
    joined = "\ufeffPACE\0".encode("utf-16-le") + "\ufeff172/86".encode("utf-16-le")
    assert frame(b"TXXX", b"\x01" + joined) in old.read_bytes()
    assert b"TXX\0\0" + bytes([1 + len(joined)]) + b"\x01" + joined in oldest.read_bytes()
    assert frame(b"TBPM", b"\x00172") in new.read_bytes()
    assert frame(b"TBPM", b"\x00172") in old.read_bytes()


@pytest.mark.parametrize("kind", ["mp3-v1", "mp3-trailers"])
def test_id3v1_is_not_touched(copy_of: Callable[[str], Song], kind: str) -> None:
    path = copy_of(kind).path
    before = path.read_bytes()[-128:]
    assert before.startswith(b"TAG")

    write_tags(path, FIELDS)

    assert path.read_bytes()[-128:] == before


@pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "mp3-v22", "mp3-bare"])
def test_id3v1_is_not_added(copy_of: Callable[[str], Song], kind: str) -> None:
    path = copy_of(kind).path
    before = path.read_bytes()[-128:]

    write_tags(path, FIELDS)

    assert path.read_bytes()[-128:] == before


def test_fields_of_id3v1_are_copied_into_the_tag_that_would_hide_them(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("mp3-v1").path

    write_tags(path, FIELDS)

    tag = ID3(path, load_v1=False)  # type: ignore[no-untyped-call]
    assert (str(tag["TIT2"]), str(tag["TPE1"])) == ("Title of the end", "Old Artist")


def test_a_tag_that_holds_nothing_more_goes(bare: Song) -> None:
    before = bare.path.read_bytes()
    write_tags(bare.path, FIELDS)

    write_tags(bare.path, {"pace": [], "pacetag": []})

    assert bare.path.read_bytes() == before


def test_beside_id3v1_an_empty_tag_stays(bare: Song) -> None:
    path = with_tag(bare, 3, make_frame(3, "TXXX:PACE", ["1"], synchsafe=False))
    path.write_bytes(path.read_bytes() + id3v1(b"title"))

    write_tags(path, {"pace": []})

    assert read_tags(path).pace == ()
    assert len(ID3(path, load_v1=False)) == 0  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", ["PACE", "pace", "Pace"])
def test_a_name_in_any_case_is_the_same_field(bare: Song, name: str) -> None:
    path = with_tag(bare, 4, frame(b"TXXX", b"\x00" + name.encode() + b"\x00150"))
    assert read_tags(path).pace == ("150",)

    write_tags(path, FIELDS)

    assert read_tags(path).pace == ("172", "86")
    assert b"\x00150" not in path.read_bytes()


@pytest.mark.parametrize("joined", ["172/86", "172;86", "172 / 86", "172; 86;", "172\x0086"])
def test_values_that_others_joined_are_split(bare: Song, joined: str) -> None:
    path = with_tag(bare, 4, frame(b"TXXX", b"\x03PACE\x00" + joined.encode()))
    in_their_form = ["172", "86"] if "\0" in joined else ["172/86"]

    assert read_tags(path).pace == ("172", "86")
    assert not write_tags(path, {"pace": in_their_form}).changed


@pytest.mark.parametrize("version", [3, 4])
def test_joined_values_are_parted_where_the_version_can_hold_them_so(
    bare: Song, version: int
) -> None:
    path = with_tag(bare, version, frame(b"TXXX", b"\x00PACE\x00172/86"))

    assert write_tags(path, {"pace": ["172", "86"]}).changed is (version == 4)
    assert read_tags(path).pace == ("172", "86")


def test_several_frames_of_the_same_name_become_one(bare: Song) -> None:
    path = with_tag(bare, 3, frame(b"TXXX", b"\x00PACE\x001") + frame(b"TXXX", b"\x00PACE\x002"))
    assert read_tags(path).pace == ("1", "2")

    write_tags(path, FIELDS)

    assert path.read_bytes().count(b"TXXX") == 2
    assert read_tags(path).pace == ("172", "86")


PRIVATE = b"me\0\xff\xe0\xff\x00\xffy\xff"
ZEROS_BEHIND = {  # the two ways of programs: behind each 255, or where the standard needs it
    "each": PRIVATE.replace(b"\xff", b"\xff\x00"),
    "needed": b"me\0\xff\0\xe0\xff\x00\x00\xffy\xff\x00",
}


@pytest.mark.parametrize("way", ZEROS_BEHIND)
@pytest.mark.parametrize("version", [2, 3])
def test_an_unsynchronised_tag_stays_so(bare: Song, version: int, way: str) -> None:
    """ID3v2.2 and 2.3 put zeros behind bytes of ones, all over the tag."""
    size = len(PRIVATE).to_bytes(3 if version == 2 else 4)
    head = (b"UFI" if version == 2 else b"PRIV") + size + (b"" if version == 2 else b"\0\0")
    path = with_tag(bare, version, head + ZEROS_BEHIND[way] + bytes(400), flags=0x80)
    before = path.read_bytes()

    write_tags(path, FIELDS)

    assert head + ZEROS_BEHIND[way] in path.read_bytes()
    assert path.read_bytes()[5] == 0x80
    assert read_tags(path).pace == ("172", "86")
    write_tags(path, {"pace": [], "pacetag": []})
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [2, 3])
def test_a_tag_that_only_says_that_it_is_unsynchronised_is_taken_as_it_lies(
    bare: Song, version: int
) -> None:
    content = b"\1\xff\xfe" + "\u00ff\uff00".encode("utf-16-le")
    size = len(content).to_bytes(3 if version == 2 else 4)
    head = (b"TT2" if version == 2 else b"TIT2") + size + (b"" if version == 2 else b"\0\0")
    path = with_tag(bare, version, head + content + bytes(400), flags=0x80)
    before = path.read_bytes()

    write_tags(path, FIELDS)

    assert read_tags(path).title == "\u00ff\uff00"
    assert head + content in path.read_bytes()
    write_tags(path, {"pace": [], "pacetag": []})
    assert path.read_bytes() == before


def test_unsynchronised_frames_of_24_stay_as_they_are(bare: Song) -> None:
    one = frame(b"PRIV", b"me\0\xff\x00\xe0", flags=b"\0\x02")
    path = with_tag(bare, 4, one, flags=0x80)

    write_tags(path, FIELDS)

    assert one in path.read_bytes()
    assert path.read_bytes()[5] == 0x80
    assert ID3(path).getall("PRIV")[0].data == b"\xff\xe0"  # type: ignore[no-untyped-call]


def test_our_frame_is_known_with_a_length_and_unsynchronised(bare: Song) -> None:
    content = b"\x01\xff\x00\xfe" + "PACE\0".encode("utf-16-le") + b"\xff\x00\xfe1\0"
    flagged = frame(b"TXXX", b"\0\0\0\x10" + content, flags=b"\0\x03")
    path = with_tag(bare, 4, flagged)
    assert read_tags(path).pace == ("1",)

    write_tags(path, FIELDS)

    assert flagged not in path.read_bytes()
    assert read_tags(path).pace == ("172", "86")


def test_plain_sizes_of_early_itunes_are_continued(bare: Song) -> None:
    long = frame(b"TIT2", b"\0" + b"x" * 200, plain=True)
    path = with_tag(bare, 4, long + frame(b"TPE1", b"\0artist", plain=True) + bytes(40))

    write_tags(path, {"pacetag": ["y" * 200]})

    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.pacetag) == ("x" * 200, "artist", "y" * 200)


@pytest.mark.parametrize(
    ("version", "extended"),
    [(3, b"\0\0\0\x0a\x80" + bytes(9)), (4, b"\0\0\0\x0c\x01\x20\x05" + bytes(5))],
)
def test_an_extended_header_is_dropped_where_its_checksum_would_lie(
    bare: Song, version: int, extended: bytes
) -> None:
    path = with_tag(bare, version, extended + frame(b"TIT2", b"\0title"), flags=0x40)

    write_tags(path, FIELDS)

    assert path.read_bytes()[5] == 0
    assert (read_tags(path).title, read_tags(path).pace) == ("title", ("172", "86"))


def test_bytes_that_are_not_an_extended_header_are_a_frame(bare: Song) -> None:
    path = with_tag(bare, 3, frame(b"TIT2", b"\0title"), flags=0x40)

    write_tags(path, FIELDS)

    assert read_tags(path).title == "title"


def test_a_footer_stays_and_tells_what_the_header_tells(bare: Song) -> None:
    sound = bare.path.read_bytes()
    body = frame(b"TIT2", b"\0title")
    ending = b"\x04\0\x10" + synchsafe(len(body))
    bare.path.write_bytes(b"ID3" + ending + body + b"3DI" + ending + sound)
    before = bare.path.read_bytes()

    write_tags(bare.path, FIELDS)

    head, footer = bare.path.read_bytes()[:10], bare.path.read_bytes()[: -len(sound)][-10:]
    assert (footer[:3], footer[3:]) == (b"3DI", head[3:])
    assert bare.path.read_bytes().endswith(sound)
    write_tags(bare.path, {"pace": [], "pacetag": []})
    assert bare.path.read_bytes() == before


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"ID3\x03\xff\0\0\0\0\x10" + bytes(16), "unknown version"),  # to FFmpeg it is none
        (b"ID3\x02\0\x40\0\0\0\x10" + bytes(16), "damaged"),  # compressed, says its flag
        (b"ID3\x03\0\0\x01\x7f\x7f\x7f", "damaged"),
    ],
)
def test_a_damaged_tag_is_refused(bare: Song, head: bytes, reason: str) -> None:
    bare.path.write_bytes(head + bare.path.read_bytes())
    before = bare.path.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(bare.path, FIELDS)

    assert bare.path.read_bytes() == before


def test_a_field_of_ours_that_the_end_of_the_tag_cuts_off_is_refused(bare: Song) -> None:
    path = with_tag(bare, 3, b"TXXX\0\0\x7f\x7f\0\0\0PACE\x00172")

    assert "damaged after 0 frames" in (read_tags(path).why_not or "")
    with pytest.raises(NotWritableError, match="damaged after 0 frames"):
        write_tags(path, FIELDS)


@pytest.mark.parametrize("head", [b"RIFF\0\0\0\0WAVE", b"OggS", b"\0\0\0\x20ftypM4A "])
def test_something_else_behind_an_id3_tag_is_not_written(bare: Song, head: bytes) -> None:
    sound = bare.path.read_bytes()
    bare.path.write_bytes(b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + head.ljust(40, b"\0") + sound)

    with pytest.raises(NotWritableError, match="not the MPEG audio that its name says"):
        write_tags(bare.path, FIELDS)
