"""MP4: offsets follow the sound, foreign entries stay byte for byte, risky files are refused."""

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from pacetag.tagger.tags.errors import NotWritableError, TagError
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def atom(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4) + name + body


def tops(path: Path) -> list[bytes]:
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        names.append(data[place + 4 : place + 8])
        place += int.from_bytes(data[place : place + 4])
    return names


def child(data: bytes | bytearray, name: bytes) -> tuple[int, int]:
    """Where the first atom of that name begins and ends, wherever it is."""
    start = data.index(name) - 4
    return start, start + int.from_bytes(data[start : start + 4])


def without_udta(path: Path) -> None:
    """Take the udta atom away, as files have it that no tagger ever saw; moov must be last."""
    data = path.read_bytes()
    start, stop = child(data, b"udta")
    moov, _ = child(data, b"moov")
    rest = data[:start] + data[stop:]
    path.write_bytes(rest[:moov] + (len(rest) - moov).to_bytes(4) + rest[moov + 4 :])


def test_both_orders_of_sound_and_headers_are_tested(copy_of: Callable[[str], Song]) -> None:
    first, last = tops(copy_of("m4a-fast").path), tops(copy_of("m4a").path)

    assert first.index(b"moov") < first.index(b"mdat")
    assert last.index(b"mdat") < last.index(b"moov")


def test_a_file_that_no_tagger_ever_saw_gets_its_list(copy_of: Callable[[str], Song]) -> None:
    song = copy_of("m4a-bare")
    without_udta(song.path)
    before = song.decode()

    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    tags = read_tags(song.path)
    assert (tags.pace, tags.bpm) == (("172", "86"), ("172",))
    assert np.array_equal(song.decode(), before)


