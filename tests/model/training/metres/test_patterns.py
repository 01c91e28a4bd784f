"""The pattern language: bars, places, lengths and marks."""

from fractions import Fraction

import pytest

from pacetag.model.training.metres.kinds import load_kinds
from pacetag.model.training.metres.patterns import Pattern, PatternError


def test_the_characters_of_a_bar_share_it_evenly() -> None:
    strokes = Pattern("X.. x.x").bar(0)

    assert [stroke.at for stroke in strokes] == [Fraction(0), Fraction(1, 2), Fraction(5, 6)]
    assert [stroke.lasts for stroke in strokes] == [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    assert strokes[0].loudness > strokes[1].loudness


def test_bars_take_turns() -> None:
    pattern = Pattern("R.. | 5.3")

    assert [[s.mark for s in pattern.bar(bar)] for bar in range(3)] == [["R"], ["5", "3"], ["R"]]


def test_a_bar_of_rests_is_silent() -> None:
    assert Pattern("...").bar(0) == ()


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(PatternError, match=r"'q'"):
        Pattern("x.q")


def test_every_bar_is_divided_by_its_beats_or_by_what_is_named_as_crossing_them() -> None:
    """A character too many would bend a whole bar."""
    for kind in load_kinds().values():
        patterns = [pattern for role in kind.parts.values() for pattern in role]
        patterns += [pattern for line in kind.drums for pattern in line.values()]
        divisions = {ratio * kind.beats for ratio in (*kind.crossing, *kind.open)}
        for pattern in patterns:
            for bar in pattern.text.split("|"):
                slots = len("".join(bar.split()))
                assert slots % kind.beats == 0 or slots in (1, *divisions), (kind.name, bar)
