"""`pacetag playlist --plan`, trainings of the file of settings, and durations that are met."""

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace

Run = Callable[..., Any]


def store(
    index_file: Path,
    music: Path,
    songs: list[tuple[float, float]],
    *,
    sure: tuple[float, int] = (0.9, 0),
) -> None:
    """Put songs of a pace and a length into the index, and files where it says.

    `sure`: the confidence of the songs from a number on; of those before it is 0.9.
    """
    index_file.parent.mkdir(parents=True, exist_ok=True)
    with SongIndex.open(index_file) as index:
        for number, (bpm, seconds) in enumerate(songs):
            path = music / f"{number:03}.mp3"
            path.touch()
            index.store(
                SongRecord(
                    path=str(path),
                    stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
                    fingerprint=f"sound {number}",
                    title=f"Song {number}",
                    artist=f"Artist {number % 40}",
                    album=None,
                    genre="Rock" if number % 2 else "Folk",
                    bundle="ear-1",
                    analysis=Analysis(
                        paces=(Pace(bpm=bpm, confidence=sure[0] if number >= sure[1] else 0.9),),
                        duration=seconds,
                        intensity=None if number % 10 == 9 else number * 0.618 % 1,
                    ),
                )
            )


@pytest.fixture
def songs(index_file: Path, library: Path) -> None:
    """Three hundred songs from 130 to 190."""
    rng = random.Random(2)
    many = [(round(rng.uniform(130, 190), 2), rng.uniform(120, 320)) for _ in range(300)]
    store(index_file, library, many)


@pytest.mark.usefixtures("songs")
def test_a_plan_is_a_table_with_the_time_and_the_cadence_of_each_block(pacetag: Run) -> None:
    done = pacetag("playlist", "--plan", "10m@150 20m@165 5m@140")

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    head = ["At", "Plan", "Pace", "Off", "Sure", "Plays", "Intensity", "Artist", "Title"]
    assert lines[1].split() == head
    assert lines[3].split()[1:3] == ["150", "easy"]
    plans = [line.split()[1] for line in lines[3:] if line.split()[1:2] and ":" in line[:8]]
    assert [plan for plan in plans if plan in ("150", "165", "140")] == ["150", "165", "140"]
    assert lines[-1].endswith("of 35:00 planned, in 3 blocks")


@pytest.mark.usefixtures("songs")
def test_json_has_the_blocks_with_their_songs(pacetag: Run) -> None:
    found = json.loads(pacetag("playlist", "--plan", "10m@150-160 20m@165", "--json").stdout)

    first, second = found["blocks"]
    assert (first["cadence"], first["to"], first["seconds"]) == (150, 160, 600)
    assert (second["cadence"], second["to"]) == (165, 165)
    assert first["asked"] == {"word": "easy", "from": 0.1, "to": 0.4}
    assert (second["asked"]["word"], second["songs"][0]["intensity"] > 0.4) == ("hard", True)
    keys = {"path", "title", "artist", "pace", "duration", "start", "play"}
    assert all(keys <= song.keys() for block in found["blocks"] for song in block["songs"])
    assert found["songs"] == [song for block in found["blocks"] for song in block["songs"]]
    assert found["missed"] == []
    assert abs(found["seconds"] - found["wanted"]) <= 15


@pytest.mark.usefixtures("songs")
def test_a_duration_is_met_within_fifteen_seconds_in_a_good_order(pacetag: Run) -> None:
    asked = ("playlist", "--cadence", "165", "--duration", "45m", "--json")
    found = json.loads(pacetag(*asked).stdout)

    assert abs(found["seconds"] - 2700) <= 15
    paces = [song["pace"]["bpm"] for song in found["songs"]]
    assert max(abs(one - other) for one, other in itertools.pairwise(paces)) <= 3
    assert "blocks" not in found
    ranks = [song["rank"] for song in found["songs"]]
    assert sorted(ranks) == list(range(1, len(ranks) + 1))
    worths = [song["worth"] for song in sorted(found["songs"], key=lambda song: song["rank"])]
    assert worths == sorted(worths, reverse=True)
    assert pacetag(*asked).stdout == pacetag(*asked).stdout
    others = {pacetag(*asked, "--seed", str(seed)).stdout for seed in range(4)}
    assert len(others) > 1


def test_a_duration_that_songs_do_not_add_up_to_is_said(
    pacetag: Run, index_file: Path, library: Path
) -> None:
    store(index_file, library, [(165.0, 200.0)] * 5)

    done = pacetag("playlist", "--cadence", "165", "--duration", "5m")

    assert done.stdout.splitlines()[-1] == "1 song, 3:20, for 165 steps a minute"
    assert done.stderr.startswith("3:20 is 1:40 less than the 5:00 wanted: ")


def test_too_few_songs_are_said_with_what_would_help(
    pacetag: Run, index_file: Path, library: Path
) -> None:
    store(index_file, library, [(165.0, 200.0)] * 2 + [(174.0, 200.0)] * 4)

    done = pacetag("playlist", "--plan", "10m@165 5m@100")

    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "block 1 (10:00 at 165) has 6:40, 3:20 less than planned: 2 songs of 6:40 fit",
        "block 2 (5:00 at 100) stays empty: no song fits",
        "More songs would fit these blocks with:",
        "  --tolerance 0.06: 4 songs more, 13:20",
    ]
    helped = pacetag("playlist", "--plan", "10m@165", "--tolerance", "0.06")
    assert helped.stderr == ""


