"""Ctrl-C and SIGTERM, wherever a command hangs: cleanly, within 5 s, at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]
Hang = Callable[..., subprocess.Popen[str]]

TIMEOUT = 60.0  # s; far less than a stall takes, and enough for a machine under load
ENDED_AT_ONCE = "pacetag: stopped at once; a write that broke off is taken back by the next command"


@pytest.fixture
def hang(
    pacetag_process: Start, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Hang:
    """Start a command that hangs at a place, and wait until it does."""

    def start(where: str, *command: str | Path) -> subprocess.Popen[str]:
        stalled = tmp_path / "stalled"
        monkeypatch.setenv("FAKE_STALL", where)
        monkeypatch.setenv("FAKE_STALLED", str(stalled))
        command = command or ("scan", library, "--jobs", "1", "--json")
        process = pacetag_process(*command, script="pacetag_with_stalls.py")
        deadline = time.monotonic() + 30
        while not stalled.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return process

    return start


def ask(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> None:
    os.killpg(process.pid, number)
    time.sleep(0.3)  # two of a kind that come at the same moment are one


def told(process: subprocess.Popen[str]) -> tuple[list[dict[str, Any]], str]:
    """What a process said on stdout and stderr that was asked to end."""
    output, complaints = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    return [json.loads(line) for line in output.splitlines()], complaints


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("where", ["look 120.mp3", "scandir album"])
def test_the_first_request_ends_a_scan_cleanly_that_waits_for_a_disk(
    where: str, number: signal.Signals, make_song: MakeSong, hang: Hang, library: Path
) -> None:
    for name in ("110.mp3", "120.mp3", "album/130.mp3"):
        make_song(name)
    kind, _, name = where.partition(" ")
    process = hang(f"{kind} {library / name}")

    ask(process, number)
    said, complaints = told(process)

    assert complaints == ""
    assert said[-1]["counts"].keys() >= {"songs", "failed"}


def test_the_second_request_ends_a_scan_within_5_seconds_whose_write_hangs(
    make_song: MakeSong, hang: Hang
) -> None:
    song = make_song("120.mp3")
    before = song.read_bytes()
    process = hang(f"write {song}")
    ask(process)
    with pytest.raises(subprocess.TimeoutExpired):  # the write may still come to its end
        process.wait(timeout=1)

    ask(process)
    said, complaints = told(process)

    assert (said, complaints.strip()) == ([], ENDED_AT_ONCE)
    assert song.read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_third_request_ends_a_scan_at_once(
    number: signal.Signals, make_song: MakeSong, hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GRACE", "600")
    song = make_song("120.mp3")
    process = hang(f"write {song}")

    for _ in range(3):
        ask(process, number)
    said, complaints = told(process)

    assert (said, complaints.strip()) == ([], ENDED_AT_ONCE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_bundle_that_cannot_be_loaded_can_be_left(
    number: signal.Signals, make_song: MakeSong, hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GRACE", "600")
    song = make_song("120.mp3")
    process = hang("bundle", "scan", song)

    for _ in range(3):
        ask(process, number)

    _, complaints = told(process)
    assert complaints.strip() == ENDED_AT_ONCE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_changes_nothing_is_left_at_the_first_request(
    number: signal.Signals, make_song: MakeSong, hang: Hang
) -> None:
    process = hang("bundle", "show", make_song("120.mp3"))

    ask(process, number)
    said, complaints = told(process)

    assert (said, complaints) == ([], "")


@pytest.mark.parametrize("command", ["scan", "show", "undo", "watch", "playlist"])
def test_a_path_on_the_command_line_that_does_not_answer_can_be_left(
    command: str, hang: Hang, library: Path
) -> None:
    options = ["--cadence", "165", "--index"] if command == "playlist" else []
    process = hang(f"argument {library}", command, *options, library)

    ask(process)
    said, complaints = told(process)

    assert (said, complaints) == ([], "")


def test_a_scan_goes_on_past_a_song_without_a_readable_status(
    make_song: MakeSong, hang: Hang, library: Path
) -> None:
    songs = [make_song(f"{number}.mp3") for number in (110, 120, 130)]

    process = hang(f"stat {songs[1]}")
    output, complaints = process.communicate(timeout=60)

    outcomes = {Path(one["path"]).name: one for one in map(json.loads, output.splitlines()[:-1])}
    assert complaints == ""
    assert process.returncode == 1
    assert {name: one["outcome"] for name, one in outcomes.items()} == {
        "110.mp3": "tagged",
        "120.mp3": "failed",
        "130.mp3": "tagged",
    }
    assert outcomes["120.mp3"]["reason"] == ("its disk does not answer; the next scan tries again")
    assert [bool(read_tags(song).pace) for song in songs] == [True, False, True]


def test_a_scan_goes_on_past_a_folder_that_does_not_answer_and_forgets_none_of_its_songs(
    make_song: MakeSong, hang: Hang, scan_json: Callable[..., Any], library: Path
) -> None:
    for name in ("110.mp3", "album/120.mp3"):
        make_song(name)
    scan_json()
    make_song("140.mp3")

    process = hang(f"scandir {library / 'album'}")
    output, _ = process.communicate(timeout=60)

    *songs, last = map(json.loads, output.splitlines())
    assert process.returncode == 1
    assert {Path(one["path"]).name: one["outcome"] for one in songs} == {
        "110.mp3": "unchanged",
        "album": "failed",
        "140.mp3": "tagged",
    }
    assert last["counts"]["failed"] == 1
    assert scan_json().outcomes["120.mp3"] == "unchanged"


@pytest.mark.parametrize(
    "module", ["typer", "pacetag.tagger.commands.scan", "sqlite3", "pacetag.tagger.scanning.scan"]
)
def test_a_request_while_the_command_still_starts_ends_it_without_a_word(
    module: str, make_song: MakeSong
) -> None:
    driver = """
import os, signal, sys
from pacetag.tagger.__main__ import main

module, *sys.argv[1:] = sys.argv[1:]

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", driver, module, "scan", make_song("120.mp3"), "--no-tags"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 130
    assert done.stderr == ""
