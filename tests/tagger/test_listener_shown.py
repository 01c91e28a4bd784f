"""Paces that a person set are marked as theirs wherever paces are shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.evaluating.labels_of_index import labels_of_index
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def typed(make_song: MakeSong, scan_json: Run) -> Path:
    """A song whose paces a person typed, beside one that the network judged."""
    song = make_song("82-165.flac")
    make_song("167.flac")
    scan_json()
    write_tags(song, {"pace": ["84", "168"]})
    scan_json()
    return song


def test_a_playlist_goes_by_them_and_says_whose_they_are(typed: Path, pacetag: Run) -> None:
    found = json.loads(pacetag("playlist", "--cadence", "168", "--json").stdout)["songs"]
    lines = pacetag("playlist", "--cadence", "168").stdout.splitlines()

    assert [(Path(song["path"]).name, song["by"]) for song in found] == [
        (typed.name, "listener"),
        ("167.flac", "network"),
    ]
    assert found[0]["pace"] == {"bpm": 168.0, "confidence": 1.0}
    (row,) = [line for line in lines if typed.name in line]
    assert row.split()[:3] == ["168.0", "+0.0%", "you"]
    (other,) = [line for line in lines if "167.flac" in line]
    assert "you" not in other
    (slow,) = json.loads(pacetag("playlist", "--cadence", "82", "--json").stdout)["songs"]
    assert slow["pace"]["bpm"] == 84.0


def test_a_scan_says_once_what_it_makes_of_them(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song, other = make_song("82-165.flac"), make_song("167.flac")
    scan_json()
    write_tags(song, {"pace": ["84", "168"]})
    write_tags(other, {"pace": ["167/167"]})

    lines = pacetag("scan", library).stdout.splitlines()

    start = lines.index("1 song was changed by you or another program:")
    assert lines[start + 1] == (
        "  82-165.flac: its paces are those that you set; `pacetag set --auto FILE` has the "
        "network's again"
    )
    assert "changed by you" not in pacetag("scan", library).stdout


def test_a_song_shows_them_first(typed: Path, pacetag: Run) -> None:
    lines = pacetag("show", typed).stdout.splitlines()
    found = json.loads(pacetag("show", typed, "--json").stdout)

    (paces,) = [line for line in lines if line.startswith("Paces: ")]
    assert paces == "Paces: 84, 168 (set by you); the network's: 82.0 (98%), 165.0 (93%)"
    assert found["by"] == "listener"
    assert [pace["bpm"] for pace in found["paces"]] == [84.0, 168.0]
    assert [pace["bpm"] for pace in found["judged"]] == [82.0, 165.0]


def test_that_there_be_none_is_shown_too(typed: Path, pacetag: Run) -> None:
    write_tags(typed, {"pace": []})

    done = pacetag("show", typed)
    found = json.loads(pacetag("show", typed, "--json").stdout)

    assert "Paces: none (set by you); the network's: 82.0" in done.stdout
    assert (found["by"], found["paces"]) == ("listener", [])


def test_tags_that_were_never_scanned_are_enough(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("82.flac")
    write_tags(song, {"pace": ["84.5"]})

    assert "Paces: 84.5 (set by you); the network's: 82.0" in pacetag("show", song).stdout


def test_paces_that_the_index_alone_has_are_shown(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("82.flac")
    song.chmod(0o444)
    assert pacetag("set", song, "84").exit_code == 0
    assert read_tags(song).pace == ()

    assert "Paces: 84 (set by you); the network's: 82.0" in pacetag("show", song).stdout


def test_showing_makes_no_index(make_song: MakeSong, pacetag: Run, index_file: Path) -> None:
    assert "set by you" not in pacetag("show", make_song("82.flac")).stdout

    assert not index_file.exists()


def test_statistics_count_them(typed: Path, make_song: MakeSong, pacetag: Run) -> None:
    assert "with paces that you set, or none: 1" in pacetag("stats").stdout
    assert json.loads(pacetag("stats", "--json").stdout)["listener"] == 1

    pacetag("set", "--none", make_song("90.flac"))

    stats = json.loads(pacetag("stats", "--json").stdout)
    assert (stats["listener"], stats["with_paces"], stats["without_paces"]) == (2, 2, 1)
    pacetag("set", "--auto", typed, typed.with_name("90.flac"))
    assert json.loads(pacetag("stats", "--json").stdout)["listener"] == 0
    assert "you set" not in pacetag("stats").stdout


def test_what_is_learnt_from_the_index_is_what_a_person_set(
    typed: Path, make_song: MakeSong, pacetag: Run, index_file: Path
) -> None:
    none = make_song("90.flac")
    pacetag("set", "--none", none)

    found = {each.path: each.paces for each in labels_of_index(index_file)}  # type: ignore[union-attr]

    assert found == {typed: (84.0, 168.0), typed.with_name("167.flac"): (167.0,), none: ()}
