"""`pacetag scan` is killed outright, again and again, while it writes songs of every container."""

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.attacks.conftest import LONG, litter, state
from tests.tagger.conftest import processes_of
from tests.tagger.writing import journal_folder

Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]
Fill = Callable[[int], list[Path]]

ROUNDS = 200 if LONG else 4
SONGS = 200 if LONG else 70
REFILL = 8  # rounds after which every song is taken back, so that there is something to write


def test_killing_scans_at_any_time_harms_no_song(
    fill: Fill,
    pacetag: Run,
    pacetag_process: Start,
    scan_json: Run,
    library: Path,
    index_file: Path,
) -> None:
    chance = random.Random("killed")
    songs = fill(SONGS)
    states = {song: state(song) for song in songs}
    cut_off = 0
    for turn in range(ROUNDS):
        if turn and turn % REFILL == 0:
            assert pacetag("undo", library).exit_code == 0
            assert {song: state(song) for song in songs} == states
        process = pacetag_process("scan", library, "--json", "--jobs", "2", "--force")
        assert process.stdout is not None
        if chance.random() < 0.8:  # most often in the midst of writing
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.6))
        else:
            time.sleep(chance.uniform(0.0, 1.0))
        cut_off += process.poll() is None
        process.kill()
        process.communicate(timeout=30)

        deadline = time.monotonic() + 10
        while processes_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert processes_of(process.pid) == [], turn
        assert pacetag("stats").exit_code in ((0, 1) if not index_file.exists() else (0,)), turn
        for song in songs:  # what broke off, the command above has put right
            assert state(song) == states[song], (turn, song)
            paces = read_tags(song).pace
            assert paces in ((), (song.name[:3],)), (turn, song, paces)

    left = scan_json("--jobs", "2")

    assert left.result.exit_code == 0, left.result.stderr
    assert left.counts["songs"] == SONGS
    assert {song: state(song) for song in songs} == states
    assert all(read_tags(song).pace == (song.name[:3],) for song in songs)
    assert litter(library) == []
    assert list(journal_folder().glob("*")) == []
    with SongIndex.open(index_file) as index:
        assert index.stats().with_paces == SONGS
    assert cut_off >= ROUNDS // 2
    done = pacetag("undo", library)
    assert done.exit_code == 0
    assert all(read_tags(song).pace == () for song in songs)
    assert {song: state(song) for song in songs} == states