def test_a_duration_names_what_else_would_help_beside_the_tolerance(
    pacetag: Run, index_file: Path, library: Path
) -> None:
    songs = [(165.0, 200.0)] * 4 + [(174.0, 200.0)] * 2 + [(165.0, 200.0)] * 2
    store(index_file, library, songs, sure=(0.4, 6))

    done = pacetag("playlist", "--cadence", "165", "--duration", "25m", "--genre", "folk")

    assert done.stderr.splitlines() == [
        "That is all that fits within 4 %, less than the 25:00 wanted.",
        "Without --genre 4 songs fit, 13:20 in all.",
        "A wider tolerance would give:",
        "  --tolerance 0.06: 3 songs, 10:00",
        "  --min-confidence 0.4: 1 song more, 3:20",
    ]


@pytest.mark.parametrize("duration", [(), ("--duration", "20m")])
def test_a_filter_that_keeps_all_songs_out_is_named(
    duration: tuple[str, ...], pacetag: Run, index_file: Path, library: Path
) -> None:
    store(index_file, library, [(165.0, 200.0)] * 4)
    asked = ("playlist", "--cadence", "165", *duration)
    other = ("--genre", "jazz", "--query", "title:song")

    done = pacetag(*asked, *other)
    found = json.loads(pacetag(*asked, *other, "--json").stdout)
    none = pacetag("playlist", "--cadence", "300", *duration, "--genre", "jazz")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "No song fits 165 steps a minute within 4 %.",
        "Without --genre and --query 4 songs fit, 13:20 in all.",
    ]
    options = ["--genre", "--query"]
    assert found["unfiltered"] == {"options": options, "songs": 4, "seconds": 800.0}
    assert none.stdout.splitlines()[1].startswith("A wider tolerance would not help; scan more")


def test_a_filter_that_leaves_too_few_songs_is_named_in_place_of_more_music(
    pacetag: Run, index_file: Path, library: Path
) -> None:
    store(index_file, library, [(165.0, 200.0)] * 4)

    done = pacetag("playlist", "--cadence", "165", "--duration", "20m", "--genre", "folk")
    planned = pacetag("playlist", "--plan", "20m@165", "--genre", "folk")

    assert done.stderr.splitlines()[1:] == ["Without --genre 4 songs fit, 13:20 in all."]
    assert planned.stderr.splitlines()[-1] == "  without --genre: 2 songs more, 6:40"


@pytest.mark.usefixtures("songs")
def test_an_interval_shorter_than_any_song_is_said_to_be_cut(pacetag: Run, tmp_path: Path) -> None:
    output = tmp_path / "run.m3u8"

    done = pacetag("playlist", "--plan", "2x(1m@180 1m@160)", "--output", output)

    assert "4 songs are cut where a short block ends: VLC" in done.stderr
    assert output.read_text().count("#EXTVLCOPT:stop-time=84\n") == 4
    assert done.stdout == f"{output}: 4 songs, 4:00 of 4:00 planned, in 4 blocks\n"


@pytest.mark.usefixtures("songs")
@pytest.mark.parametrize("asked", [("--plan", "10m@165"), ("--cadence", "165")])
def test_a_dry_run_shows_the_songs_and_writes_nothing(
    asked: tuple[str, str], pacetag: Run, tmp_path: Path
) -> None:
    output = tmp_path / "run.m3u8"

    done = pacetag("playlist", *asked, "--output", output, "--dry-run")

    assert done.exit_code == 0
    assert "Artist" in done.stdout
    assert f"{output}: would be written: " in done.stdout
    assert not output.exists()


@pytest.mark.usefixtures("songs")
def test_a_training_has_a_query_a_tolerance_and_a_target(
    pacetag: Run, write: Callable[[str], Path], tmp_path: Path
) -> None:
    target = tmp_path / "intervals.xspf"
    write(
        '[parts]\nwarm = "5m@150"\n[training.intervals]\nplan = "warm 10m@165"\n'
        f'query = "genre:folk"\ntolerance = "3%"\ntarget = "{target}"\n'
    )

    done = pacetag("playlist", "intervals")
    typed = json.loads(
        pacetag("playlist", "intervals", "--tolerance", "5%", "--json", "--dry-run").stdout
    )

    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"{target}: ")
    assert target.read_text().startswith("<?xml")
    assert {block["tolerance"] for block in typed["blocks"]} == {0.05}
    numbers = [int(Path(song["path"]).stem) for song in typed["songs"]]
    assert numbers
    assert all(number % 2 == 0 for number in numbers)
    assert pacetag("playlist", "--plan", "warm").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--plan", "10m@165", "--cadence", "165"], "--plan excludes --cadence"),
        (["--plan", "10m@165", "--duration", "5m", "--limit", "3"], "--duration and --limit"),
        (["tempo", "--plan", "10m@165"], "--plan excludes the name of a training"),
        (["tempo"], "there is no training `tempo`; `pacetag training list` lists all"),
        (["--plan", "10m@165", "--tolerance", "4"], "--tolerance: '4' could be per cent or steps"),
        (["--plan", "10m@165", "--min-confidence", "2"], "--min-confidence must be from 0 to 1"),
        (["--plan", ""], "the plan is empty"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    words: list[str], said: str, pacetag: Run
) -> None:
    done = pacetag("playlist", *words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_error_in_a_plan_has_a_caret_under_the_word(pacetag: Run) -> None:
    done = pacetag("playlist", "--plan", "10m@150 20m 5m@140")

    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "pacetag: --plan: '20m' has no cadence: write 20m@165",
        "  10m@150 20m 5m@140",
        "          ^^^",
    ]
