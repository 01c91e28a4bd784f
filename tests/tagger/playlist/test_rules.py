"""Playlists as rules for programs that choose songs themselves: Navidrome and Quod Libet."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.navidrome import nsp_body
from pacetag.tagger.playlist.quodlibet import query_of
from pacetag.tagger.playlist.rules import rules_of, whole_paces

Run = Callable[..., Any]


def rules(limit: int | None = None, **filters: Any) -> Any:
    return rules_of("Run", cadence=165, tolerance=0.01, limit=limit, filters=filters)


def nsp(**more: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The rules of a smart playlist besides the paces, and what they cannot say."""
    body, unsaid = nsp_body(rules(**more))
    return json.loads("{" + body)["all"][1:], unsaid


def ql(**more: Any) -> tuple[str, list[str]]:
    query, unsaid = query_of(rules(**more))
    return query.replace(r"pace = /\b(164|165|166)\b/", "P"), unsaid


def test_paces_are_the_whole_numbers_within_the_tolerance() -> None:
    assert whole_paces(165, 0.01) == [164, 165, 166]
    assert whole_paces(165, 0.0) == [165]
    assert whole_paces(164.6, 0.001) == [165]


def test_navidrome_compares_paces_as_texts() -> None:
    """As it does by its sources: a number never equals a value of a tag."""
    value = json.loads("{" + nsp_body(rules(limit=30))[0])
    tags = json.dumps({"pace": [{"value": "83"}, {"value": "165"}]})
    holds = "SELECT EXISTS (SELECT 1 FROM json_tree(?, '$.pace') WHERE key = 'value' AND value = ?)"

    found = [
        rule["is"]["pace"]
        for rule in value["all"][0]["any"]
        if sqlite3.connect(":memory:").execute(holds, [tags, rule["is"]["pace"]]).fetchone()[0]
    ]

    assert found == ["165"]
    assert (value["name"], value["limit"], value["sort"]) == ("Run", 30, "random")


@pytest.mark.parametrize(
    ("filters", "held", "query"),
    [
        ({}, [], "P"),
        ({"genre": ["rock"]}, [{"contains": {"genre": "rock"}}], "&(P, genre = /rock/)"),
        (
            {"genre": ["rock", "=Pop"]},
            [{"any": [{"contains": {"genre": "rock"}}, {"is": {"genre": "Pop"}}]}],
            "&(P, |(genre = /rock/, genre = /^Pop$/c))",
        ),
        (
            {"artist": ["AC/DC"]},
            [
                {
                    "any": [
                        {"contains": {"artist": "AC/DC"}},
                        {"contains": {"albumartist": "AC/DC"}},
                    ]
                }
            ],
            "&(P, artist, albumartist = /AC\\/DC/)",
        ),
        (
            {"year": ["1970..1979"]},
            [{"inTheRange": {"year": [1970, 1979]}}],
            "&(P, #(year >= 1970, year <= 1979))",
        ),
        ({"year": ["..1985"]}, [{"lt": {"year": 1986}}], "&(P, #(year <= 1985))"),
        ({"year": ["1970.."]}, [{"gt": {"year": 1969}}], "&(P, #(year >= 1970))"),
        (
            {"min_length": "2:00", "max_length": "6:00"},
            [
                {"inTheRange": {"duration": [120.0, 86400]}},
                {"inTheRange": {"duration": [0, 360.0]}},
            ],
            "&(P, #(length >= 120), #(length <= 360))",
        ),
        (
            {"query": ["genre:rock ^album:live year:1999"]},
            [
                {"contains": {"genre": "rock"}},
                {"all": [{"notContains": {"album": "live"}}]},
                {"inTheRange": {"year": [1999, 1999]}},
            ],
            "&(P, genre = /rock/, !album = /live/, #(year >= 1999, year <= 1999))",
        ),
        (
            {"exclude": ["genre:techno"]},
            [{"all": [{"notContains": {"genre": "techno"}}]}],
            "&(P, !genre = /techno/)",
        ),
    ],
)
def test_filters_are_said_in_both_languages(
    filters: dict[str, Any], held: list[Any], query: str
) -> None:
    assert nsp(**filters) == (held, [])
    assert ql(**filters) == (query, [])


