"""`pacetag stats --cadence`: minutes of music for each cadence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.sessions.minutes import parse_range
from tests.tagger.commands.test_plans import store

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _songs(index_file: Path, library: Path) -> None:
    """Ten minutes at 150, twenty at 165."""
    store(index_file, library, [(150.0, 300.0)] * 2 + [(165.0, 600.0)] * 2)


def test_each_cadence_has_a_bar_with_its_minutes(pacetag: Run) -> None:
    done = pacetag("stats", "--cadence", "150-165")

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Music for each cadence (steps a minute):"
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert rows["150"][1:] == ["10", "min,", "2", "songs"]
    assert rows["158"] == ["0", "min,", "0", "songs"]
    assert rows["159"] == rows["165"]
    assert rows["165"][1:] == ["20", "min,", "2", "songs"]
    assert len(rows["165"][0]) == 2 * len(rows["150"][0]) == 40


def test_json_has_a_row_for_each(pacetag: Run) -> None:
    found = json.loads(pacetag("stats", "--cadence", "150-190", "--json").stdout)

    assert (found["tolerance"], found["min_confidence"]) == ("0.04", 0.5)
    assert found["cadences"][0] == {"cadence": 150.0, "songs": 2, "seconds": 600.0}
    assert [row["cadence"] for row in found["cadences"]][-1] == 190


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_picture_is_drawn(kind: str, pacetag: Run, tmp_path: Path) -> None:
    place = tmp_path / f"minutes.{kind}"

    done = pacetag("stats", "--cadence", "150-190", "--plot", place)

    assert done.exit_code == 0, done.stderr
    head = place.read_bytes()[:100]
    assert head.startswith(b"\x89PNG" if kind == "png" else b"<?xml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cadence", "fast"], "'fast' is no range of cadences"),
        (["--cadence", "20-190"], "cadences are from 40 to 320"),
        (["--plot", "a.png"], "add --cadence 150-190"),
        (["--cadence", "150-190", "--plot", "a.mp3"], "a picture is none of the kind 'mp3'"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(words: list[str], said: str, pacetag: Run) -> None:
    done = pacetag("stats", *words)

    assert done.exit_code == 2
    assert said in done.stderr


def test_rows_are_in_even_steps_and_never_too_many() -> None:
    assert parse_range("165") == [165]
    assert parse_range("150-160") == [150 + n for n in range(11)]
    assert parse_range("190..150")[:2] == [150, 152]
    assert len(parse_range("40-320")) <= 25
