"""The command is killed outright, again and again, at random moments."""

import json
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.conftest import processes_of

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]

JOBS = 2
IN_FLIGHT = 2 * JOBS + 2  # songs
ROUNDS = 6


def _stored(index_file: Path, songs: list[Path]) -> set[str]:
    if not index_file.exists():
        return set()
    with SongIndex.open(index_file) as index:
        return {song.name for song in songs if index.song(str(song))}


def test_killing_the_scan_loses_the_songs_in_flight_at_most_and_leaves_no_process(
    make_song: MakeSong,
    pacetag_process: Start,
    scan_json: Run,
    library: Path,
    index_file: Path,
    judged: Callable[[], list[str]],
) -> None:
    chance = random.Random(8)
    songs = [make_song(f"{number}.mp3") for number in range(100, 220)]
    told: set[str] = set()
    listened = 0
    for _ in range(ROUNDS):
        stored = _stored(index_file, songs)
        process = pacetag_process("scan", library, "--json", "--jobs", str(JOBS))
        assert process.stdout is not None
        for _ in range(len(stored) + chance.choice((0, 1, 4, 9))):
            told.add(Path(json.loads(process.stdout.readline())["path"]).name)
        time.sleep(chance.uniform(0.0, 0.03))
        process.kill()
        rest, _ = process.communicate(timeout=30)
        told |= {
            Path(json.loads(line)["path"]).name for line in rest.splitlines() if "path" in line
        }

        deadline = time.monotonic() + 10
        while processes_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert processes_of(process.pid) == []
        after = _stored(index_file, songs)
        assert told <= after
        assert stored <= after
        heard = judged()
        assert not stored & set(heard)  # it went on where it was
        assert len(heard) - len(after - stored) <= IN_FLIGHT
        listened += len(heard)

    left = scan_json("--jobs", str(JOBS))
    heard = judged()
    assert left.result.exit_code == 0
    assert set(heard).isdisjoint(after)
    assert len(songs) <= listened + len(heard) <= len(songs) + ROUNDS * IN_FLIGHT
    for song in songs:
        assert read_tags(song).pace == (song.stem,)
    assert _stored(index_file, songs) == {song.name for song in songs}
    assert 0 < len(after) < len(songs)  # the kills came in time
