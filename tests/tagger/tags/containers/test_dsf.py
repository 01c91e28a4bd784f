"""DSF: the numbers at the head follow the tag at the end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags.errors import TagError
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["a line"]}


def numbers(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:28]
    return int.from_bytes(head[12:20], "little"), int.from_bytes(head[20:], "little")


@pytest.mark.parametrize("kind", ["dsf", "dsf-bare"])
def test_the_head_gives_the_size_and_the_place_of_the_tag(
    copy_of: Callable[[str], Song], kind: str
) -> None:
    path = copy_of(kind).path

    write_tags(path, {"pacetag": ["x" * 9000]})

    size, place = numbers(path)
    assert size == path.stat().st_size
    assert path.read_bytes()[place : place + 4] == b"ID3\x04"


def test_a_tag_that_holds_nothing_more_goes(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("dsf-bare").path
    before = path.read_bytes()

    write_tags(path, FIELDS)
    write_tags(path, {"pace": [], "pacetag": []})

    assert path.read_bytes() == before


def with_number(data: bytes, at: int, number: int) -> bytes:
    return data[:at] + number.to_bytes(8, "little") + data[at + 8 :]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data + b"more", "another size"),
        (lambda data: data[:-1], "another size|damaged"),
        (lambda data: with_number(data, 20, 100), "no tag|damaged"),
        (lambda data: with_number(data + b"more", 12, len(data) + 4), "more than sound"),
        (lambda data: with_number(data, 84, 1 << 40), "damaged"),
        (lambda data: with_number(data, 20, len(data) + 9), "no tag|damaged"),
    ],
)
def test_what_is_odd_is_refused_and_not_touched(
    copy_of: Callable[[str], Song], change: Callable[[bytes], bytes], reason: str
) -> None:
    path = copy_of("dsf").path
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()

    with pytest.raises(TagError, match=reason):
        write_tags(path, FIELDS)

    assert path.read_bytes() == before
