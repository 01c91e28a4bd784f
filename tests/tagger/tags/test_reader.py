"""Reading returns all that it can, and explains in one sentence why it cannot."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import apev2, id3, mp4

from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags


def test_what_is_not_true_audio_behind_its_tag_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.tta"
    path.write_bytes(b"TTA2\1\0\2\0\x10\0" + (48_000).to_bytes(4, "little") * 2 + bytes(200))
    tags = id3.ID3()  # type: ignore[no-untyped-call]
    tags.add(id3.TIT2(encoding=3, text="Title"))  # type: ignore[no-untyped-call]
    tags.save(path)
    before = path.read_bytes()

    with pytest.raises(TagError):
        write_tags(path, {"pace": ["1"]})

    assert path.read_bytes() == before


def test_what_an_mp3_lacks_in_id3_is_read_from_its_ape_tag(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("mp3-ape").path
    assert read_tags(path).artist == "One; Two"

    write_tags(path, {"pace": ["172"]})

    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.pace) == ("Låt", "One; Two", ("172",))


def test_pacetags_own_fields_in_the_ape_tag_of_an_mp3_do_not_count(
    copy_of: Callable[[str], Song],
) -> None:
    """pacetag does not write them in that tag, so it must not read them there."""
    path = copy_of("mp3-ape").path
    tag: Any = apev2.APEv2(path)  # type: ignore[no-untyped-call]
    tag["PACE"] = "99"
    tag.save(path)
    tail = path.read_bytes()[-8000:]

    assert read_tags(path).pace == ()
    write_tags(path, {"pace": ["172"]})

    assert read_tags(path).pace == ("172",)
    assert path.read_bytes().endswith(tail)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.mp3", b"this is no music at all\n" * 100),
        ("empty.mp3", b""),
        ("short.mp3", b"ID3"),
        ("text.flac", b"fLaC" + b"x" * 500),
        ("text.ogg", b"OggS" + b"x" * 500),
        ("text.m4a", b"\0\0\0\x18ftypM4A " + b"x" * 500),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("deep.m4a", b"\0\0\0\x08ftyp" + b"".join(b"\0\x10\0\0moov" for _ in range(3000))),
    ],
)
def test_what_is_no_audio_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(TagError) as caught:
        read_tags(path)

    assert caught.value.path == path
    assert "\n" not in caught.value.reason
    assert str(path) not in caught.value.reason
    assert len(caught.value.reason) < 200


@pytest.mark.parametrize("size", [b"\0", b"\1", b"\2", b"\x80\0"])
def test_packets_that_lead_back_are_no_endless_loop(
    copy_of: Callable[[str], Song], size: bytes
) -> None:
    """mutagen follows a Musepack packet of length zero back to itself without end."""
    path = copy_of("mpc").path
    path.write_bytes(b"MPCKXX" + size + bytes(200))

    with pytest.raises(TagError, match="packets are damaged"):
        read_tags(path)


def test_a_rate_of_zero_is_no_duration(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("dsf").path
    data = path.read_bytes()
    path.write_bytes(data[:56] + bytes(4) + data[60:])

    assert read_tags(path).duration is None


def test_a_missing_file_is_reported_as_missing(tmp_path: Path) -> None:
    with pytest.raises(TagError, match="there is no such file"):
        read_tags(tmp_path / "gone.flac")


@pytest.mark.parametrize("suffix", [".mp3", ".ogg"])
def test_content_decides_over_a_wrong_suffix(copy_of: Callable[[str], Song], suffix: str) -> None:
    for kind in ("flac", "m4a"):
        path = copy_of(kind).path
        renamed = path.rename(path.with_suffix(suffix))

        assert read_tags(renamed).title == "Låt"
        write_tags(renamed, {"pace": ["1"]})
        assert read_tags(renamed).pace == ("1",)


def test_strange_values_are_left_out(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("m4a").path
    audio: Any = mp4.MP4(path)  # type: ignore[no-untyped-call]
    audio["----:com.apple.iTunes:PACE"] = [b"\xff\xfe", b"172;;86/", b""]
    audio["\xa9nam"] = ["", "  "]
    audio.save()

    tags = read_tags(path)

    assert tags.pace == ("\ufffd\ufffd", "172", "86")
    assert tags.title is None


def test_a_genre_by_number_gets_its_name(copy_of: Callable[[str], Song]) -> None:
    assert read_tags(copy_of("mp3-v23").path).genre == "Rock"


def test_bad_files_are_an_error_each_time_and_our_bugs_are_not(
    copy_of: Callable[[str], Song], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every error from mutagen is about the file; our own bugs must not look like one."""
    path = copy_of("mp3-v24").path

    def broken(*_: object) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr("pacetag.tagger.tags.reader._duration", broken)
    with pytest.raises(ZeroDivisionError):
        read_tags(path)
    monkeypatch.setattr(mutagen, "File", broken)
    with pytest.raises(TagError, match="damaged"):
        read_tags(path)


