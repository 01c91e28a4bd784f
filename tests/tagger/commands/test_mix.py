"""`pacetag playlist --mix`: a run as one file, with a playlist or without, and what is said."""

import json
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.db.index import SongIndex
from pacetag.tagger.mixing.mix_file import is_unchanged_mix
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.mixing.conftest import RATE, drums, slot_song

Run = Callable[..., Any]
SECONDS = 20.0
PACES = {"one": 164.0, "two": 167.0, "three": 156.0}


@pytest.fixture
def songs(index_file: Path, library: Path) -> dict[str, Path]:
    """Three songs of drums, one of them 5.5 % below 165."""
    paths = {name: library / f"{name}.flac" for name in PACES}
    index_file.parent.mkdir(parents=True)
    with SongIndex.open(index_file) as index:
        for (name, path), tone in zip(paths.items(), (98.0, 110.0, 131.0), strict=True):
            times = np.arange(0.4, SECONDS - 0.5, 60 / PACES[name])
            soundfile.write(path, drums(times, SECONDS, tone), RATE, format="FLAC")
            record = slot_song(path, PACES[name], SECONDS).song
            index.store(
                replace(record, fingerprint=file_fingerprint(path), title=name, artist=name)
            )
    return paths


@pytest.mark.usefixtures("songs")
def test_a_playlist_becomes_one_file_and_no_copies(pacetag: Run, tmp_path: Path) -> None:
    mix = tmp_path / "run.mp3"

    done = pacetag("playlist", "--cadence", "165", "--limit", "5", "--mix", mix)

    assert done.exit_code == 0, done.output
    assert read_tags(mix).duration == pytest.approx(36.0, abs=2.5)
    assert (tmp_path / "run.cue").exists()
    said = " ".join(done.stderr.split())
    assert "run.mp3: 0:3" in said
    assert "2 songs, beats" in said
    assert not [each for each in tmp_path.iterdir() if "stretched" in each.name]


@pytest.mark.usefixtures("songs")
def test_stretch_widens_the_choice_of_a_mix_and_makes_no_copies(
    pacetag: Run, tmp_path: Path
) -> None:
    mix = tmp_path / "run.flac"
    options = ("--stretch", "6%", "--mix", mix, "--json")

    done = pacetag("playlist", "--cadence", "165", "--limit", "5", *options)

    assert done.exit_code == 0, done.output
    value = json.loads(done.stdout)
    assert len(value["songs"]) == 3
    assert value["mix"]["path"] == str(mix)
    assert value["mix"]["seconds"] == pytest.approx(soundfile.info(mix).duration, abs=0.001)
    assert [join["from"] for join in value["mix"]["joins"]] == [
        song["path"] for song in value["songs"][:2]
    ]
    assert all(join["apart_ms"] < 20 for join in value["mix"]["joins"])
    assert sorted(each.name for each in tmp_path.glob("run*")) == ["run.cue", "run.flac"]


@pytest.mark.usefixtures("songs")
def test_a_plan_is_kept_to_the_second_and_listed_as_well(pacetag: Run, tmp_path: Path) -> None:
    mix, listed = tmp_path / "run.flac", tmp_path / "run.m3u8"
    options = ("--mix", mix, "--mix-click", "-20", "--mix-cues", "--output", listed)

    done = pacetag("playlist", "--plan", "16s@164 16s@167", *options)

    assert done.exit_code == 0, done.output
    assert soundfile.info(mix).duration == pytest.approx(32.1, abs=1.0)
    assert read_tags(mix).title == "0:16@164 0:16@167"
    assert listed.read_text().count("music/") == 2


@pytest.mark.usefixtures("songs")
def test_a_dry_run_says_how_long_and_large_it_would_be(pacetag: Run, tmp_path: Path) -> None:
    mix = tmp_path / "run.mp3"
    command = ("playlist", "--plan", "16s@164 16s@167", "--mix", mix, "--dry-run")

    done = pacetag(*command)

    assert "run.mp3: would be written: about 0:32, at most 1 MiB" in " ".join(done.stderr.split())
    assert json.loads(pacetag(*command, "--json").stdout)["mix"]["seconds"] == 32
    assert not mix.exists()


