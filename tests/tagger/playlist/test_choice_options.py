"""The options of how `pacetag playlist` chooses, through the command."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from pacetag.db.index import SongIndex
from tests.tagger.terminals import all_bytes

Run = Callable[..., Any]
FAKES = Path(__file__).parents[1] / "fakes"

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def asked(make_song: Callable[..., Path], scan_json: Run, pacetag: Run) -> Run:
    """Ask for a playlist of six songs at 165, and read its JSON."""
    for number in range(6):
        song = make_song(f"165-82 {number}.flac")
        audio: Any = mutagen.File(song)
        audio["title"], audio["artist"] = f"Song {number}", f"Artist {number}"
        audio["genre"], audio["date"] = ("Rock", "Pop")[number % 2], str(1970 + number)
        audio.save()
    scan_json()

    def run(*options: str | Path) -> Any:
        done = pacetag("playlist", "--cadence", "165", "--json", *options)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1]) | {"stderr": done.stderr}

    return run


def _titles(found: Any) -> list[str]:
    return sorted(song["title"][-1] for song in found["songs"])


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        (("--genre", "rock"), "024"),
        (("--genre", "rock", "--genre", "POP", "--year", "1971..1973"), "123"),
        (("--artist", "artist 3"), "3"),
        (("--query", "genre:rock ^year:1970 , title::5$"), "245"),
        (("--exclude", "genre:rock", "--exclude", "1"), "35"),
        (("--added", "-1d.."), "012345"),
        (("--added", "..2020"), ""),
        (("--max-length", "1:00"), ""),
        (("--path", "/nowhere"), ""),
    ],
)
def test_filters_choose_among_the_songs(asked: Run, options: tuple[str, ...], titles: str) -> None:
    assert _titles(asked(*options)) == list(titles)


def test_a_query_that_cannot_be_understood_is_wrong_usage(asked: Run, pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165", "--query", "rock gnere:x")

    assert done.exit_code == 2
    assert done.stderr.startswith('pacetag: --query: "gnere:x" at character 6: there is no field')


def test_an_empty_filter_is_wrong_usage(asked: Run, pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165", "--path", "")

    assert (done.exit_code, done.stderr.startswith("pacetag: --path: it is empty")) == (2, True)


def test_songs_of_the_last_playlists_rest_and_a_line_says_so(
    asked: Run, pacetag: Run, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.m3u8", tmp_path / "b.m3u8"
    written = asked("--limit", "2", "--output", first)

    rested = asked("--limit", "6")

    assert rested["resting"] == 2
    assert not set(_titles(written)) & set(_titles(rested))
    assert "2 songs of the last 3 playlists rest; --repeat takes them as well" in rested["stderr"]
    assert _titles(asked("--limit", "2", "--output", first)) == _titles(written)  # made again
    assert len(_titles(asked())) == 6  # all that fits, without a bound
    assert len(_titles(asked("--limit", "6", "--repeat"))) == 6
    asked("--limit", "3", "--output", second)
    assert len(_titles(asked("--limit", "6"))) == 1
    assert len(_titles(asked("--limit", "6", "--rest", "1"))) == 3


def test_what_is_only_shown_is_not_remembered(asked: Run, pacetag: Run, index_file: Path) -> None:
    asked("--limit", "2")
    assert pacetag("playlist", "--cadence", "165", "--limit", "2", "--output", "-").exit_code == 0

    with SongIndex.open(index_file) as index:
        assert index.listening.played() == []


def test_a_seed_draws_the_same_songs_again(asked: Run) -> None:
    drawn = asked("--limit", "3", "--shuffle")

    again = asked("--limit", "3", "--seed", str(drawn["seed"]))

    assert again["songs"] == drawn["songs"]


@pytest.mark.parametrize(
    ("options", "cadence", "warned"),
    [((), 82.0, True), (("--strides",), 164.0, False), (("--steps",), 82.0, False)],
)
def test_strides_are_doubled_and_a_slow_cadence_is_warned_of_once(
    asked: Run, options: tuple[str, ...], cadence: float, warned: bool
) -> None:
    found = asked("--cadence", "82", *options)

    assert found["cadence"] == cadence
    assert ("add --strides" in found["stderr"]) == warned


@pytest.mark.parametrize(("answer", "cadence"), [(b"\n", "164"), (b"n\n", "82")])
def test_in_a_terminal_it_asks_what_a_slow_cadence_counts(
    asked: Run, index_file: Path, answer: bytes, cadence: str
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    program = str(FAKES / "pacetag_with_fake_judge.py")
    command = [sys.executable, program, "playlist", "--cadence", "82"]
    done = subprocess.run(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PACETAG_INDEX": str(index_file)},
        timeout=120,
        check=False,
    )
    os.close(theirs)
    seen = all_bytes(ours).decode()

    assert done.returncode == 0
    assert "82 strides of one foot, that is 164 steps?" in seen
    assert f"for {cadence} steps a minute" in seen
