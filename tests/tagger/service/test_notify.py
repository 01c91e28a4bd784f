"""What the supervisor hears, by a real socket."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pacetag.tagger.service.notify import Supervisor, in_journal


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(5)
        yield line


def heard(line: socket.socket) -> list[str]:
    """The lines of all messages that have come."""
    line.setblocking(False)
    lines = []
    while True:
        try:
            lines += line.recv(4096).decode().split("\n")
        except BlockingIOError:
            return lines


@pytest.mark.parametrize("abstract", [False, True])
def test_a_supervisor_hears_it_on_sockets_of_both_kinds(
    abstract: bool, line: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"@pacetag-{os.getpid()}" if abstract else str(tmp_path / "notify")
    line.bind(f"\0{name[1:]}" if abstract else name)
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    supervisor = Supervisor()

    supervisor.ready("Watching /a\nb")
    supervisor.status("é")
    supervisor.reloading()
    supervisor.stopping()

    lines = heard(line)
    assert supervisor.listens
    assert lines[:4] == ["READY=1", "STATUS=Watching /a b", "STATUS=é", "RELOADING=1"]
    assert lines[4].startswith("MONOTONIC_USEC=")
    assert lines[5:] == ["STOPPING=1", "STATUS=Ending"]


def test_signs_of_life_come_twice_in_the_time_that_is_allowed(
    line: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "10000000")
    now = [100.0]
    supervisor = Supervisor(lambda: now[0])

    for now[0] in (100.0, 101.0, 104.9, 105.0, 109.0, 110.0):
        supervisor.alive()

    assert heard(line) == ["WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"},
    ],
)
def test_no_sign_of_life_is_given_where_none_is_awaited(
    environment: dict[str, str],
    line: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    Supervisor().alive()

    assert heard(line) == []


@pytest.mark.parametrize("name", ["", "relative", "/nowhere/at/all"])
def test_a_supervisor_that_is_not_there_costs_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", name)

    Supervisor().ready("Watching")


def test_a_watcher_says_that_it_is_ready_and_that_it_ends(
    line: socket.socket,
    tmp_path: Path,
    library: Path,
    pacetag_process: Callable[..., "subprocess.Popen[str]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line.settimeout(20)
    line.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    watcher = pacetag_process("watch", library)

    assert line.recv(4096).decode().split("\n") == ["READY=1", f"STATUS=Watching {library}"]
    watcher.send_signal(signal.SIGTERM)
    while not line.recv(4096).startswith(b"STOPPING=1\n"):
        pass
    assert watcher.wait(timeout=20) == 0


def test_only_output_that_goes_into_the_journal_needs_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "journal").open("w") as journal, (tmp_path / "other").open("w") as other:
        status = os.fstat(journal.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")

        assert in_journal(journal.fileno())
        assert not in_journal(other.fileno())