def test_a_song_that_cannot_be_decoded_is_left_out_once_with_a_remedy(
    songs: dict[str, Path], pacetag: Run, tmp_path: Path
) -> None:
    songs["two"].write_bytes(songs["two"].read_bytes()[:5_000])
    mix = tmp_path / "run.flac"

    done = pacetag("playlist", "--cadence", "165", "--limit", "5", "--mix", mix)

    assert done.exit_code == 1
    said = " ".join(done.stderr.split())
    assert said.count("two.flac: left out of the mix: ") == 1
    assert "scan it again, or mount its disk" in said
    assert is_unchanged_mix(mix)


@pytest.mark.usefixtures("songs")
def test_the_songs_of_a_mix_rest_and_the_same_mix_is_made_again(
    pacetag: Run, tmp_path: Path
) -> None:
    command = ("playlist", "--cadence", "165", "--limit", "1", "--json", "--mix")
    first = json.loads(pacetag(*command, tmp_path / "a.flac").stdout)["songs"]

    again = json.loads(pacetag(*command, tmp_path / "a.flac").stdout)["songs"]
    other = json.loads(pacetag(*command, tmp_path / "b.flac").stdout)["songs"]

    assert again == first
    assert other[0]["path"] != first[0]["path"]


def test_a_scan_passes_over_a_mix(
    songs: dict[str, Path], pacetag: Run, library: Path, scan_json: Run, worker_threads: None
) -> None:
    pacetag("playlist", "--cadence", "165", "--limit", "2", "--mix", library / "run.mp3")

    scanned = scan_json()

    assert scanned.songs["run.mp3"]["outcome"] == "skipped"
    assert "a mix" in scanned.songs["run.mp3"]["reason"]


@pytest.mark.usefixtures("songs")
def test_ctrl_c_leaves_nothing_of_a_mix(
    pacetag_process: Run, tmp_path: Path, index_file: Path
) -> None:
    mix = tmp_path / "out" / "run.mp3"
    mix.parent.mkdir()
    process = pacetag_process("playlist", "--plan", "18s@164 18s@167", "--mix", mix)
    end = time.monotonic() + 60
    while not list(mix.parent.iterdir()) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130, said
    assert "nothing of it stays" in said
    assert list(mix.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mix", "run.mp3"), "--mix needs an end"),
        (("--limit", "3", "--mix", "run.wav"), "a mix is written as .mp3, .m4a, .flac or .opus"),
        (("--limit", "3", "--mix", "-"), "name a file with such a suffix"),
        (("--limit", "3", "--mix-cues"), "belong to a mix: --mix run.mp3"),
        (("--limit", "3", "--mix-click", "-10"), "belong to a mix"),
        (("--limit", "3", "--mix", "r.mp3", "--mix-click", "3"), "3.0 is not in the range"),
        (("--limit", "3", "--mix", "r.mp3", "--stretch", "30%"), "at most 20%"),
    ],
)
@pytest.mark.usefixtures("songs")
def test_wrong_usage_of_a_mix_is_said(pacetag: Run, options: tuple[str, ...], said: str) -> None:
    result = pacetag("playlist", "--cadence", "165", *options)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_a_song_is_not_replaced_by_a_mix(
    songs: dict[str, Path], pacetag: Run, tmp_path: Path
) -> None:
    before = songs["three"].read_bytes()
    command = ("playlist", "--cadence", "165", "--limit", "2", "--mix", songs["three"])

    results = [pacetag(*command, *more) for more in ((), ("--overwrite",))]

    assert [result.exit_code for result in results] == [2, 2]
    assert songs["three"].read_bytes() == before
