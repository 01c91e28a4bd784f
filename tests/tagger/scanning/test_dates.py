"""A scan learns the year of a song, and of one that an earlier pacetag scanned without hearing."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import mutagen
import pytest

from tests.tagger.stored import record

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


def _dated(song: Path, **tags: str) -> Path:
    audio: Any = mutagen.File(song)
    for name, value in tags.items():
        audio[name] = value
    audio.save()
    return song


def test_the_index_learns_year_album_artist_and_when_it_met_the_song(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = _dated(make_song("165.flac"), date="1987-03-02", albumartist="The Band")
    before = time.time()

    scan_json()
    met = record(index_file, song).added
    scan_json("--force")

    known = record(index_file, song)
    assert (known.year, known.album_artist) == (1987, "The Band")
    assert known.added == met
    assert before <= (met or 0) <= time.time()


def test_a_song_of_an_index_without_years_gets_its_own_and_is_not_heard_again(
    make_song: MakeSong, scan_json: Run, judged: Run, index_file: Path
) -> None:
    dated, plain = _dated(make_song("165.flac"), date="1987"), make_song("170.flac")
    scan_json()
    judged()
    with closing(sqlite3.connect(index_file)) as connection:
        connection.execute("UPDATE song_records SET year = NULL")
        connection.commit()

    again = scan_json()

    assert again.outcomes == {"165.flac": "unchanged", "170.flac": "unchanged"}
    assert (record(index_file, dated).year, record(index_file, plain).year) == (1987, 0)
    assert judged() == []
