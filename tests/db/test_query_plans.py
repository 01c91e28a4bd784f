"""Searches are served by indexes, so a library of 50 000 songs answers at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pacetag.db import statements, statistics
from pacetag.db.index import SongIndex
from pacetag.db.light_sqlite_utils import Database
from pacetag.db.rows import path_ranges

PACE = {"low": 158.4, "high": 171.6, "min_confidence": 0.5}
AUDIO = {"fingerprint": "f", "bundle": "ear-1"}
BINS = {"lowest": 40, "highest": 320, "bin": 10}


def _plan(path: Path, statement: str, values: Mapping[str, object]) -> list[str]:
    SongIndex.open(path).close()
    db = Database(path, execute_plugins=False)
    try:
        return [row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {statement}", dict(values))]
    finally:
        db.close()


def test_a_range_of_paces_is_read_from_the_index_alone(index_path: Path) -> None:
    plan = _plan(index_path, statements.SONGS_BY_PACE, PACE)

    assert any("paces USING COVERING INDEX paces_by_bpm (bpm>? AND bpm<?)" in line for line in plan)
    assert any("SEARCH songs USING INTEGER PRIMARY KEY" in line for line in plan)


@pytest.mark.parametrize("statement", [statements.STAMPS_UNDER, statements.MISSING_UNDER])
def test_a_folder_is_three_searches_in_the_index_of_paths(index_path: Path, statement: str) -> None:
    plan = _plan(index_path, statement, path_ranges("/music"))

    assert sum("USING INDEX songs_by_path" in line for line in plan) == 3


def test_audio_is_found_by_its_fingerprint(index_path: Path) -> None:
    plan = _plan(index_path, statements.SONG_BY_FINGERPRINT, AUDIO)

    assert any("songs_by_fingerprint (fingerprint=? AND bundle=?)" in line for line in plan)


@pytest.mark.parametrize(
    "statement",
    [
        statistics.COUNTS,
        statistics.ARTISTS,
        statistics.BUNDLES,
        statistics.WITH_PACES,
        statistics.HISTOGRAM,
    ],
)
def test_statistics_never_touch_the_wide_rows_of_songs(index_path: Path, statement: str) -> None:
    plan = _plan(index_path, statement, BINS)

    of_songs = [line for line in plan if " songs" in line]
    assert of_songs
    assert all("COVERING INDEX songs_by_state" in line for line in of_songs)


@pytest.mark.parametrize(
    "statement",
    [
        statements.SONG_BY_PATH,
        statements.SONG_BY_FINGERPRINT,
        statements.SONGS_BY_PACE,
        statements.STAMPS_UNDER,
        statements.MISSING_UNDER,
        statements.OLD_TAGS,
        statistics.WITH_PACES,
        statistics.HISTOGRAM,
    ],
)
def test_no_search_reads_a_whole_table(index_path: Path, statement: str) -> None:
    values = PACE | AUDIO | BINS | path_ranges("/music") | {"path": "/a"}

    plan = _plan(index_path, statement, values)

    assert not [line for line in plan if line.startswith("SCAN")]
