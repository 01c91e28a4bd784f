"""Two scans, a watcher and an undo at once, on one library and one index."""

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.conftest import LONG, litter, state
from tests.tagger.writing import journal_folder

Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]
Fill = Callable[[int], list[Path]]

SONGS = 200 if LONG else 30
TURNS = 25 if LONG else 2
CHANGED = "changed"  # by the other process, which came first and tagged the song


def _finished(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=120)
    assert "locked" not in out + err
    assert "Traceback" not in err
    assert "disk image" not in err
    for line in err.splitlines():
        assert CHANGED in line or line.endswith("failed:"), line
    assert process.returncode in (0, 1), err
    assert process.returncode == 0 or CHANGED in out + err
    return out, err


def _writes(index_file: Path) -> list[int]:
    """How many writes the log has of each song."""
    with closing(sqlite3.connect(index_file)) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM tag_writes WHERE stamp != '' AND run IS NOT NULL GROUP BY path"
        ).fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return [count for (count,) in rows]


def test_two_scans_at_once_write_no_song_twice(
    fill: Fill, pacetag_process: Start, library: Path, index_file: Path
) -> None:
    songs = fill(SONGS)
    states = {song: state(song) for song in songs}

    scans = [pacetag_process("scan", library, "--jobs", "1") for _ in range(2)]
    for process in scans:
        _finished(process)

    assert _writes(index_file) == [1] * SONGS
    assert all(read_tags(song).pace == (song.name[:3],) for song in songs)
    assert {song: state(song) for song in songs} == states


def test_scans_a_watcher_and_undos_at_once_harm_nothing(
    fill: Fill,
    pacetag_process: Start,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    index_file: Path,
) -> None:
    chance = random.Random("at once")
    songs = fill(SONGS)
    states = {song: state(song) for song in songs}
    watcher = pacetag_process("watch", library, "--settle", "0.2", "--jobs", "1")
    for _ in range(TURNS):
        at_once = [
            pacetag_process("scan", library, "--json", "--jobs", "1"),
            pacetag_process("undo", library),
            pacetag_process("scan", library, "--force", "--jobs", "1"),
        ]
        time.sleep(chance.uniform(0.0, 0.5))
        at_once.append(pacetag_process("undo", library))
        for process in at_once:
            _finished(process)
        assert {song: state(song) for song in songs} == states
    watcher.send_signal(signal.SIGINT)
    _, complaints = watcher.communicate(timeout=60)

    assert "locked" not in complaints
    assert "Traceback" not in complaints
    undone = pacetag("undo", library)
    assert undone.exit_code == 0
    assert all(read_tags(song).pace == () for song in songs), undone.stdout + undone.stderr
    left = scan_json("--jobs", "2")
    assert left.result.exit_code == 0, left.result.stderr
    assert all(read_tags(song).pace == (song.name[:3],) for song in songs)
    assert {song: state(song) for song in songs} == states
    assert litter(library) == []
    assert list(journal_folder().glob("*")) == []
    _writes(index_file)
