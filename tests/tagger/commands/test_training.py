"""`pacetag training`: the trainings of the file of settings, and what is wrong with them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[[str], Path]

GOOD = """
[parts]
warm = "10m@150"
[training.intervals]
plan = "warm 2x(1m@180 1m@160) 5m@140-120"
query = "genre:rock"
tolerance = "4%"
target = "~/run.m3u8"
[training.long]
plan = "intervals 1h@160"
"""


def test_all_are_listed_with_their_time(write: Write, pacetag: Run) -> None:
    write(GOOD)

    done = pacetag("training", "list")
    found = json.loads(pacetag("training", "list", "--json").stdout)

    assert (done.exit_code, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["intervals", "19:00", "6", "warm", "2x(1m@180", "1m@160)", "5m@140-120"] in rows
    assert ["long", "1:19:00", "7", "intervals", "1h@160"] in rows
    assert [each["name"] for each in found["trainings"]] == ["intervals", "long"]
    assert found["parts"] == {"warm": "10m@150"}
    assert found["trainings"][0]["target"] == str(Path("~/run.m3u8").expanduser())


def test_where_there_is_none_it_says_how_to_make_one(pacetag: Run) -> None:
    assert "write [training.NAME]" in pacetag("training", "list").stdout


def test_the_blocks_of_one_are_shown_with_their_begins(write: Write, pacetag: Run) -> None:
    write(GOOD)

    done = pacetag("training", "show", "intervals")
    found = json.loads(pacetag("training", "show", "intervals", "--json").stdout)

    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[3:5] == [["0:00", "10:00", "150", "easy"], ["10:00", "1:00", "180", "hard"]]
    assert ["14:00", "5:00", "140-120", "easy"] in rows
    assert done.stdout.splitlines()[-1] == "intervals: 6 blocks, 19:00"
    assert found["blocks"][-1] == {
        "start": 840.0,
        "seconds": 300.0,
        "cadence": 140.0,
        "to": 120.0,
        "asked": "easy",
    }


def test_one_that_there_is_not_is_named_with_the_nearest(write: Write, pacetag: Run) -> None:
    write(GOOD)

    done = pacetag("training", "show", "interval")

    assert done.exit_code == 2
    assert done.stderr == ("pacetag: there is no training `interval`; did you mean `intervals`?\n")


def test_what_is_right_is_said_to_be(write: Write, pacetag: Run) -> None:
    write(GOOD)

    done = pacetag("training", "check")

    assert (done.exit_code, done.stdout) == (0, "2 trainings are right.\n")
    assert json.loads(pacetag("training", "check", "--json").stdout)["faults"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('plan = "1m@180"\nplann = "x"', "there is no setting `plann` in [training.a]; did you"),
        ('plan = "1m@180"\nzzz = "x"', "there are `plan`, `query`, `tolerance`, `target`"),
        ("plan = 3", "`training.a.plan` must be a text, not 3"),
        ('plan = "1m@180 2m"', "[training.a] plan: '2m' has no cadence"),
        ('plan = "1m@400"', "[training.a] plan: a cadence must be from 40 to 320"),
        ('plan = "1m@180 b"\n[parts]\nb = "c"\nc = "b"', "`b` holds itself: b → c → b"),
        ('plan = "1m@180 a"', "`a` holds itself: a → a"),
        ('query = "x"', "[training.a] plan: there is no plan: write plan = "),
        ('plan = "1m@180"\nquery = "length:x"', '[training.a] query: "length:x" at character 1'),
        ('plan = "1m@180"\ntolerance = "200steps"', "[training.a] tolerance: must be from 0 to"),
        ('plan = "1m@180"\ntolerance = "wide"', "`training.a.tolerance` must be a tolerance"),
        ('plan = "1m@180"\n[parts]\na = "2m@160"', "[parts] has a `a`, too"),
        ('plan = "1m@180"\n[parts]\nb = "2m"', "[parts] b: '2m' has no cadence"),
        ('plan = "1m@180"\n[training."x y"]\nplan = "1m@90"', "a name has letters, digits"),
        ('plan = "1m@180"\n[training]\nb = 3', "`training.b` must be a table"),
    ],
)
def test_what_would_fail_is_said(text: str, said: str, write: Write, pacetag: Run) -> None:
    write(f"[training.a]\n{text}\n" if "[training]" not in text else "[training]\nb = 3\n")

    done = pacetag("training", "check")

    assert done.exit_code == 2
    assert said in done.stdout
    assert said in "\n".join(json.loads(pacetag("training", "check", "--json").stdout)["faults"])


def test_a_bad_plan_stops_no_other_command_and_an_unknown_key_every_one(
    write: Write, pacetag: Run
) -> None:
    write('[training.a]\nplan = "nonsense"\n')
    assert pacetag("config").exit_code == 0

    write('[training.a]\nplann = "10m@160"\n')
    done = pacetag("stats")
    assert done.exit_code == 2
    assert "line 2: there is no setting `plann` in [training.a]" in done.stderr
