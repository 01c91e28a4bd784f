"""`pacetag scan` with worker processes, as people run it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool, timeouts

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]
Judged = Callable[[], list[str]]


def test_several_workers_judge_every_song_once(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    for number in range(100, 112):
        make_song(f"{number}.mp3")

    found = scan_json("--jobs", "2")

    assert found.counts["tagged"] == 12
    assert len(judged()) == 12


BY_SYSTEM = "(the next scan tries again)"
BY_SONG = "(it is as it was; `pacetag scan --force` tries again)"


@pytest.mark.parametrize(
    ("name", "reason", "ending"),
    [
        ("stuck.mp3", "gave up after 2 s, as its disk does not answer", BY_SYSTEM),
        ("killed.mp3", "the process that judged it was killed, perhaps for", BY_SYSTEM),
        ("greedy.mp3", "there was not enough memory to judge it", BY_SYSTEM),
        ("crashing.mp3", "the process that judged it died (SIGSEGV), which a damaged", BY_SONG),
    ],
)
def test_a_song_that_hangs_or_kills_its_worker_fails_alone_and_is_tried_again_as_it_deserves(
    name: str,
    reason: str,
    ending: str,
    make_song: MakeSong,
    scan_json: Run,
    judged: Judged,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeouts, "LEAST", 1.5)
    monkeypatch.setattr(pool, "TICK", 0.1)
    others = ["100.mp3", "120.mp3", "130.mp3"]
    for song in (*others, name):
        make_song(song)

    first = scan_json("--jobs", "2")
    assert first.outcomes == {name: "failed", **dict.fromkeys(others, "tagged")}
    assert first.songs[name]["reason"].startswith(reason)
    assert first.result.exit_code == 1
    assert judged() == sorted([*others, name])

    again = scan_json("--jobs", "2")
    assert again.outcomes == {name: "failed", **dict.fromkeys(others, "unchanged")}
    assert again.songs[name]["reason"].startswith(reason)
    assert again.songs[name]["reason"].endswith(ending)
    assert again.result.exit_code == 1
    assert judged() == ([name] if ending == BY_SYSTEM else [])

    make_song(name)  # its content is another now
    assert scan_json("--jobs", "2").outcomes[name] == "failed"
    assert judged() == [name]


def test_two_processes_at_once_judge_no_song_twice(
    make_song: MakeSong, pacetag_process: Start, library: Path, judged: Callable[[], list[str]]
) -> None:
    songs = [make_song(f"slow {number}.mp3") for number in range(120, 130)]

    running = [pacetag_process("scan", library, "--jobs", "1") for _ in range(2)]
    for process in running:
        _, complaints = process.communicate(timeout=120)
        assert (process.returncode, complaints) == (0, "")

    assert judged() == [song.name for song in songs]
    assert all(read_tags(song).pace == (song.stem[5:],) for song in songs)


def test_a_process_that_is_killed_keeps_no_other_from_judging_its_song(
    make_song: MakeSong, pacetag_process: Start, library: Path, judged: Callable[[], list[str]]
) -> None:
    song = make_song("slow 120.mp3")
    first = pacetag_process("scan", library, "--jobs", "1")
    deadline = time.monotonic() + 30
    while not judged() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = pacetag_process("scan", library, "--jobs", "1")
    os.killpg(first.pid, signal.SIGKILL)
    second.communicate(timeout=60)

    assert second.returncode == 0
    assert read_tags(song).pace == ("120",)
