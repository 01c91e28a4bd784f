"""`pacetag playlist --stretch`: near misses at exactly the cadence, and originals untouched."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.db.index import SongIndex
from pacetag.tagger.stretching.sound import read_sound
from tests.tagger.commands.test_plans import store
from tests.tagger.indexed_songs import IndexedSong, store_songs

Run = Callable[..., Any]
RATE, SECONDS = 22_050, 20
PACES = {"near": 165.2, "slow": 160.0, "far": 156.5, "off": 150.0}


def tone(seed: int) -> np.ndarray[Any, Any]:
    return 0.1 * np.random.default_rng(seed).normal(0, 1, RATE * SECONDS)


@pytest.fixture
def songs(index_file: Path, library: Path) -> dict[str, Path]:
    """Four songs of noise, whose paces the index has."""
    paths = {name: library / f"{name}.flac" for name in PACES}
    for seed, path in enumerate(paths.values()):
        soundfile.write(path, tone(seed), RATE, format="FLAC", subtype="PCM_16")
    store_songs(
        index_file,
        [
            IndexedSong(path=path, title=name, bpm=PACES[name], seconds=float(SECONDS))
            for name, path in paths.items()
        ],
    )
    return paths


def test_near_misses_come_as_copies_and_songs_at_the_cadence_as_they_are(
    songs: dict[str, Path], tmp_path: Path, pacetag: Run
) -> None:
    before = {name: path.read_bytes() for name, path in songs.items()}
    run = tmp_path / "run.m3u8"
    command = ("playlist", "--cadence", "165", "--stretch", "6%", "--output", run, "--json")

    result = pacetag(*command)

    assert result.exit_code == 0, result.output
    found = {song["title"]: song for song in json.loads(result.stdout)["songs"]}
    folder = tmp_path / "run (stretched)"
    assert found.keys() == {"near", "slow", "far"}  # "off" is 9 % off
    assert (found["near"]["stretch"], found["near"]["copy"]) == (1.0, None)
    assert found["slow"]["stretch"] == round(160 / 165, 6)
    assert found["slow"]["copy"] == str(folder / "slow @165.flac")
    assert found["slow"]["path"] == str(songs["slow"])
    lines = [line for line in run.read_text().splitlines() if not line.startswith("#")]
    assert sorted(lines) == [
        "music/near.flac",
        "run (stretched)/far @165.flac",
        "run (stretched)/slow @165.flac",
    ]
    assert read_sound(folder / "far @165.flac").samples.shape[1] == round(
        SECONDS * RATE * round(156.5 / 165, 6)
    )
    assert {name: path.read_bytes() for name, path in songs.items()} == before


def test_copies_that_are_there_are_not_made_again(
    songs: dict[str, Path], tmp_path: Path, pacetag: Run
) -> None:
    run = tmp_path / "run.m3u8"
    command = ("playlist", "--cadence", "165", "--stretch", "6%", "--output", run)
    pacetag(*command)
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "run (stretched)").iterdir()}
    next(iter(made)).unlink()

    result = pacetag(*command)

    assert "1 made, 1 there already" in " ".join(result.stderr.split())
    assert {path.name for path in (tmp_path / "run (stretched)").iterdir()} == {
        path.name for path in made
    }


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(
    songs: dict[str, Path], tmp_path: Path, pacetag: Run
) -> None:
    run = tmp_path / "run.m3u8"

    result = pacetag(
        *("playlist", "--cadence", "165", "--stretch", "6%", "--output", run, "--dry-run")
    )

    assert "2 would be made" in " ".join(result.stderr.split())
    assert not run.exists()
    assert not (tmp_path / "run (stretched)").exists()


def test_a_song_that_cannot_be_stretched_is_named_and_listed_only_within_the_tolerance(
    songs: dict[str, Path], tmp_path: Path, pacetag: Run, index_file: Path
) -> None:
    with SongIndex.open(index_file) as index:
        for name in ("slow", "far"):  # 3 % and 5.2 % off
            song = index.song(str(songs[name]))
            assert song is not None
            index.store(replace(song, fingerprint=f"other {name}".encode().hex()))
    run = tmp_path / "run.m3u8"

    result = pacetag("playlist", "--cadence", "165", "--stretch", "6%", "--output", run)

    said = " ".join(result.stderr.split())
    assert result.exit_code == 1
    assert (
        "slow.flac: not stretched: it was changed since it was scanned; scan it again; the" in said
    )
    assert said.count("left out") == 1
    lines = [line for line in run.read_text().splitlines() if not line.startswith("#")]
    assert sorted(lines) == ["music/near.flac", "music/slow.flac"]


def test_each_song_of_a_plan_goes_to_its_blocks_cadence(
    songs: dict[str, Path], tmp_path: Path, pacetag: Run
) -> None:
    run, copies = tmp_path / "run.json", tmp_path / "copies"
    options = ("--output", run, "--copies", copies, "--copies-format", "opus", "--json")

    result = pacetag("playlist", "--plan", "20s@164 20s@155", "--stretch", "6%", *options)

    assert result.exit_code == 0, result.output
    value = json.loads(result.stdout)
    first, second = value["songs"]
    assert first["stretch"] == pytest.approx(first["pace"]["bpm"] / 164, abs=1e-6)
    assert second["stretch"] == pytest.approx(second["pace"]["bpm"] / 155, abs=1e-6)
    assert Path(second["copy"]).parent == copies
    assert second["start"] == pytest.approx(SECONDS * first["stretch"], abs=0.01)
    assert json.loads(run.read_text())["songs"] == value["songs"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (("--cadence", "165", "--duration", "19m"), 1140),
        (("--plan", "9m@162-168 9m@165"), 1080),
    ],
)
def test_a_run_of_copies_lasts_as_long_as_it_was_asked_for(
    asked: tuple[str, ...],
    wanted: float,
    index_file: Path,
    library: Path,
    tmp_path: Path,
    pacetag: Run,
) -> None:
    slow = [(round(156 + number % 7 / 10, 2), 150.0 + 2 * number) for number in range(40)]
    store(index_file, library, slow)
    options = ("--stretch", "6%", "--output", tmp_path / "run.m3u8", "--dry-run", "--json")

    result = pacetag("playlist", *asked, *options)

    assert result.exit_code == 0, result.output
    value = json.loads(result.stdout)
    assert "wanted" not in result.stderr
    assert value["seconds"] == pytest.approx(wanted, abs=15)
    lasting = [song["duration"] * song["stretch"] for song in value["songs"]]
    assert sum(lasting) == pytest.approx(value["seconds"], abs=0.01)
    assert all(song["stretch"] < 0.98 for song in value["songs"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--stretch", "6%"), "--stretch needs a playlist that names the copies"),
        (("--stretch", "6%", "--output", "-"), "--copies DIR with --output -"),
        (("--stretch", "30%", "--output", "run.m3u8"), "at most 20%"),
        (("--stretch", "6", "--output", "run.m3u8"), "write 6% or 6steps"),
        (("--copies", "x"), "--copies needs --stretch"),
    ],
)
def test_wrong_usage_is_said(
    songs: dict[str, Path], pacetag: Run, options: tuple[str, ...], said: str
) -> None:
    result = pacetag("playlist", "--cadence", "165", *options)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