def test_values_are_several_data_atoms_of_one_entry(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("m4a").path

    write_tags(path, FIELDS)

    head = b"\0\0\0\x01\0\0\0\0"  # UTF-8, any country and language
    expected = atom(
        b"----",
        atom(b"mean", bytes(4), b"com.apple.iTunes"),
        atom(b"name", bytes(4), b"PACE"),
        atom(b"data", head, b"172"),
        atom(b"data", head, b"86"),
    )
    assert expected in path.read_bytes()


def test_entries_that_mutagen_would_change_stay_byte_for_byte(
    copy_of: Callable[[str], Song],
) -> None:
    """A genre by number, a country in a text, the same entry twice, something unknown."""
    path = copy_of("m4a-fasttight").path
    odd = (
        atom(b"\xa9day", atom(b"data", b"\0\0\0\x01\0\x07\0\x08", b"1999"))
        + atom(b"\xa9cmt", atom(b"data", b"\0\0\0\x01\0\0\0\0", b"one"))
        + atom(b"\xa9cmt", atom(b"data", b"\0\0\0\x01\0\0\0\0", b"two"))
        + atom(b"----", atom(b"mean", bytes(4), b"me"), b"\0\0\0\x99name\0\0\0\0ODD")
        + atom(b"zzzz", b"\0\x01\x02")
    )
    write_tags(path, {"pacetag": ["x" * (len(odd))]})
    data = path.read_bytes()
    start, stop = child(
        data, b"----\0\0\0\x1cmean\0\0\0\0com.apple.iTunes\0\0\0\x13name\0\0\0\0PACETAG"
    )
    # The odd ones take the room of an entry that was made to measure, with a filler for the rest.
    filler = stop - start - len(odd)
    assert filler >= 8
    path.write_bytes(data[:start] + odd + atom(b"fill", bytes(filler - 8)) + data[stop:])

    write_tags(path, FIELDS)

    after = path.read_bytes()
    assert odd in after
    assert b"\0\0\0\x1agnre\0\0\0\x12data\0\0\0\0\0\0\0\0\0\x12" in after
    assert read_tags(path).pace == ("172", "86")


def test_names_in_any_case_are_the_same_field(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("m4a").path
    write_tags(path, FIELDS)
    path.write_bytes(path.read_bytes().replace(b"PACE\0", b"pace\0"))
    assert read_tags(path).pace == ("172", "86")

    write_tags(path, {"pace": ["100"]})

    assert read_tags(path).pace == ("100",)
    assert b"pace\0" not in path.read_bytes()


def test_64_bit_offsets_move_as_well(copy_of: Callable[[str], Song]) -> None:
    """A file whose headers come first, its table of chunks widened to co64 by hand."""
    song = copy_of("m4a-fast")
    before = song.decode()
    data = song.path.read_bytes()
    start, stop = child(data, b"stco")
    count = int.from_bytes(data[start + 12 : start + 16])
    grown = 4 * count
    places = struct.unpack_from(f">{count}I", data, start + 16)
    wide = struct.pack(f">{count}Q", *(place + grown for place in places))
    table = atom(b"co64", data[start + 8 : start + 16], wide)
    changed = bytearray(data[:start] + table + data[stop:])
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        at = changed.index(parent) - 4
        changed[at : at + 4] = (int.from_bytes(changed[at : at + 4]) + grown).to_bytes(4)
    song.path.write_bytes(changed)
    assert np.array_equal(song.decode(), before)

    write_tags(song.path, {"pacetag": ["x" * 9000]})

    assert np.array_equal(song.decode(), before)


def test_headers_without_a_length_are_given_one(copy_of: Callable[[str], Song]) -> None:
    """The last atom may leave its length open."""
    song = copy_of("m4a")
    before, data = song.decode(), song.path.read_bytes()
    moov, stop = child(data, b"moov")
    assert stop == len(data)
    song.path.write_bytes(data[:moov] + bytes(4) + data[moov + 4 :])

    write_tags(song.path, FIELDS)

    assert tops(song.path)[-1] == b"moov"
    assert np.array_equal(song.decode(), before)


def test_a_fragmented_file_is_refused(tmp_path: Path, copy_of: Callable[[str], Song]) -> None:
    path = tmp_path / "fragmented.m4a"
    source = copy_of("m4a-bare").path
    options = {"movflags": "frag_keyframe+empty_moov"}
    with (
        av.open(str(source)) as reader,
        av.open(str(path), "w", format="mp4", options=options) as writer,
    ):
        stream = writer.add_stream_from_template(reader.streams.audio[0])
        for packet in reader.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                writer.mux(packet)
    assert b"moof" in tops(path)
    before = path.read_bytes()

    assert read_tags(path).why_not == "it is a fragmented MP4 file"
    with pytest.raises(NotWritableError, match="fragmented"):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data + atom(b"mdat", b"more"), "several pieces"),
        (lambda data: data + data[slice(*child(data, b"moov"))], "several pieces"),
        (lambda data: data + atom(b"moof"), "fragmented"),
        (lambda data: data + (100).to_bytes(4) + b"free" + bytes(9), "damaged or cut off"),
        (lambda data: data.replace(b"stsz", b"saio"), "encrypted"),
    ],
)
def test_other_risky_files_are_refused(
    copy_of: Callable[[str], Song], change: Callable[[bytes], bytes], reason: str
) -> None:
    path = copy_of("m4a").path
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def test_a_table_that_points_outside_the_sound_is_refused(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("m4a").path
    data = bytearray(path.read_bytes())
    start, _ = child(data, b"stco")
    data[start + 16 : start + 20] = b"\0\0\0\x01"
    path.write_bytes(data)

    with pytest.raises(NotWritableError, match="point outside the sound"):
        write_tags(path, FIELDS)


def test_a_tempo_that_is_not_a_whole_number_does_not_fit_tmpo(
    copy_of: Callable[[str], Song],
) -> None:
    path = copy_of("m4a").path

    with pytest.raises(NotWritableError, match=r"'172\.5' is none"):
        write_tags(path, {"bpm": ["172.5"]})


def test_an_unknown_container_of_chapters_stays(copy_of: Callable[[str], Song]) -> None:
    """Nero's chapters lie beside the list of tags, and QuickTime ends such lists with 4 zeros."""
    path = copy_of("m4a").path
    data = path.read_bytes()
    chapters = atom(b"chpl", b"\x01\0\0\0\0\0\0\0\0\x01" + bytes(8) + b"\x02Hi")
    changed = data
    for parent in (b"udta", b"moov"):
        at = changed.index(parent) - 4
        size = int.from_bytes(changed[at : at + 4]) + len(chapters)
        changed = changed[:at] + size.to_bytes(4) + changed[at + 4 :]
    _, end = child(data, b"udta")
    path.write_bytes(changed[:end] + chapters + changed[end:])

    write_tags(path, {"pacetag": ["x" * 9000]})

    assert chapters in path.read_bytes()
    assert read_tags(path).title == "Låt"
