"""Ctrl-C during a scan, as a terminal sends it: to the command and all its workers."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]


def test_ctrl_c_keeps_what_was_done_and_the_next_scan_goes_on(
    make_song: MakeSong,
    pacetag_process: Start,
    scan_json: Run,
    library: Path,
    index_file: Path,
    judged: Callable[[], list[str]],
) -> None:
    songs = [make_song(f"slow {number}.mp3") for number in range(100, 130)]
    process = pacetag_process("scan", library, "--json", "--jobs", "2")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    os.killpg(process.pid, signal.SIGINT)
    output, complaints = process.communicate(timeout=30)

    *rest, last = [json.loads(line) for line in output.splitlines()]
    done = {song["path"] for song in (first, *rest)}
    assert process.returncode == 130
    assert complaints == ""
    assert 1 <= len(done) < len(songs)
    assert last["counts"]["tagged"] == len(done)
    with SongIndex.open(index_file) as index:
        assert {path for path in map(str, songs) if index.song(path)} == done
        assert index.stats().missing == 0
    assert {str(song) for song in songs if read_tags(song).pace} == done
    assert list(library.glob(".*")) == []
    judged()

    for song in songs:  # those left, but quicker
        song.rename(song.with_name(song.name.replace("slow ", "")))
    found = scan_json("--jobs", "2")
    assert found.counts["songs"] == len(songs)
    assert len(judged()) == found.counts["analysed"] == len(songs) - len(done)


def test_sigterm_ends_a_scan_as_cleanly(
    make_song: MakeSong, pacetag_process: Start, library: Path
) -> None:
    for number in range(100, 120):
        make_song(f"slow {number}.mp3")
    process = pacetag_process("scan", library, "--jobs", "1", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    output, complaints = process.communicate(timeout=30)

    assert process.returncode == 130
    assert complaints == ""
    assert json.loads(output.splitlines()[-1])["counts"]["songs"] < 20


def test_a_second_ctrl_c_gives_up_what_is_being_judged(
    make_song: MakeSong, pacetag_process: Start, library: Path, tmp_path: Path
) -> None:
    for number in range(100, 104):
        make_song(f"endless {number}.mp3")
    process = pacetag_process("scan", library, "--jobs", "1", "--json")
    log = tmp_path / "judged"
    while not log.exists():
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):  # it waits for the song in judgement
        process.wait(timeout=1)
    os.killpg(process.pid, signal.SIGINT)

    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(output)["counts"]["songs"] == 0
