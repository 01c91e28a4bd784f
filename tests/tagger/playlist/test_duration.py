"""Durations as people write them."""

import random

import pytest

from pacetag.tagger.playlist.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45m", 2700),
        ("45 min", 2700),
        ("45minutes", 2700),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1H30M", 5400),
        ("1h30", 5400),
        ("1h", 3600),
        ("1.5h", 5400),
        ("2 hours", 7200),
        ("90", 5400),
        ("7.5", 450),
        ("1:30:00", 5400),
        ("0:45:10", 2710),
        ("90s", 90),
        ("1m30s", 90),
        ("1h1m1s", 3661),
        ("  45m \n", 2700),
        ("90 min", 5400),
        ("2700s", 2700),
        ("2700 s", 2700),
        ("2700", 2700),
        ("999", 59_940),
        ("1000", 1000),
        ("1000 min", 60_000),
    ],
)
def test_each_way_of_writing_gives_its_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "m",
        "h30",
        "45x",
        "-45m",
        "30m1h",
        "1h30m20",
        "1:30:60",
        "1:60:00",
        "1::30",
        ":30",
        "1:2:3:4",
        "1,5h",
        "nan",
        "inf",
        "1e3",
        "٤٥m",
        "45m 45m",
        "9" * 50,
    ],
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"not a duration: write 45m, 1h30m, 1:30:00 or 90"
    ) as said:
        parse_duration(text)
    assert all(form in str(said.value) for form in ("90 min", "2700s", "2700 (seconds"))


@pytest.mark.parametrize("text", ["1:30", "45:00", "90:00"])
def test_two_numbers_with_a_colon_are_ambiguous_and_both_proposals_work(text: str) -> None:
    with pytest.raises(ValueError, match="hours or minutes") as caught:
        parse_duration(text)

    _, proposals = str(caught.value).split("write ")
    as_hours, as_minutes = (parse_duration(one) for one in proposals.split(" or "))
    assert as_hours == 60 * as_minutes


@pytest.mark.parametrize("text", ["0", "0m", "0:00:00", "0h0m0s"])
def test_no_time_at_all_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time at all"):
        parse_duration(text)


def test_every_time_of_day_reads_the_same_both_ways() -> None:
    rng = random.Random(1)
    for _ in range(200):
        hours, minutes, seconds = rng.randrange(24), rng.randrange(60), rng.randrange(1, 60)

        by_clock = parse_duration(f"{hours}:{minutes:02}:{seconds:02}")

        assert by_clock == parse_duration(f"{hours}h{minutes}m{seconds}s")
        assert by_clock == 3600 * hours + 60 * minutes + seconds
