"""Handing a playlist to mpv, VLC and MPD: real ones where they are installed."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.players.mpd import add_to_mpd
from pacetag.tagger.players.programs import find_program, play_with
from tests.tagger.commands.test_plans import store
from tests.tagger.conftest import _noise, write_sound
from tests.tagger.mpd_server import Ask, mpd_server
from tests.tagger.playlist.odd_names import LINES, NAMES, odd_listing

Run = Callable[..., Any]
WAIT = 30.0  # s
SHOW = '#!/bin/sh\nprintf "%s\\n" "$@" > {place}\nfor each; do test -f "$each" && cat "$each" >> {place}; done\nexit {code}\n'  # noqa: E501


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sound(path, _noise(1))
    return folder


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a program into PATH that notes how it is called, and the files that it is given."""

    def make(name: str, code: int = 0) -> Path:
        folder, place = tmp_path / "bin", tmp_path / f"{name} was given"
        folder.mkdir(exist_ok=True)
        script = folder / name
        script.write_text(SHOW.format(place=f'"{place}"', code=code))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return place

    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return make


def test_parts_of_songs_are_options_of_mpv(music: Path, program: Callable[..., Path]) -> None:
    place = program("mpv")

    play_with("mpv", odd_listing(music, ["#1 hit.wav"], part=(2.0, 3.5)))

    assert place.read_bytes().decode("utf-8", "replace").splitlines()[:5] == [
        *("--audio-display=no", "--{", "--start=2", "--end=3.5", str(music / "#1 hit.wav")),
    ]


def test_vlc_gets_addresses_that_it_understands(music: Path, program: Callable[..., Path]) -> None:
    place = program("cvlc")

    play_with("vlc", odd_listing(music, ["#1 hit.wav"]))

    given = place.read_text()
    assert given.startswith("--play-and-exit\n")
    assert f"<location>{(music / '#1 hit.wav').as_uri()}</location>" in given


def test_a_program_that_is_not_there_is_said(music: Path) -> None:
    assert find_program("mpv") is None
    with pytest.raises(TaggerError, match="mpv: there is no such program"):
        play_with("mpv", odd_listing(music, ["A/plain.wav"]))


@pytest.mark.outside("mpv")
def test_mpv_plays_every_song(music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "mpv"
    config.mkdir()
    log = tmp_path / "log"
    (config / "mpv.conf").write_text(f"ao=null\nvo=null\nspeed=100\nlog-file={log}\n")
    monkeypatch.setenv("MPV_HOME", str(config))

    assert play_with("mpv", odd_listing(music, NAMES)) == 0
    played = log.read_text(errors="replace")
    assert played.count("Opening done: ") == len(NAMES)
    missing = odd_listing(tmp_path, ["gone.wav"])
    assert play_with("mpv", missing) == 2


@pytest.fixture
def mpc(music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Ask a real MPD that has the music, and that the environment names."""
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "s"))
    with mpd_server(music, tmp_path) as ask:
        yield ask


@pytest.mark.outside("mpd", "mpc")
def test_mpd_gets_songs_after_what_is_there_and_plays_the_first_of_them(
    music: Path, tmp_path: Path, mpc: Ask
) -> None:
    pytest.importorskip("mpd")
    mpc("add", "A/plain.wav")
    names = [name for name in NAMES if name not in LINES]
    listing = odd_listing(music, names)
    elsewhere = odd_listing(tmp_path, ["x.wav"])

    added = add_to_mpd([*listing.tracks, *elsewhere.tracks])

    assert (added.songs, added.outside) == (len(names), [str(tmp_path / "x.wav")])
    assert mpc("-f", "%file%", "playlist") == ["A/plain.wav", *names]
    assert int(mpc("-f", "%position%", "current")[0]) >= 2


@pytest.mark.outside("mpd", "mpc")
def test_mpd_plays_the_part_of_a_song_that_is_wanted(music: Path, mpc: Ask) -> None:
    pytest.importorskip("mpd")
    (track,) = odd_listing(music, ["A/plain.wav"], part=(0.1, 0.3)).tracks

    add_to_mpd([track, replace(track, begins=0.2, is_cut=False)])

    client = __import__("mpd").MPDClient()
    client.connect(os.environ["MPD_HOST"])
    ranges = [each.get("range") for each in client.playlistinfo()]
    client.disconnect()
    assert ranges == ["0.100-0.300", "0.200-"]


def test_without_mpd_it_says_what_to_do(
    music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mpd")
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "none"))

    with pytest.raises(TaggerError, match=r"start it, or name it in MPD_HOST"):
        add_to_mpd(odd_listing(music, ["A/plain.wav"]).tracks)


@pytest.fixture
def songs(index_file: Path, library: Path) -> None:
    store(index_file, library, [(165.0, 200.0), (165.5, 210.0)])
    SongIndex.open(index_file).close()


@pytest.mark.usefixtures("songs")
def test_play_takes_the_first_player_there_is_and_reports_its_exit_code(
    pacetag: Run, program: Callable[..., Path]
) -> None:
    command = ("playlist", "--cadence", "165", "--play")
    none = pacetag(*command, "--player", "mpv")
    assert (none.exit_code, "mpv: there is no such program" in none.stderr) == (1, True)
    place = program("cvlc", code=3)

    done = pacetag(*command)

    assert done.exit_code == 1
    assert "vlc ended with exit code 3" in done.stderr
    assert place.exists()
    mpv = program("mpv")
    done = pacetag(*command, "--json")
    assert (done.exit_code, json.loads(done.stdout)["play"]) == (0, "mpv")
    assert mpv.read_text().count("/music/00") == 0  # a playlist, which is gone by now
    assert "--playlist=" in mpv.read_text()


@pytest.mark.usefixtures("songs")
def test_a_dry_run_plays_nothing(pacetag: Run, program: Callable[..., Path]) -> None:
    place = program("mpv")

    done = pacetag("playlist", "--cadence", "165", "--play", "--dry-run")

    assert "would be played with mpv" in done.stderr
    assert not place.exists()


@pytest.mark.usefixtures("songs")
def test_a_player_alone_plays_nothing_and_says_so(pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165", "--player", "vlc")

    assert done.exit_code == 2
    assert "add --play to play with vlc" in done.stderr
