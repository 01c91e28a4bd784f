"""Playlist files as real players load them, with names and titles that break playlists."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.playlist.writing import playlist_output, write_listing
from tests.tagger.conftest import write_sound
from tests.tagger.mpd_server import Ask, mpd_server
from tests.tagger.playlist.odd_names import LINES, NAMES, odd_listing

WAIT = 30.0  # s


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Songs with odd names, and room for playlists beside them."""
    from tests.tagger.conftest import _noise

    folder = tmp_path / "music"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sound(path, _noise(1))
    (folder / "lists").mkdir()
    return folder


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + WAIT
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


class Mpv:
    """An mpv that waits for files, asked through its socket."""

    def __init__(self, folder: Path) -> None:
        path = folder / "m"
        sound = ("--no-config", "--vo=null", "--ao=null", "--no-video", "--pause", "--idle")
        self.process = subprocess.Popen(["mpv", *sound, f"--input-ipc-server={path}"],
                                        stdout=subprocess.DEVNULL)  # fmt: skip
        wait_for(path)
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(WAIT)
        self._line.connect(str(path))
        self._file = self._line.makefile("rb")

    def ask(self, *command: Any) -> Any:
        """Return the answer to a command."""
        self._line.sendall(json.dumps({"command": command, "request_id": 7}).encode() + b"\n")
        while True:
            answer = json.loads(self._file.readline())
            if answer.get("request_id") == 7:
                return answer.get("data")

    def end(self) -> None:
        """Close everything."""
        self._file.close()
        self._line.close()
        self.process.kill()
        self.process.wait()


@pytest.mark.outside("mpv")
@pytest.mark.parametrize("suffix", [".m3u8", ".m3u", ".pls"])
def test_mpv_finds_every_song_under_its_own_name(suffix: str, music: Path, tmp_path: Path) -> None:
    place = music / "lists" / f"run{suffix}"
    write_listing(odd_listing(music, NAMES), playlist_output(place))
    player = Mpv(tmp_path)
    try:
        player.ask("loadlist", str(place))
        deadline, entries = time.monotonic() + WAIT, list[dict[str, Any]]()
        while len(entries) < len(NAMES) and time.monotonic() < deadline:
            entries = player.ask("get_property", "playlist")
    finally:
        player.end()

    found = [os.path.normpath(entry["filename"]) for entry in entries]
    assert found == [str(music / name) for name in NAMES]
    if suffix != ".pls":  # of which mpv shows no titles
        assert {entry["title"] for entry in entries} == {
            'Legs, & Co - T "x", <b> & #2 ]]> \N{REPLACEMENT CHARACTER}[31m'
        }


@pytest.fixture
def mpc(music: Path, tmp_path: Path) -> Iterator[Ask]:
    """Ask a real MPD that has the music."""
    with mpd_server(music, tmp_path) as ask:
        yield ask


@pytest.mark.outside("mpd", "mpc")
def test_mpd_loads_every_song_that_it_knows_from_playlists_beside_the_music(
    music: Path, mpc: Ask
) -> None:
    names = [name for name in NAMES if name not in LINES and name != " lead.wav"]
    assert set(names) <= set(mpc("listall"))
    for suffix in (".m3u8", ".m3u", ".pls"):
        place = music / "lists" / f"run{suffix}"
        write_listing(odd_listing(music, names), playlist_output(place))
        mpc("clear")
        mpc("load", f"lists/run{suffix}")

        assert mpc("-f", "%file%", "playlist") == names, suffix


@pytest.mark.outside("mpd", "mpc")
def test_mpd_loads_xspf_where_names_have_no_signs_that_addresses_encode(
    music: Path, mpc: Ask
) -> None:
    place = music / "lists" / "run.xspf"
    write_listing(odd_listing(music, ["A/plain.wav"]), playlist_output(place))

    mpc("load", "lists/run.xspf")

    assert mpc("-f", "%file%", "playlist") == ["A/plain.wav"]
