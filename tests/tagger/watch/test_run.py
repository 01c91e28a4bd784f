"""How a running watcher ends, reads its settings again, and tells of itself."""

import json
import os
import pty
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tagger.watch.said import Watcher, in_index

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]
Watch = Callable[..., Watcher]


@pytest.fixture
def watch(pacetag_process: Start, library: Path) -> Watch:
    def start(*arguments: str | Path) -> Watcher:
        return Watcher(
            pacetag_process("watch", *(arguments or [library]), "--settle", "0.3", "--jobs", "1")
        )

    return start


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    file.touch()
    monkeypatch.setenv("PACETAG_CONFIG", str(file))
    return file


@pytest.fixture
def until_judged(tmp_path: Path) -> Callable[[str], None]:
    """Wait until the judge has begun with a song of that name."""

    def wait(name: str) -> None:
        log, deadline = tmp_path / "judged", time.monotonic() + 20
        while not (log.exists() and name in log.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    return wait


class TestEnding:
    @pytest.mark.parametrize("name", ["endless 120.mp3", "stuck 120.mp3"])
    def test_one_request_ends_it_in_the_middle_of_a_song_and_loses_nothing(
        self,
        name: str,
        watch: Watch,
        make_song: MakeSong,
        until_judged: Callable[[str], None],
        index_file: Path,
        scan_json: Run,
        library: Path,
    ) -> None:
        watcher = watch()
        done = make_song("130.mp3")
        assert watcher.next() == f"tagged 130 {done}"
        song = make_song(name)
        before = song.read_bytes()
        until_judged(name)

        os.kill(watcher.process.pid, signal.SIGTERM)  # to it alone, as a service manager does

        assert watcher.process.wait(timeout=60) == 0  # judging it takes ten minutes
        assert song.read_bytes() == before
        assert in_index(index_file) == {"130.mp3": False}
        song.rename(library / "120.mp3")
        assert scan_json().outcomes == {"130.mp3": "unchanged", "120.mp3": "tagged"}
        assert not any(index_file.parent.glob("watchers/*"))

    def test_a_song_that_is_nearly_judged_is_stored(
        self,
        watch: Watch,
        make_song: MakeSong,
        until_judged: Callable[[str], None],
        index_file: Path,
    ) -> None:
        watcher = watch()
        make_song("slow 120.mp3")
        until_judged("slow 120.mp3")

        os.kill(watcher.process.pid, signal.SIGTERM)

        assert watcher.process.wait(timeout=60) == 0
        assert in_index(index_file) == {"slow 120.mp3": False}


class TestSettings:
    def test_they_are_read_again_on_sighup(
        self, watch: Watch, make_song: MakeSong, library: Path, tmp_path: Path, config: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        config.write_text(f'tags = false\n[watch]\nroots = ["{library}"]\n')
        watcher = watch("--sweep", "15")
        song = make_song("120.mp3")
        assert watcher.next().startswith(f"unchanged 120 {song}")

        config.write_text(f'[watch]\nroots = ["{other}"]\n')
        os.kill(watcher.process.pid, signal.SIGHUP)

        assert watcher.complaints.get(timeout=20).startswith(f"Watching {other};")
        make_song("130.mp3")
        song = make_song("140.mp3").rename(other / "140.mp3")
        assert watcher.next() == f"tagged 140 {song}"
        assert watcher.end(signal.SIGTERM) == 0

    @pytest.mark.parametrize("text", ["[watch]\nroots = 7\n", "[watch", ""])
    def test_those_that_cannot_be_used_leave_all_as_it_was(
        self, text: str, watch: Watch, make_song: MakeSong, library: Path, config: Path
    ) -> None:
        config.write_text(f'[watch]\nroots = ["{library}"]\n')
        watcher = watch("--sweep", "15")

        config.write_text(text)
        os.kill(watcher.process.pid, signal.SIGHUP)

        complaint = watcher.complaints.get(timeout=20)
        assert complaint.startswith("pacetag: ")
        assert complaint.endswith("; the settings stay as they were")
        song = make_song("120.mp3")
        assert watcher.next() == f"tagged 120 {song}"

    def test_the_same_signal_ends_a_watcher_whose_terminal_is_gone(
        self, pacetag_process: Start, library: Path, config: Path
    ) -> None:
        ours, its = pty.openpty()
        before = os.dup(0)
        os.dup2(its, 0)  # which the process inherits
        os.close(its)
        try:
            watcher = Watcher(pacetag_process("watch", library))
        finally:
            os.dup2(before, 0)
            os.close(before)
        os.kill(watcher.process.pid, signal.SIGHUP)
        assert watcher.complaints.get(timeout=20).startswith("Watching ")

        os.close(ours)
        os.kill(watcher.process.pid, signal.SIGHUP)

        assert watcher.process.wait(timeout=20) == 0

    def test_what_was_typed_stays(
        self, watch: Watch, make_song: MakeSong, library: Path, config: Path
    ) -> None:
        watcher = watch(library, "--no-tags")
        config.write_text("tags = true\n[watch]\nsettle = 0.2\n")
        os.kill(watcher.process.pid, signal.SIGHUP)
        assert watcher.complaints.get(timeout=20).startswith("Watching ")

        song = make_song("120.mp3")

        assert watcher.next().startswith(f"unchanged 120 {song}")


def test_signs_of_life_come_while_a_song_is_judged(
    watch: Watch,
    make_song: MakeSong,
    until_judged: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(20)
        line.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        make_song("endless 120.mp3")
        watch()
        until_judged("endless 120.mp3")

        heard: list[bytes] = []
        while heard.count(b"WATCHDOG=1") < 3:
            heard.append(line.recv(4096))


class TestStatus:
    def test_it_holds_what_a_running_watcher_is_doing(
        self, watch: Watch, make_song: MakeSong, pacetag: Run, library: Path, index_file: Path
    ) -> None:
        nothing = pacetag("status", "--json")
        assert (nothing.exit_code, json.loads(nothing.stdout)["watchers"]) == (1, [])
        make_song("120.mp3"), make_song("broken.mp3")
        watcher = watch()
        watcher.next(), watcher.next()
        told = _until(pacetag, lambda told: told["sweep"] and told["sweep"]["ended"])

        assert told["running"] is True
        assert told["late"] is False
        assert told["pid"] == watcher.process.pid
        assert told["bundle"] == "fake-1"
        assert told["index"] == str(index_file)
        assert told["roots"] == [{"path": str(library), "there": True}]
        assert 1 <= told["watches"]["used"] <= told["watches"]["limit"]
        assert told["sweep"]["songs"] == 2
        assert told["failures"] == 1
        assert told["songs"] == {"tagged": 1, "failed": 1}
        assert told["last_failures"][0]["path"] == f"{library}/broken.mp3"
        text = pacetag("status").stdout
        assert f"Folder: {library}\n" in text
        assert "Failed songs in the index: 1; `pacetag problems` names them\n" in text

    def test_a_watcher_that_was_killed_is_told_from_one_that_lives(
        self, watch: Watch, pacetag: Run, index_file: Path
    ) -> None:
        first = watch()
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(timeout=20)

        done = pacetag("status")
        assert done.exit_code == 1
        assert f"A watcher was killed, it seems: process {first.process.pid}," in done.stdout

        second = watch()
        told = _until(pacetag, lambda told: told["doing"] == "watching")
        assert told["pid"] == second.process.pid
        assert second.end(signal.SIGTERM) == 0
        assert not (index_file.parent / "watchers").exists()


def _until(pacetag: Run, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """What the only watcher tells once something holds."""
    deadline = time.monotonic() + 20
    while True:
        watchers = json.loads(pacetag("status", "--json").stdout)["watchers"]
        if len(watchers) == 1 and holds(watchers[0]):
            told: dict[str, Any] = watchers[0]
            return told
        assert time.monotonic() < deadline, watchers
        time.sleep(0.1)


def test_songs_in_an_ignored_folder_do_not_wake_the_watcher(
    watch: Watch, make_song: MakeSong, library: Path, config: Path
) -> None:
    (library / "Books").mkdir()
    config.write_text(f'ignore = ["Books"]\n[watch]\nroots = ["{library}"]\n')
    watcher = watch("--sweep", "15")

    make_song("Books/120.mp3")
    assert watcher.silent(1.5)
    song = make_song("130.mp3")
    assert watcher.next() == f"tagged 130 {song}"
