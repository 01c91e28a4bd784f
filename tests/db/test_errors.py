"""Whatever is wrong with the file, a sentence says so and what to do."""

import os
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pacetag.db import connection
from pacetag.db.errors import (
    BusyIndexError,
    DamagedIndexError,
    ForeignIndexError,
    NewerIndexError,
    SongIndexError,
)
from pacetag.db.index import SongIndex
from pacetag.db.migrations import MIGRATIONS
from pacetag.db.records import SongRecord

MakeSong = Callable[..., SongRecord]
KINDS = [
    SongIndexError,
    NewerIndexError,
    DamagedIndexError,
    ForeignIndexError,
    BusyIndexError,
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_names_the_file_the_reason_and_what_to_do(kind: type[SongIndexError]) -> None:
    text = str(kind(Path("/data/songs.db"), "something is wrong"))

    assert text == f"/data/songs.db: something is wrong. {kind.advice}"
    assert kind.advice.endswith(".")
    assert all(one.advice != kind.advice for one in KINDS if one is not kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_crosses_process_borders_whole(kind: type[SongIndexError]) -> None:
    error = kind(Path("/data/songs.db"), "something is wrong")

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is kind
    assert (again.path, again.reason, str(again)) == (error.path, error.reason, str(error))


@pytest.mark.parametrize("content", [b"not a database\n" * 100, os.urandom(8192)])
def test_a_file_that_is_no_database_is_damaged_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "songs.db"
    path.write_bytes(content)

    with pytest.raises(DamagedIndexError, match="Move the file away and run `pacetag scan`"):
        SongIndex.open(path)

    assert path.read_bytes() == content


def test_a_file_that_was_cut_short_is_damaged(index_path: Path, make_song: MakeSong) -> None:
    with SongIndex.open(index_path) as index:
        for number in range(200):
            index.store(make_song(f"/{number}.mp3"))
    os.truncate(index_path, index_path.stat().st_size // 2)

    with pytest.raises(DamagedIndexError), SongIndex.open(index_path) as index:
        index.matches(low=1, high=999, min_confidence=0)


def test_damage_in_the_middle_is_reported_by_the_method_that_meets_it(
    index_path: Path, make_song: MakeSong
) -> None:
    with SongIndex.open(index_path) as index:
        for number in range(200):
            index.store(make_song(f"/{number}.mp3"))
    with closing(sqlite3.connect(index_path)) as other:
        roots = other.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('songs', 'paces')"
        ).fetchall()
        (page_size,) = other.execute("PRAGMA page_size").fetchone()
    with index_path.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * page_size)
            file.write(b"\xa5" * page_size)

    with SongIndex.open(index_path) as index:
        for call in (
            lambda: index.matches(low=1, high=999, min_confidence=0),
            lambda: index.song("/7.mp3"),
            lambda: index.store(make_song("/7.mp3")),
            index.stats,
        ):
            with pytest.raises(DamagedIndexError):
                call()


def test_a_table_that_is_gone_is_damage(index_path: Path) -> None:
    SongIndex.open(index_path).close()
    with closing(sqlite3.connect(index_path)) as other:
        other.execute("DROP TABLE paces")

    with (
        SongIndex.open(index_path) as index,
        pytest.raises(DamagedIndexError, match="no such table"),
    ):
        index.matches(low=1, high=999, min_confidence=0)


def test_a_folder_in_place_of_the_file_is_an_index_error(tmp_path: Path) -> None:
    with pytest.raises(SongIndexError, match="choose another file with --index"):
        SongIndex.open(tmp_path)


def test_a_file_in_place_of_the_folder_is_an_index_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")

    with pytest.raises(SongIndexError, match="choose another file with --index"):
        SongIndex.open(tmp_path / "data" / "songs.db")


def test_a_lock_that_is_never_given_back_is_reported(
    index_path: Path, make_song: MakeSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    with SongIndex.open(index_path) as index, closing(sqlite3.connect(index_path)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(BusyIndexError, match="locked"):
            index.store(make_song("/a.mp3"))

        other.execute("ROLLBACK")
        index.store(make_song("/a.mp3"))
        assert index.song("/a.mp3") is not None


def test_a_blank_index_that_another_keeps_reading_is_busy(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch to WAL needs the file alone once."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    index_path.parent.mkdir()
    with closing(sqlite3.connect(index_path)) as other:
        other.execute(
            f"CREATE TABLE {MIGRATIONS.migrations_table} (migration_set, name, applied_at)"
        )
        other.execute("BEGIN")
        other.execute(f"SELECT * FROM {MIGRATIONS.migrations_table}").fetchall()

        with pytest.raises(BusyIndexError):
            SongIndex.open(index_path)


def test_the_wait_for_a_lock_is_30_seconds(index_path: Path) -> None:
    index_path.parent.mkdir()
    with closing(connection.connect(index_path)) as db:
        assert db.execute("PRAGMA busy_timeout").fetchone() == (30_000,)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
