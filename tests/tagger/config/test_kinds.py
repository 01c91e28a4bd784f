"""What each kind of setting takes, from a file and from a variable."""

from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.config.kinds import MAPS, PATH, SWITCH, TOLERANCE, Kind, choice, number, whole
from pacetag.tagger.playlist.tolerance import WIDEST, parse_tolerance


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (SWITCH, True, True),
        (SWITCH, False, False),
        (whole(1), 3, 3),
        (number(0, 1), 1, 1.0),
        (number(0.1), 0.1, 0.1),
        (choice("never", "always"), "never", "never"),
        (PATH, "/mnt/music", Path("/mnt/music")),
        (TOLERANCE, "6 steps", "6 steps"),
        (TOLERANCE, "50%", "50%"),
        (TOLERANCE, 0.06, "0.06"),
        (TOLERANCE, 0, "0"),
        (MAPS, ["/a=/b"], ["/a=/b"]),
        (MAPS, [], []),
    ],
    ids=lambda value: value.words if isinstance(value, Kind) else repr(value),
)
def test_what_fits_is_taken(kind: Kind, given: Any, value: Any) -> None:
    assert kind.from_toml(given) == value


@pytest.mark.parametrize(
    ("kind", "given", "shown"),
    [
        (SWITCH, 1, "1"),
        (SWITCH, "true", '"true"'),
        (whole(1), 0, "0"),
        (whole(1), True, "true"),
        (whole(1), 2.0, "2.0"),
        (whole(1), [1], "a list"),
        (number(0, 1), 1.01, "1.01"),
        (number(0, 1), float("nan"), "nan"),
        (number(0.1), float("inf"), "inf"),
        (number(0.1), {"a": 1}, "a table"),
        (choice("never"), "Never", '"Never"'),
        (choice("never"), ["never"], "a list"),
        (PATH, "music", '"music"'),
        (PATH, "", '""'),
        (PATH, "~no-such-user/music", '"~no-such-user/music"'),
        (PATH, 3, "3"),
        (TOLERANCE, "4", '"4"'),
        (TOLERANCE, 0.51, "0.51"),
        (TOLERANCE, "51%", '"51%"'),
        (TOLERANCE, -0.01, "-0.01"),
        (TOLERANCE, "much", '"much"'),
        (TOLERANCE, True, "true"),
        (MAPS, ["/a"], "a list"),
        (MAPS, "/a=/b", '"/a=/b"'),
    ],
    ids=lambda value: value.words if isinstance(value, Kind) else repr(value),
)
def test_what_does_not_fit_is_refused_with_what_must_be(kind: Kind, given: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=r"^must be ") as refusal:
        kind.from_toml(given)

    assert str(refusal.value) == f"must be {kind.words}, not {shown}"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SWITCH, "Yes", True),
        (SWITCH, "0", False),
        (whole(1), "3", 3),
        (number(0), "0.5", 0.5),
        (PATH, "music/songs.db", Path("music/songs.db")),
        (TOLERANCE, "4%", "4%"),
    ],
    ids=lambda value: value.words if isinstance(value, Kind) else repr(value),
)
def test_a_variable_holds_the_same_as_text(kind: Kind, text: str, value: Any) -> None:
    assert kind.from_text(text) == value


@pytest.mark.parametrize(("kind", "text"), [(SWITCH, "maybe"), (whole(1), "3.5"), (number(0), "a")])
def test_a_text_that_means_nothing_is_quoted(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=f'not "{text}"$'):
        kind.from_text(text)


def test_paths_of_a_file_begin_at_home_where_they_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/runner")

    assert PATH.from_toml("~/songs.db") == Path("/home/runner/songs.db")


@pytest.mark.parametrize("given", ["4%", "6steps", "0.04", ".5", 0.25, 0, 1e-7])
def test_playlists_understand_every_tolerance_that_is_taken(given: Any) -> None:
    assert 0 <= parse_tolerance(TOLERANCE.from_toml(given), 165.0) <= WIDEST
