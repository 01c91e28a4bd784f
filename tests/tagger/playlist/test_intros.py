"""`playlist --skip-intros`: songs begin where they get going, and what is played counts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.db.index import SongIndex
from pacetag.model.beats import intro
from pacetag.tagger.tags.fingerprint import file_fingerprint
from tests.model.beats.test_intro import BPM, RATE, band, pad
from tests.tagger.indexed_songs import IndexedSong, store_songs

Run = Callable[..., Any]
INTROS = {"long": 20.0, "none": 0.0, "some": 12.0, "short": 4.0}  # s
SECONDS = {"long": 80.0, "none": 70.0, "some": 66.0, "short": 61.0}  # s of the whole song
NEAR = 0.1  # s
ASKED = ("playlist", "--cadence", "150", "--skip-intros")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Songs with intros of known lengths."""
    folder = tmp_path_factory.mktemp("intros")
    for seed, (name, whole) in enumerate(SECONDS.items()):
        parts = [0.05 * pad(INTROS[name]), band(whole - INTROS[name], seed=seed)]
        soundfile.write(folder / f"{name}.flac", np.concatenate(parts), RATE, subtype="PCM_16")
    return {name: folder / f"{name}.flac" for name in SECONDS}


@pytest.fixture(autouse=True)
def songs(index_file: Path, sounds: dict[str, Path]) -> None:
    """An index of the songs."""
    store_songs(
        index_file,
        [
            IndexedSong(path=path, title=name, bpm=BPM, seconds=SECONDS[name])
            for name, path in sounds.items()
        ],
    )


def begins(found: Any) -> dict[str, float]:
    return {song["title"]: song["begins"] for song in found["songs"]}


def wanted() -> Any:
    return pytest.approx({n: s if s >= 8 else 0.0 for n, s in INTROS.items()}, abs=NEAR)


def test_songs_of_a_playlist_begin_where_they_get_going(pacetag: Run, tmp_path: Path) -> None:
    output = tmp_path / "run.m3u8"

    done = pacetag(*ASKED, "--output", output, "--json")

    assert done.exit_code == 0, done.stderr
    value = json.loads(done.stdout)
    assert begins(value) == wanted()
    assert value["seconds"] == pytest.approx(80 + 70 + 66 + 61 - 32, abs=2 * NEAR)
    assert done.stderr.splitlines()[-1] == (
        "2 songs begin where they get going, 0:32 left out in all: VLC does so by M3U8 and XSPF "
        "files, other players play whole songs"
    )
    lines = output.read_text().splitlines()
    assert sum(line.startswith("#EXTVLCOPT:start-time=") for line in lines) == 2
    assert not any("stop-time" in line for line in lines)
    assert "#EXTINF:60,Artist of long - long" in lines


@pytest.mark.parametrize("suffix", ["xspf", "csv", "json", "m3u", "pls"])
def test_every_kind_of_file_has_what_it_can_carry(
    pacetag: Run, tmp_path: Path, suffix: str
) -> None:
    output = tmp_path / f"run.{suffix}"

    done = pacetag(*ASKED, "--output", output)

    assert done.exit_code == 0, done.stderr
    text = output.read_text()
    carries = {"xspf": "<vlc:option>start-time=", "csv": ",19.9", "json": '"begins": 19.9'}
    assert carries.get(suffix, "") in text
    assert ("start-time" in text) == (suffix == "xspf")


def test_a_duration_and_blocks_are_met_by_what_is_played(pacetag: Run) -> None:
    whole = ("--duration", "195s", "--json")  # long, none and some with their intros cut
    timed = json.loads(pacetag(*ASKED, *whole).stdout)
    planned = json.loads(pacetag("playlist", "--plan", "114s@150", *ASKED[3:], "--json").stdout)

    assert timed["seconds"] == pytest.approx(195, abs=15)
    played = [song["duration"] - song["begins"] for song in timed["songs"]]
    assert sum(played) == pytest.approx(timed["seconds"], abs=0.01)
    assert planned["seconds"] == pytest.approx(114, abs=15)
    for song in planned["songs"]:
        assert song["play"] == pytest.approx(song["duration"] - song["begins"])
        assert song["begins"] == pytest.approx(begins(planned)[song["title"]], abs=NEAR)


@pytest.mark.parametrize("bound", [("--duration", "3m"), ("--limit", "4"), ()])
def test_a_copy_begins_as_much_sooner_as_it_is_shorter(
    pacetag: Run, tmp_path: Path, bound: tuple[str, ...]
) -> None:
    options = ("--stretch", "4%", "--output", tmp_path / "run.m3u8", "--dry-run", "--json")
    found = json.loads(
        pacetag("playlist", "--cadence", "153", "--skip-intros", *bound, *options).stdout
    )

    for song in found["songs"]:
        intro = INTROS[song["title"]] if INTROS[song["title"]] >= 8 else 0.0
        assert song["stretch"] == pytest.approx(150 / 153, abs=1e-6)
        assert song["begins"] == pytest.approx(intro * song["stretch"], abs=NEAR)
    played = [song["duration"] * song["stretch"] - song["begins"] for song in found["songs"]]
    assert found["seconds"] == pytest.approx(sum(played), abs=0.01)


def test_a_song_that_is_cut_begins_where_it_gets_going(pacetag: Run) -> None:
    found = json.loads(
        pacetag(
            "playlist", "--plan", "30s@150", "--skip-intros", "--query", "long", "--json"
        ).stdout
    )

    (song,) = found["songs"]
    assert song["cut"]
    assert (song["begins"], song["play"]) == (pytest.approx(20, abs=NEAR), 30)


def test_each_song_is_heard_once(
    pacetag: Run, index_file: Path, sounds: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    real = intro.intro_seconds

    def noted(path: Path, bpm: float) -> float:
        heard.append(path.stem)
        return real(path, bpm)

    monkeypatch.setattr(intro, "intro_seconds", noted)

    first = pacetag(*ASKED, "--json")
    again = pacetag(*ASKED, "--json")

    assert sorted(heard) == sorted(sounds)
    assert json.loads(again.stdout)["songs"] == json.loads(first.stdout)["songs"]
    with SongIndex.open(index_file) as index:
        kept = index.intros.by_sound(intro.METHOD)
    assert {kept[file_fingerprint(path)] > 0 for path in (sounds["long"], sounds["some"])} == {True}


def test_a_song_that_cannot_be_heard_is_played_from_its_beginning(
    pacetag: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, bpm: float) -> float:
        raise OSError(f"{path}: no such luck at {bpm}")

    monkeypatch.setattr(intro, "intro_seconds", broken)

    done = pacetag(*ASKED, "--json")

    assert done.exit_code == 0, done.stderr
    assert set(begins(json.loads(done.stdout)).values()) == {0.0}
    with SongIndex.open(index_file) as index:
        assert index.intros.by_sound(intro.METHOD) == {}
