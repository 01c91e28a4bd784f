"""Numbers stored in seven bits a byte are read as they were written."""

import pytest

from pacetag.model.audio.seven_bits import from_sevens, leading_number, to_sevens


@pytest.mark.parametrize("number", [0, 1, 127, 128, 257, 1 << 14, (1 << 28) - 1])
def test_a_size_of_id3_is_read_as_it_is_written(number: int) -> None:
    field = to_sevens(number)

    assert len(field) == 4
    assert max(field) < 0x80
    assert from_sevens(field) == number


def test_the_highest_bits_do_not_count() -> None:
    assert from_sevens(b"\x80\x80\x82\x81") == from_sevens(b"\0\0\2\1") == 257


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\x05rest", (5, 1)),
        (b"\x82\x01rest", (257, 2)),
        (b"\x80\x00", (0, 2)),
        (b"\x81", (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_a_number_ends_with_its_first_byte_below_128(data: bytes, found: tuple[int, int]) -> None:
    assert leading_number(data) == found