@pytest.mark.parametrize("seed", range(6))
def test_damage_anywhere_is_an_error_or_harmless(song: Song, seed: int) -> None:
    """Cut and scribbled over: nothing but TagError comes out, and a refused file is not touched."""
    draw = random.Random(f"{song.kind} {seed}")
    data = bytearray(song.path.read_bytes())
    if seed % 3 == 0:
        del data[draw.randrange(len(data)) :]
    for _ in range(draw.choice([1, 5, 40])):
        if data:
            reach = draw.choice([60, 2000, len(data)])
            data[draw.randrange(min(reach, len(data)))] = draw.choice([0, 1, 0x7F, 0xFF])
    song.path.write_bytes(data)

    try:
        read_tags(song.path)
        write_tags(song.path, {"pace": ["172"], "pacetag": ["x" * draw.choice([5, 9000])]})
    except TagError:
        assert song.path.read_bytes() == data
    else:
        assert read_tags(song.path).pace == ("172",)

    assert [each.name for each in song.path.parent.iterdir()] == [song.path.name]


@pytest.mark.parametrize(
    ("kind", "frame"),
    [
        ("mp3-v24", id3.TDRC(encoding=3, text="1987-03-02")),  # type: ignore[no-untyped-call]
        ("mp3-v23", id3.TYER(encoding=0, text="1987")),  # type: ignore[no-untyped-call]
        ("flac", ("date", "1987-03-02")),
        ("ogg", ("year", "1987")),
        ("opus", ("DATE", "02.03.1987")),
        ("m4a", ("\xa9day", "1987-03-02T08:00:00Z")),
        ("wma", ("WM/Year", "1987")),
        ("ape", ("Year", "19870302")),
        ("wav", id3.TDRC(encoding=3, text="1987")),  # type: ignore[no-untyped-call]
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_year_of_a_date_is_read_in_every_kind_of_tag(
    copy_of: Callable[[str], Song], kind: str, frame: Any
) -> None:
    path = copy_of(kind).path
    audio: Any = mutagen.File(path)
    if isinstance(frame, tuple):
        audio[frame[0]] = frame[1]
    else:
        for name in ("TDRC", "TYER"):
            audio.tags.delall(name)
        audio.tags.add(frame)
    audio.save(**({"v2_version": 3} if kind == "mp3-v23" else {}))

    assert read_tags(path).year == 1987


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("mp3-v24", "TPE2"),
        ("flac", "albumartist"),
        ("m4a", "aART"),
        ("ape", "Album Artist"),
        ("wma", "WM/AlbumArtist"),
    ],
)
def test_the_artist_of_the_album_is_read(
    copy_of: Callable[[str], Song], kind: str, name: str
) -> None:
    path = copy_of(kind).path
    audio: Any = mutagen.File(path)
    if name == "TPE2":
        audio.tags.add(id3.TPE2(encoding=3, text="The Band"))  # type: ignore[no-untyped-call]
    else:
        audio[name] = "The Band"
    audio.save()

    assert read_tags(path).album_artist == "The Band"


@pytest.mark.parametrize("date", ["", "unknown", "99", "00-00-0000", "12345"])
def test_a_date_without_a_year_is_none(copy_of: Callable[[str], Song], date: str) -> None:
    path = copy_of("flac").path
    audio: Any = mutagen.File(path)
    audio["date"] = date
    audio.save()

    assert read_tags(path).year is None
