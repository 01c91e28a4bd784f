"""Tolerances as people write them."""

import pytest

from pacetag.tagger.playlist.tolerance import parse_tolerance


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("4%", 0.04),
        ("4 %", 0.04),
        (" 4.5 % ", 0.045),
        ("4 per cent", 0.04),
        ("4percent", 0.04),
        ("0.04", 0.04),
        (".04", 0.04),
        ("0.040", 0.04),
        ("0", 0.0),
        ("0%", 0.0),
        ("0 steps", 0.0),
        ("6steps", 0.04),
        ("6 steps", 0.04),
        ("6 STEPS", 0.04),
        ("1 step", 1 / 150),
        ("6 spm", 0.04),
        ("50%", 0.5),
        ("75steps", 0.5),
    ],
)
def test_each_way_of_writing_gives_its_share(text: str, share: float) -> None:
    assert parse_tolerance(text, 150) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "%", "steps", "wide", "+4%", "-", "4,5%", "nan", "inf", "1e-2", "4%%"),
        *("4 % steps", "0.04.1", "٤%", "9" * 50),
    ],
)
def test_anything_else_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a tolerance: write 4%, 0\.04 or 6steps"):
        parse_tolerance(text, 150)


@pytest.mark.parametrize(("text", "number"), [("4", "4"), ("6.5", "6.5"), ("1", "1"), ("4.", "4")])
def test_a_bare_number_is_ambiguous_and_both_proposals_work(text: str, number: str) -> None:
    with pytest.raises(ValueError, match=f"write {number}% or {number}steps"):
        parse_tolerance(text, 150)

    assert parse_tolerance(f"{number}%", 150) != parse_tolerance(f"{number}steps", 150)


@pytest.mark.parametrize(
    "text", ["51%", "0.51", "-4%", "-0.04", "-6steps", "76 steps", "400%", "999999 steps"]
)
def test_less_than_nothing_and_more_than_half_the_cadence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be from 0 to 0\.5"):
        parse_tolerance(text, 150)
