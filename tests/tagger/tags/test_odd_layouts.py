"""Tags that mutagen and FFmpeg can read are read, written and undone, in odd layouts as well."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen.ogg import OggPage

from pacetag.tagger.tags.containers.asf.objects import (
    DESCRIPTION,
    EXTENSION,
    PADDING,
    AsfObject,
    split_objects,
)
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song, id3v1
from tests.tagger.tags.containers.apev2.test_layout import item, tag_of
from tests.tagger.tags.containers.asf.test_layout import whole
from tests.tagger.tags.containers.flac.test_comments import header, sized
from tests.tagger.writing import write_tags

Run = Callable[..., Any]

FIELDS = {"pace": ["172", "86"], "pacetag": ["x" * 90]}
NOTHING: dict[str, list[str]] = {"pace": [], "pacetag": []}

TITLE, ARTIST = item(b"Title", b"La"), item(b"Artist", b"Me")
TAG = tag_of(TITLE, ARTIST)
BARE_TAG = tag_of(TITLE, ARTIST, header=False)
OTHER = tag_of(item(b"Title", b"Old"))


def wrong(tag: bytes, place: int, value: int) -> bytes:
    """The tag with another number at a place, from its end if negative."""
    place %= len(tag)
    return tag[:place] + value.to_bytes(4, "little") + tag[place + 4 :]


APE = {  # the bytes behind the sound
    "more items than it holds": tag_of(TITLE, ARTIST, count=11),
    "more items, before ID3v1": tag_of(TITLE, ARTIST, count=11) + id3v1(b"old"),
    "an item that is not counted": tag_of(TITLE, ARTIST, item(b"Uncounted", b"1"), count=2),
    "padding in the tag": tag_of(TITLE, ARTIST, bytes(40), count=2),
    "zeros before it": bytes(77) + TAG,
    "one zero before it": bytes(1) + TAG,
    "zeros before it, and ID3v1": bytes(70_000) + TAG + id3v1(b"old"),
    "no header": BARE_TAG,
    "a flag for a header that is not there": TAG[32:],
    "a header without a flag": TAG[:32] + BARE_TAG,
    "wrong numbers in the header": wrong(wrong(TAG, 12, 999), 16, 7),
    "version 1": tag_of(TITLE, ARTIST, header=False, version=1000),
    "version 1 and ID3v1": tag_of(TITLE, ARTIST, header=False, version=1000) + id3v1(b"old"),
    "two tags": OTHER + TAG,
    "two tags with ID3v1 between": OTHER + id3v1(b"old") + TAG,
    "two tags with zeros between": OTHER + bytes(30) + TAG,
    "a key twice in other cases": tag_of(item(b"TITLE", b"Lo"), TITLE, ARTIST),
}


@pytest.mark.parametrize("odd", APE)
@pytest.mark.parametrize("kind", ["wv-bare", "ape-bare", "mpc-bare"])
def test_odd_ape_tags_are_written_and_undone_to_the_byte(
    copy_of: Callable[[str], Song], kind: str, odd: str
) -> None:
    path = copy_of(kind).path
    fingerprint, sound = file_fingerprint(path), path.read_bytes()
    path.write_bytes(sound + APE[odd])
    assert file_fingerprint(path) == fingerprint
    assert read_tags(path).title == "La"

    write_tags(path, FIELDS)

    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.pace) == ("La", "Me", ("172", "86"))
    assert file_fingerprint(path) == fingerprint
    assert path.read_bytes().startswith(sound)
    write_tags(path, NOTHING)
    assert path.read_bytes() == sound + APE[odd]


@pytest.mark.parametrize("kind", ["wv-bare", "ape-bare", "mpc-bare"])
def test_a_tag_that_hides_an_older_one_stays_when_it_is_empty(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    path = copy_of(kind).path
    path.write_bytes(path.read_bytes() + OTHER + tag_of(item(b"PACE", b"172")))

    write_tags(path, {"pace": []})

    assert path.read_bytes().endswith(OTHER + tag_of())
    assert read_tags(path).title is None


@pytest.mark.parametrize(
    "behind",
    [
        wrong(TAG, -20, 0xFFFFFF),
        wrong(TAG, -20, len(TAG)),
        wrong(TAG, -20, 40),
        TAG + bytes(50),
        id3v1(b"old") + bytes(300),
        TAG + id3v1(b"") + bytes(9),
        tag_of(TITLE, b"\xff\0\0\0\0\0\0\0cut off", count=2),
    ],
    ids=["beyond the file", "with header", "too small", "zeros", "ID3v1", "APE and ID3v1", "items"],
)
@pytest.mark.parametrize("kind", ["wv-bare", "ape-bare", "mpc-bare", "mp3-bare"])
def test_tags_that_cannot_be_read_do_not_count_as_sound(
    copy_of: Callable[[str], Song], kind: str, behind: bytes
) -> None:
    path = copy_of(kind).path
    fingerprint = file_fingerprint(path)

    path.write_bytes(path.read_bytes() + behind)

    assert file_fingerprint(path) == fingerprint


@pytest.mark.parametrize("zeros", [1, 300, 70_000])
@pytest.mark.parametrize("kind", ["mp3-bare", "mp3-v24", "mp3-ape", "mp3-v1"])
def test_zeros_between_tags_and_mpeg_audio_are_no_sound(
    copy_of: Callable[[str], Song], kind: str, zeros: int
) -> None:
    song = copy_of(kind)
    path, data = song.path, song.path.read_bytes()
    fingerprint, sound = file_fingerprint(path), copy_of("mp3-bare").path.read_bytes()
    start = data.index(sound)

    head, tail = data[:start], data[start + len(sound) :]
    path.write_bytes(head + bytes(zeros) + sound + bytes(zeros) * bool(tail) + tail)

    assert file_fingerprint(path) == fingerprint
    write_tags(path, FIELDS)
    assert file_fingerprint(path) == fingerprint
    assert read_tags(path).title == song.title
    assert read_tags(path).pace == ("172", "86")


def flac_with(data: bytes, *blocks: tuple[int, bytes], between: bytes = b"") -> bytes:
    """The FLAC file with these blocks behind its first, and with something before its frames."""
    place, last = 42, data[4] & 0x80
    while not last:
        last, size = data[place] & 0x80, int.from_bytes(data[place + 1 : place + 4])
        place += 4 + size
    kinds = [kind for kind, _ in blocks[:-1]] + [blocks[-1][0] | 0x80]
    made = [
        bytes([kind]) + len(each).to_bytes(3) + each
        for kind, (_, each) in zip(kinds, blocks, strict=True)
    ]
    return data[:4] + b"\0" + data[5:42] + b"".join(made) + between + data[place:]


COMMENT = header(b"vendor", b"TITLE=La", b"artist=Me", b"junk", b"=x", b"A=b=c")
FLAC: dict[str, tuple[list[tuple[int, bytes]], bytes, bytes, bytes]] = {
    "much padding": ([(4, COMMENT), (1, bytes(900_000))], b"", b"", b""),
    "empty padding": ([(1, b""), (4, COMMENT), (1, b""), (1, b"")], b"", b"", b""),
    "two comments": ([(4, COMMENT), (4, header(b"v", b"TITLE=Old"))], b"", b"", b""),
    "a block of an unknown kind": ([(100, b"abc"), (4, COMMENT)], b"", b"", b""),
    "zeros before the frames": ([(4, COMMENT)], b"", bytes(40), b""),
    "zeros at the end": ([(4, COMMENT)], b"", b"", bytes(99)),
    "ID3v2 in front, ID3v1 behind": (
        [(4, COMMENT)],
        b"ID3\x03\0\0\0\0\0\x14TIT2\0\0\0\x06\0\0\0title" + bytes(4),
        b"",
        id3v1(b"old"),
    ),
    "an APE tag and zeros behind": ([(4, COMMENT)], b"", b"", TAG + bytes(20)),
}


@pytest.mark.parametrize("odd", FLAC)
def test_odd_flac_files_are_written(copy_of: Callable[[str], Song], odd: str) -> None:
    song = copy_of("flac-bare")
    path, sound, fingerprint = song.path, song.decode(), file_fingerprint(song.path)
    blocks, front, between, behind = FLAC[odd]
    path.write_bytes(front + flac_with(path.read_bytes(), *blocks, between=between) + behind)
    assert file_fingerprint(path) == fingerprint

    for fields in (FIELDS, NOTHING):
        write_tags(path, fields)

        tags = read_tags(path)
        assert (tags.title, tags.artist, tags.pace) == ("La", "Me", tuple(fields["pace"]))
        assert file_fingerprint(path) == fingerprint
        assert path.read_bytes().startswith(front + b"fLaC")
        assert path.read_bytes().endswith(behind)
        for entry in (b"artist=Me", b"junk", b"=x", b"A=b=c"):
            assert sized(entry) in path.read_bytes()
    assert np.array_equal(song.decode(), sound)


def with_comment(path: Path, headers: int, comment: bytes) -> None:
    """Give an Ogg file this packet of comments."""
    found: list[Any] = []
    with path.open("rb") as file:
        while file.peek(1):
            found.append(OggPage(file))  # type: ignore[no-untyped-call]
    ended = 0
    for at, page in enumerate(found[1:], 1):  # noqa: B007
        ended += len(page.packets) - (not page.complete)
        if ended == headers:
            break
    old = OggPage.to_packets(found[1 : at + 1])  # type: ignore[no-untyped-call]
    new: list[Any] = OggPage.from_packets([comment, *old[1:]], 1)  # type: ignore[no-untyped-call]
    pages = [found[0], *new, *found[at + 1 :]]
    for number, page in enumerate(pages):
        page.sequence, page.serial = number, found[0].serial
    path.write_bytes(b"".join(page.write() for page in pages))


@pytest.mark.parametrize(
    "behind",
    [b"", b"\0", b"\1", b"\1" + bytes(99), bytes(99), b"\1precious", b"\0precious"],
)
@pytest.mark.parametrize(("kind", "headers"), [("ogg", 2), ("opus", 1), ("spx", 1)])
def test_the_bytes_behind_ogg_comments_stay_as_they_are(
    copy_of: Callable[[str], Song], kind: str, headers: int, behind: bytes
) -> None:
    """Vorbis wants a one behind them, which some programs forget."""
    path = copy_of(f"{kind}-bare").path
    fingerprint = file_fingerprint(path)
    magic = {"ogg": b"\x03vorbis", "opus": b"OpusTags", "spx": b""}[kind]
    with_comment(path, headers, magic + COMMENT + behind)
    before = path.read_bytes()

    for fields in (FIELDS, NOTHING):
        write_tags(path, fields)

        tags = read_tags(path)
        assert (tags.title, tags.artist, tags.pace) == ("La", "Me", tuple(fields["pace"]))
        assert file_fingerprint(path) == fingerprint
    assert path.read_bytes() == before


@pytest.mark.parametrize("behind", [b"\1precious", b"\0precious", b"pacetag\0\0\x05noise!"])
def test_data_behind_ogg_comments_stays_there(
    copy_of: Callable[[str], Song], behind: bytes
) -> None:
    path = copy_of("opus-bare").path
    with_comment(path, 1, b"OpusTags" + COMMENT + behind)

    write_tags(path, FIELDS)

    assert sized(b"PACETAG=" + b"x" * 90) + behind in path.read_bytes()


def text(value: str) -> bytes:
    return value.encode("utf-16-le") + b"\0\0"


def description(*pairs: tuple[str, str], slack: bytes = b"") -> AsfObject:
    parts = [len(pairs).to_bytes(2, "little")]
    for name, value in pairs:
        parts += [len(text(name)).to_bytes(2, "little"), text(name), b"\0\0"]
        parts += [len(text(value)).to_bytes(2, "little"), text(value)]
    return AsfObject(guid=DESCRIPTION, data=b"".join(parts) + slack)


SOME, MORE = description(("Title", "La")), description(("Author", "Me"), ("A", "b"))
BOTH = description(("Title", "La"), ("Author", "Me"))
HOLE = AsfObject(guid=PADDING, data=bytes(70))
ASF: dict[str, tuple[list[AsfObject], list[AsfObject], bytes, int, bytes]] = {
    # objects before and behind those of the file; more bytes, objects too few; behind the file
    "several lists": ([SOME], [MORE], b"", 0, b""),
    "several paddings": ([HOLE, BOTH, HOLE], [AsfObject(guid=PADDING, data=b"")], b"", 0, b""),
    "objects that are not counted": ([BOTH], [MORE, HOLE], b"", 2, b""),
    "zeros behind the objects": ([BOTH], [], bytes(100), 0, b""),
    "zeros in a list": (
        [description(("Title", "La"), ("Author", "Me"), slack=bytes(12))],
        [],
        b"",
        0,
        b"",
    ),
    "zeros behind the sound": ([BOTH], [], b"", 0, bytes(300)),
    "ID3v1 behind the sound": ([BOTH], [], b"", 0, id3v1(b"old")),
    "an APE tag behind the sound": ([BOTH], [], b"", 0, TAG),
}


@pytest.mark.parametrize("twice", [False, True], ids=["", "two extensions"])
@pytest.mark.parametrize("odd", ASF)
def test_odd_asf_files_are_written(copy_of: Callable[[str], Song], odd: str, twice: bool) -> None:
    song = copy_of("wma-bare")
    path, sound, fingerprint = song.path, song.decode(), file_fingerprint(song.path)
    first, last, rest, uncounted, behind = ASF[odd]
    data = path.read_bytes()
    size = int.from_bytes(data[16:24], "little")
    own = [each for each in split_objects(data[30:size]) if each.guid != DESCRIPTION]
    extension = [each for each in own if each.guid == EXTENSION] * twice
    objects = [*first, *own, *extension, *last]
    body = b"".join(whole(each.render()) for each in objects) + rest
    numbers = (30 + len(body)).to_bytes(8, "little")
    numbers += (len(objects) - uncounted).to_bytes(4, "little")
    path.write_bytes(data[:16] + numbers + data[28:30] + body + data[size:] + behind)
    before = path.read_bytes()
    assert file_fingerprint(path) == fingerprint

    for fields in (FIELDS, NOTHING, FIELDS):
        write_tags(path, fields)

        tags = read_tags(path)
        assert (tags.title, tags.artist, tags.pace) == ("La", "Me", tuple(fields["pace"]))
        assert file_fingerprint(path) == fingerprint
        assert path.read_bytes().endswith(data[size:] + behind)
        assert not rest or rest + data[size : size + 16] in path.read_bytes()
        assert fields is FIELDS or path.read_bytes() == before
    if not rest:  # at which FFmpeg stumbles
        assert np.array_equal(song.decode(), sound)


def test_foreign_bytes_behind_the_sound_of_asf_are_refused(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wma").path
    path.write_bytes(path.read_bytes() + b"foreign" * 9)
    before = path.read_bytes()

    with pytest.raises(TagError, match="less than there is"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def test_the_sound_of_a_wma_without_a_length_does_not_depend_on_its_tags(
    copy_of: Callable[[str], Song],
) -> None:
    def unfinished(path: Path) -> str:
        data = io.BytesIO(path.read_bytes())
        size = int.from_bytes(data.getvalue()[16:24], "little")
        data.seek(size + 16)
        data.write(bytes(8))
        path.write_bytes(data.getvalue())
        return file_fingerprint(path)

    assert unfinished(copy_of("wma").path) == unfinished(copy_of("wma-bare").path)


@pytest.mark.parametrize("odd", ["more items", "zeros before a shorter tag", "a shuffled mess"])
@pytest.mark.usefixtures("worker_threads")
def test_a_song_that_another_program_tagged_oddly_is_not_judged_again_and_can_be_undone(
    copy_of: Callable[[str], Song],
    library: Path,
    scan_json: Run,
    pacetag: Run,
    judged: Callable[[], list[str]],
    odd: str,
) -> None:
    """Strawberry says of WavPack's tag that it holds more than it does; EasyTAG leaves zeros."""
    path = library / "172-86.wv"
    path.write_bytes(copy_of("wv-bare").path.read_bytes())
    sound = path.read_bytes()
    scan_json()
    line = read_tags(path).pacetag or ""
    assert judged() == [path.name]
    own = [item(b"PACE", b"172\x0086"), item(b"PACETAG", line.encode())]
    behind = {
        "more items": tag_of(TITLE, *own, count=11),
        "zeros before a shorter tag": bytes(500) + tag_of(*own),
        "a shuffled mess": OTHER + bytes(3) + tag_of(*reversed(own), header=False, count=9),
    }[odd]
    path.write_bytes(sound + behind)

    scanned = scan_json()

    assert judged() == []
    assert scanned.result.exit_code == 0
    assert scanned.outcomes == {path.name: "unchanged"}
    done = pacetag("undo", library)
    assert done.stdout == "1 restored, 0 had nothing to undo, 0 failed\n"
    assert (read_tags(path).pace, read_tags(path).pacetag) == ((), None)
