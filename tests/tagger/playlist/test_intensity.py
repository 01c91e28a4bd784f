"""`--intensity`: what is asked for, and what that does to the choice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.playlist.intensity import EASY, HARD, STEADY, parse_intensity
from pacetag.tagger.playlist.worth import worth
from tests.tagger.commands.test_plans import store

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("hard", 0.7, 1.0),
        (" Easy ", 0.1, 0.4),
        ("0.6..1", 0.6, 1.0),
        (".6-.8", 0.6, 0.8),
        ("0.8..0.6", 0.6, 0.8),
        ("0.6..", 0.6, 1.0),
        ("..0.4", 0.0, 0.4),
    ],
)
def test_words_and_ranges_are_read(text: str, low: float, high: float) -> None:
    asked = parse_intensity(text)

    assert (asked.low, asked.high) == (low, high)


@pytest.mark.parametrize("text", ["", "..", "0.6", "harder", "0.6..2", "60..100", "nan..1", "١..1"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no intensity: write easy, steady or hard"):
        parse_intensity(text)


def test_the_words_leave_no_intensity_between_them() -> None:
    assert (EASY.high, STEADY.high, HARD.high) == (STEADY.low, HARD.low, 1.0)
    assert [HARD.distance(each) for each in (0.7, 1.0)] == [0, 0]
    assert HARD.distance(None) == HARD.distance(0.5) == pytest.approx(0.2)
    assert EASY.distance(0.9) == pytest.approx(0.5)


def test_a_song_is_worth_less_the_further_its_intensity_is_off() -> None:
    asked = [worth(0.9, 0.0, 0.04, intensity=own, asked=HARD) for own in (0.8, 0.6, 0.1)]
    usual = [worth(0.9, 0.0, 0.04, intensity=own) for own in (1.0, 0.2, None, 0.0)]

    assert asked == sorted(asked, reverse=True)
    assert asked[:2] == pytest.approx([0.9, 0.9 * 0.96])
    assert usual == [0.9, 0.9, 0.9, pytest.approx(0.9 * 0.92)]


@pytest.fixture
def songs(index_file: Path, library: Path) -> None:
    """A hundred songs at 165, a tenth of unknown intensity."""
    store(index_file, library, [(165.0, 150.0 + number) for number in range(100)])


def asked(pacetag: Run, *options: str) -> Any:
    done = pacetag("playlist", "--cadence", "165", "--json", *options)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.usefixtures("songs")
@pytest.mark.parametrize("bound", [("--limit", "10"), ("--duration", "40m")])
@pytest.mark.parametrize("drawn", [(), ("--seed", "1")])
def test_the_songs_of_a_playlist_are_as_driving_as_it_asks(
    pacetag: Run, bound: tuple[str, str], drawn: tuple[str, ...]
) -> None:
    hard = asked(pacetag, *bound, *drawn, "--intensity", "hard")
    easy = asked(pacetag, *bound, *drawn, "--intensity", "0.1..0.3")

    assert hard["asked"] == {"word": "hard", "from": 0.7, "to": 1.0}
    assert easy["asked"] == {"word": None, "from": 0.1, "to": 0.3}
    assert mean(hard) > mean(easy) + (0.1 if drawn else 0.4)
    assert len({song["worth"] for song in hard["songs"]}) > (1 if drawn else 0)


def mean(found: Any) -> float:
    own = [song["intensity"] or 0.5 for song in found["songs"]]
    return sum(own) / len(own)


@pytest.mark.usefixtures("songs")
def test_no_song_is_left_out_and_the_table_shows_the_intensities(pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165", "--intensity", "hard")
    usual = pacetag("playlist", "--cadence", "165")

    assert "Intensity" in done.stdout.splitlines()[1]
    assert "Intensity" not in usual.stdout
    assert done.stdout.splitlines()[-1] == usual.stdout.splitlines()[-1]
    assert done.stderr == (
        "10 songs have no intensity yet and count as 0.5: `pacetag scan --force` measures it\n"
    )


@pytest.mark.usefixtures("songs")
def test_a_query_finds_songs_by_their_intensity(pacetag: Run) -> None:
    found = asked(pacetag, "--query", "intensity:0.6..1")

    assert found["songs"]
    assert all(song["intensity"] >= 0.6 for song in found["songs"])


def test_what_cannot_be_asked_is_said(pacetag: Run) -> None:
    wrong = pacetag("playlist", "--cadence", "165", "--intensity", "loud")
    planned = pacetag("playlist", "--plan", "10m@165", "--intensity", "hard")

    assert (wrong.exit_code, planned.exit_code) == (2, 2)
    assert "--intensity: 'loud' is no intensity: write easy, steady or hard" in wrong.stderr
    assert "--plan excludes --intensity: blocks have their own" in planned.stderr
