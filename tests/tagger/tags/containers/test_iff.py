"""WAV and AIFF: chunks stay, sizes and pad bytes are right, and what is odd is refused."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from pacetag.tagger.tags.containers.iff import IffLayout
from pacetag.tagger.tags.errors import LayoutError, TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song, encode, id3v1
from tests.tagger.tags.dressing import chunks_of, with_chunks
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}
ORDERS: dict[str, Literal["little", "big"]] = {".wav": "little", ".aiff": "big", ".aifc": "big"}
KINDS = ["wav", "wav-front", "wav-bare", "aiff", "aiff-bare", "aifc"]


def names(path: Path) -> list[bytes]:
    return [name for name, _ in chunks_of(path.read_bytes(), ORDERS[path.suffix])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_chunk_is_the_same_bytes_in_the_same_order(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    path = copy_of(kind).path
    order = ORDERS[path.suffix]
    before = chunks_of(path.read_bytes(), order)

    write_tags(path, {**FIELDS, "pacetag": ["x" * 5001]})

    data = path.read_bytes()
    after = chunks_of(data, order)
    assert [each for each in after if each[0].upper() != b"ID3 "] == [
        each for each in before if each[0].upper() != b"ID3 "
    ]
    assert int.from_bytes(data[4:8], order) == len(data) - 8
    assert with_chunks(data, order, after) == data


@pytest.mark.parametrize(("kind", "name"), [("wav-bare", b"id3 "), ("aiff-bare", b"ID3 ")])
def test_a_new_chunk_comes_last_and_goes_with_its_last_field(
    copy_of: Callable[[str], Song], kind: str, name: bytes
) -> None:
    path = copy_of(kind).path
    before = path.read_bytes()

    write_tags(path, FIELDS)
    assert names(path)[-1] == name
    write_tags(path, {"pace": [], "pacetag": []})

    assert path.read_bytes() == before


def test_the_name_of_a_chunk_in_capitals_stays(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wav").path
    path.write_bytes(path.read_bytes().replace(b"id3 ", b"ID3 "))

    write_tags(path, FIELDS)

    assert read_tags(path).pace == ("172", "86")
    assert b"ID3 " in names(path)
    assert b"id3 " not in names(path)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("suffix", [".wav", ".aiff"])
def test_a_pad_byte_that_lacks_at_the_end_is_added(
    tmp_path: Path, suffix: str, counted: bool
) -> None:
    path = encode(tmp_path / f"a{suffix}")
    order = ORDERS[suffix]
    data = path.read_bytes()[:-1]  # one byte less of sound, which is the last chunk
    sound = chunks_of(data, order)[-1]
    at = len(data) - len(sound[1]) - 8
    size = len(data) - at - 8
    data = data[: at + 4] + size.to_bytes(4, order) + data[at + 8 :]
    path.write_bytes(data[:4] + (len(data) - 8 + counted).to_bytes(4, order) + data[8:])
    fingerprint = file_fingerprint(path)

    write_tags(path, FIELDS)

    assert read_tags(path).pace == ("172", "86")
    assert file_fingerprint(path) == fingerprint
    after = path.read_bytes()
    assert with_chunks(after, order, chunks_of(after, order)) == after


def test_bytes_behind_the_last_chunk_stay_there(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wav-bare").path
    path.write_bytes(path.read_bytes() + id3v1(b"behind"))

    write_tags(path, FIELDS)

    assert path.read_bytes().endswith(id3v1(b"behind"))
    assert read_tags(path).pace == ("172", "86")


def test_room_in_the_chunk_behind_the_tag_is_used(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wav").path
    data = path.read_bytes()
    chunks = chunks_of(data, "little")
    path.write_bytes(
        with_chunks(data, "little", [*chunks[:-1], (b"id3 ", chunks[-1][1] + bytes(99))])
    )
    size = path.stat().st_size

    write_tags(path, FIELDS)

    assert path.stat().st_size == size


def set_size(data: bytes, at: int, size: int) -> bytes:
    return data[: at + 4] + size.to_bytes(4, "little") + data[at + 8 :]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: set_size(data, 0, 0xFFFFFFFF), "do not say how long"),
        (lambda data: set_size(data, 0, 0), "damaged|do not say how long"),
        (lambda data: set_size(data, data.index(b"data"), 0xFFFFFFFF), "do not say how long"),
        (lambda data: set_size(data, data.index(b"data"), len(data)), "damaged"),
        (lambda data: data[: data.rindex(b"bext") + 50], "cut off"),
        (lambda data: data + bytes(70_000), "speak of less"),
        (lambda data: data.replace(b"data", b"dat\0"), "damaged"),
        (lambda data: data.replace(b"data", b"date"), "no sound"),
        (lambda data: double(data, b"data"), "several pieces"),
        (lambda data: double(data, b"id3 "), "several ID3 tags"),
        (lambda data: junk_in_tag(data), "more than an ID3 tag"),
        (lambda data: set_size(data, data.rindex(b"bext"), 300), "damaged"),
        (lambda data: b"RF64" + data[4:], "RF64"),
    ],
)
def test_what_is_odd_is_refused_and_not_touched(
    copy_of: Callable[[str], Song], change: Callable[[bytes], bytes], reason: str
) -> None:
    path = copy_of("wav").path
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before


def double(data: bytes, name: bytes) -> bytes:
    chunks = chunks_of(data, "little")
    return with_chunks(data, "little", [*chunks, *(each for each in chunks if each[0] == name)])


def junk_in_tag(data: bytes) -> bytes:
    chunks = chunks_of(data, "little")
    return with_chunks(data, "little", [*chunks[:-1], (b"id3 ", chunks[-1][1] + b"junk")])


def test_an_unfinished_recording_is_refused(copy_of: Callable[[str], Song]) -> None:
    """Its data chunk says 0, as the recorder wrote it first."""
    path = copy_of("wav-bare").path
    data = path.read_bytes()[:50_000]
    path.write_bytes(set_size(set_size(data, data.index(b"data"), 0), 0, data.index(b"data")))

    assert read_tags(path).why_not is not None
    assert "do not say how long" in str(read_tags(path).why_not)


def test_a_file_that_would_pass_4_gib_is_refused(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("wav-bare").path
    data = path.read_bytes()
    size = (1 << 32) - 300
    head = set_size(set_size(data[:2000], data.index(b"data"), size - data.index(b"data")), 0, size)
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(size + 8)  # a hole, which takes no room on the disk

    with path.open("rb") as source:
        layout = IffLayout.load_wave(source)
    with pytest.raises(LayoutError, match="4 GiB"):
        layout._pieces({"pacetag": ["x" * 1000]})


@pytest.mark.parametrize("seed", range(40))
def test_any_other_chunks_survive(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    suffix = draw.choice([".wav", ".aiff"])
    order = ORDERS[suffix]
    path = encode(tmp_path / f"a{suffix}")
    data = path.read_bytes()
    chunks = chunks_of(data, order)
    for _ in range(draw.randrange(5)):
        name = bytes(draw.choices(b"ABCxyz 09_", k=4))
        held = draw.randbytes(draw.choice([0, 1, 2, 333]))
        chunks.insert(draw.randint(1, len(chunks)), (name, held))
    path.write_bytes(with_chunks(data, order, chunks))
    fingerprint = file_fingerprint(path)

    for _ in range(3):
        line = "x" * draw.choice([1, 2, 4000, 9001])
        write_tags(path, {"pacetag": [line], "pace": ["172"] * draw.randrange(3)})
        assert read_tags(path).pacetag == line

    after = path.read_bytes()
    assert chunks_of(after, order)[:-1] == chunks
    assert with_chunks(after, order, chunks_of(after, order)) == after
    assert file_fingerprint(path) == fingerprint
