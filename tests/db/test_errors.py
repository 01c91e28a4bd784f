"""Any fault of the index file is reported in one sentence that says what to do."""

import os
import pickle
import socket
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
    IrregularIndexError,
    NewerIndexError,
    SongIndexError,
)
from pacetag.db.index import SongIndex
from pacetag.db.migrations import MIGRATIONS
from pacetag.db.records import PaceQuery, SongRecord
from pacetag.db.runs import TagChange

MakeSong = Callable[..., SongRecord]
CHANGE = TagChange(old={"pace": ["1"]}, new={"pace": ["165"]})
KINDS = [
    SongIndexError,
    NewerIndexError,
    DamagedIndexError,
    ForeignIndexError,
    IrregularIndexError,
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
def test_a_file_that_is_not_a_database_is_damaged_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "songs.db"
    path.write_bytes(content)

    with pytest.raises(DamagedIndexError, match="Move the file away and run `pacetag scan FOLDER`"):
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
            "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('song_records', 'paces')"
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


def spoil(index_path: Path, make_song: MakeSong, statement: str, value: object) -> None:
    """Put a value into a sound index that cannot be."""
    with SongIndex.open(index_path) as index:
        run = index.writes.start_run("scan", 1.0)
        song = make_song("/a.mp3", {165.0: 0.9}, tempo_segments=(100.0, 141.0), fingerprint="f")
        number = index.writes.note("/a.mp3", "f", CHANGE, run=run)
        index.store(song, write=number)
    with closing(sqlite3.connect(index_path)) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE type = 'table'"
        )
        other.commit()
    with closing(sqlite3.connect(index_path)) as other:
        other.execute(f"UPDATE {statement} = ? WHERE rowid = 1", [value])
        other.commit()


def read_all(path: Path) -> None:
    """Every question that reads a value."""
    query = PaceQuery(centre=165.0, reach=0.9, min_confidence=0.0)
    with SongIndex.open(path) as index:
        index.stats()
        index.matches(low=0, high=1e9, min_confidence=0)
        index.best(query, at_most=9)
        list(index.nearest(query))
        index.songs_of([1, 2])
        index.standings(["/a.mp3"])
        index.copies("f")
        list(index.songs_under("/"))
        index.writes.runs()
        for found in index.writes.paths():
            index.writes.history(found, "f")
        list(index.paths_under("/"))
        list(index.statuses(["/a.mp3"]))
        index.stamps_under("/")
        index.song("/a.mp3")
        index.by_fingerprint("f", "ear-1")


DEEP = "[" * 200_000


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("song_records SET path", each) for each in ("a.mp3", "", "/a\0b", b"\xff", 7, b"")],
        *[
            ("song_records SET stamp", each)
            for each in ("1 2 3", "1 2 3 x", "", 7, b"1 2 3 4", "١ 2 3 4")
        ],
        *[("song_records SET duration", each) for each in ("long", -1.0, 9e999, 1e300, b"1")],
        *[("song_records SET spread", each) for each in ("wide", -0.1, 9e999)],
        *[
            ("song_records SET changes", each)
            for each in ("100.00", "x y", "nan 1", "1 1e999", b"1 2")
        ],
        *[("song_records SET missing", each) for each in (2, "x", None)],
        *[(f"song_records SET {each}", b"\xff") for each in ("title", "artist", "album", "genre")],
        *[(f"song_records SET {each}", b"x") for each in ("fingerprint", "bundle")],
        *[("song_records SET bins", each) for each in (-1, 1 << 40, "x")],
        *[("paces SET bpm", each) for each in ("fast", -1.0, 9e999, 1000.0, b"1")],
        *[("paces SET confidence", each) for each in ("sure", -0.1, 1.1, 9e999)],
        *[("runs SET started", each) for each in ("then", -1.0, 9e999, 1e15, b"1")],
        ("runs SET command", b"scan"),
        *[("tag_writes SET path", each) for each in ("a.mp3", "/a\0b", 7)],
        *[
            (f"tag_writes SET {column}", each)
            for column in ("old", "new")
            for each in ("", "[]", "7", '{"pace": 7}', '{"pace": [7]}', '{"odd": []}', DEEP, b"{}")
        ],
        ("tag_writes SET new", "{}"),
        ("tag_writes SET run", -7),
        ("tag_writes SET undoing", 7),
        ("_sqlite_migrations SET name", b"0001"),
    ],
    ids=lambda each: ascii(each)[:30],
)
def test_a_value_that_cannot_be_is_damage_when_it_is_read(
    column: str, value: object, index_path: Path, make_song: MakeSong
) -> None:
    spoil(index_path, make_song, column, value)

    with pytest.raises(DamagedIndexError, match=r"the index cannot be read \(.*Move the file away"):
        read_all(index_path)


def test_what_can_be_is_read(index_path: Path, make_song: MakeSong) -> None:
    spoil(index_path, make_song, "song_records SET title", "Hill")

    read_all(index_path)


def test_a_key_that_is_there_twice_is_damage(index_path: Path, make_song: MakeSong) -> None:
    with SongIndex.open(index_path) as index:
        index.store(make_song("/a.mp3"))
    with closing(sqlite3.connect(index_path)) as other:
        other.execute("CREATE TRIGGER t BEFORE INSERT ON paces BEGIN SELECT RAISE(ABORT, 'x'); END")

    with SongIndex.open(index_path) as index, pytest.raises(DamagedIndexError):
        index.store(make_song("/a.mp3"))


def test_a_view_in_place_of_a_table_is_damage(index_path: Path) -> None:
    """Reading from a view might never end."""
    SongIndex.open(index_path).close()
    with closing(sqlite3.connect(index_path)) as other:
        other.execute("DROP TABLE paces")
        other.execute(
            "CREATE VIEW paces AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
            "SELECT x AS song_id FROM n"
        )

    with pytest.raises(DamagedIndexError, match="a table cannot be 'paces'"):
        SongIndex.open(index_path)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket", "device", "dangling"])
@pytest.mark.parametrize("linked", [False, True])
def test_an_index_is_refused_if_it_or_a_file_beside_it_is_not_regular(
    linked: bool, kind: str, suffix: str, index_path: Path, tmp_path: Path
) -> None:
    SongIndex.open(index_path).close()
    place = index_path.with_name(index_path.name + suffix)
    place.unlink(missing_ok=True)
    name = f"{place.name} " if suffix else "it "
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(place))
    else:
        place.symlink_to("nowhere/file" if kind == "dangling" else "/dev/zero")
    said = "is a link to .*nowhere" if kind == "dangling" else f"is a {kind}, not a file"
    path = index_path
    if linked and (suffix or kind != "dangling"):
        path = tmp_path / "link.db"
        path.symlink_to(index_path)

    with pytest.raises(IrregularIndexError, match=rf"cannot be used \({name}{said}"):
        SongIndex.open(path)


def test_a_link_to_an_index_is_an_index(
    index_path: Path, make_song: MakeSong, tmp_path: Path
) -> None:
    SongIndex.open(index_path).close()
    link = tmp_path / "link.db"
    link.symlink_to(index_path)

    with SongIndex.open(link) as index:
        index.store(make_song("/a.mp3"))

    with SongIndex.open(index_path) as index:
        assert index.song("/a.mp3") is not None