@pytest.mark.parametrize(
    ("filters", "by_navidrome", "by_quod_libet"),
    [
        ({"path": ["/a"], "added": ["2024.."]}, ["--path", "--added"], ["--path", "--added"]),
        ({"query": ["hill"]}, ["--query"], ["--query"]),
        ({"query": ["genre:a , genre:b"]}, ["--query"], ["--query"]),
        ({"exclude": ["genre:a year:1999"]}, ["--exclude"], ["--exclude"]),
        ({"genre": [":^Ro"]}, ["--genre"], []),
        ({"genre": ["=~rock"]}, ["--genre"], []),
        ({"query": ["opinion:loved"]}, [], ["--query"]),
        ({"limit": 9}, [], ["--limit"]),
    ],
)
def test_what_cannot_be_said_is_named(
    filters: dict[str, Any], by_navidrome: list[str], by_quod_libet: list[str]
) -> None:
    assert nsp(**filters)[1] == by_navidrome
    assert ql(**filters)[1] == by_quod_libet


def test_what_you_love_is_what_navidrome_has_a_heart_for() -> None:
    assert nsp(query=["opinion:loved"])[0] == [{"is": {"loved": True}}]


@pytest.fixture
def index(index_file: Path) -> None:
    index_file.parent.mkdir(parents=True)
    SongIndex.open(index_file).close()


@pytest.mark.usefixtures("index")
def test_the_suffix_of_the_output_says_whose_rules(tmp_path: Path, pacetag: Run) -> None:
    wish = ("playlist", "--cadence", "165", "--tolerance", "2%", "--genre", "rock", "--output")
    place = tmp_path / "Rock 165.nsp"

    done = pacetag(*wish, place, "--duration", "45m", "--added", "-2w..")

    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("Rock 165.nsp: rules for 7 paces, 162 to 168\n")
    said = "Navidrome cannot be told --added, --duration: they are left out"
    assert said in " ".join(done.stderr.split())
    value = json.loads(place.read_text())
    assert value["name"] == "Rock 165"
    assert value["comment"].startswith("Made by pacetag")
    assert pacetag(*wish, place).exit_code == 0  # it is pacetag's own
    place.write_text(place.read_text().replace("random", "title"))
    assert "--overwrite" in pacetag(*wish, place).stderr

    query = tmp_path / "rock.qlquery"
    assert pacetag(*wish, query).exit_code == 0
    assert query.read_text() == (
        "&(pace = /\\b(162|163|164|165|166|167|168)\\b/, genre = /rock/)\nrock\n"
    )


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--plan", "10m@150"), "holds rules for one cadence, which no plan is"),
        (("--cadence", "165", "--keep-fresh"), "excludes --keep-fresh"),
        (("--cadence", "165", "--stretch", "6%"), "excludes --stretch"),
        (("--cadence", "165", "--min-length", "x"), "is no length"),
        ((), "name a cadence with --cadence"),
    ],
)
def test_what_rules_cannot_be_is_wrong_usage(
    tmp_path: Path, pacetag: Run, options: tuple[str, ...], said: str
) -> None:
    done = pacetag("playlist", *options, "--output", tmp_path / "run.nsp")

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "run.nsp").exists()


@pytest.mark.usefixtures("index")
def test_a_dry_run_writes_no_rules(tmp_path: Path, pacetag: Run) -> None:
    place = tmp_path / "run.nsp"

    done = pacetag("playlist", "--cadence", "165", "--output", place, "--dry-run", "--json")

    assert json.loads(done.stdout)["paces"][0] == 159
    assert not place.exists()
