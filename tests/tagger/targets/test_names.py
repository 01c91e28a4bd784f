"""Names that every card can hold."""

from collections.abc import Callable

import pytest

from pacetag.tagger.targets.names import free_name, is_plain, key, plain_name, song_name
from tests.tagger.targets.conftest import Song


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('AC/DC: "Who?" <*|\\>', "AC_DC_ _Who__ _____"),
        ("...And So On", "And So On"),
        ("Etc. ...", "Etc"),
        ("a\nb\tc\x07", "a b c_"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("Aux Raus", "Aux Raus"),
        ("e\u0301", "\u00e9"),
        ("\udcff", "_"),
        ("", "song"),
        (" . ", "song"),
        ("#1 – Ö 電気", "_1 – Ö 電気"),
        ("50% of it", "50_ of it"),
    ],
)
def test_what_a_card_cannot_hold_is_replaced(text: str, name: str) -> None:
    assert plain_name(text) == name


def test_no_name_is_longer_than_a_card_takes(track: Song) -> None:
    song = track("a.mp3", title="電" * 300, artist="é" * 90).song

    for place in ("", "007"):
        name = song_name(song, ".mp3", place)
        assert len(free_name(name, lambda k: k.endswith(" (12).mp3")).encode()) <= 255
        assert name.endswith(".mp3")


def test_a_name_that_is_taken_in_another_case_or_form_gets_a_number() -> None:
    taken = {key("HILL.mp3"), key("e\u0301.mp3"), key("hill (2).mp3")}
    is_free: Callable[[str], bool] = lambda each: each not in taken  # noqa: E731

    assert free_name("Hill.mp3", is_free) == "Hill (3).mp3"
    assert free_name("\u00c9.mp3", is_free) == "\u00c9 (2).mp3"


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "/a", "a/b", "a\\b", ".hidden", 3, None])
def test_what_leads_elsewhere_is_no_name(name: object) -> None:
    assert not is_plain(name)
