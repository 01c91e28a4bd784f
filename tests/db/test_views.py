"""The views show what the index holds in words and numbers that a person can read."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.runs import TagChange

MakeSong = Callable[..., SongRecord]
Ask = Callable[..., list[dict[str, object]]]
CHANGE = TagChange(old={"pace": []}, new={"pace": ["165"]})


@pytest.fixture
def ask(index: SongIndex) -> Iterator[Ask]:
    """Run a query on the index and return its rows by column."""
    with closing(sqlite3.connect(index.path)) as connection:
        connection.row_factory = sqlite3.Row

        def rows(query: str, *values: object) -> list[dict[str, object]]:
            return [dict(row) for row in connection.execute(query, values)]

        yield rows


def test_a_song_is_shown_with_all_that_is_known_of_it(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    stamp = Stamp(size=1_000, mtime_ns=1_764_154_800_500_000_000, ctime_ns=3, inode=4)
    index.store(
        make_song(
            "/a.mp3",
            {164.5: 0.9, 82.25: 0.8},
            stamp=stamp,
            fingerprint="f",
            stability=0.004,
            tempo_segments=(100.0, 141.0),
            intensity=0.62,
            album_artist="Band",
            year=1987,
            added=1_764_154_800.5,
        )
    )

    assert ask("SELECT * FROM songs") == [
        {
            "id": 1,
            "path": "/a.mp3",
            "title": "Hill",
            "artist": "Legs",
            "album": "Road",
            "album_artist": "Band",
            "genre": "Rock",
            "year": 1987,
            "duration_s": 200.5,
            "paces": "165 82",
            "listener_paces": None,
            "network_paces": None,
            "tempo_cv": 0.004,
            "tempo_segments": "100.00 141.00",
            "intensity": 0.62,
            "opinion": None,
            "status": "judged",
            "tagged": 0,
            "reason": None,
            "missing": 0,
            "bundle": "ear-1",
            "tagged_at": None,
            "size_bytes": 1_000,
            "modified_at": "2025-11-26T11:00:00Z",
            "added_at": "2025-11-26T11:00:00Z",
            "fingerprint": "f",
        }
    ]


@pytest.mark.parametrize(
    ("fields", "status", "reason", "paces"),
    [
        ({}, "judged", None, "165"),
        ({"paces": {}}, "judged", None, None),
        ({"untagged": "read-only"}, "judged", "read-only", "165"),
        ({"failure": "no sound"}, "failed", "no sound", None),
        ({"failure": "3.0 s long", "too_short": True}, "too short", "3.0 s long", None),
        ({"bundle": None, "paces": {}}, "not judged", None, None),
    ],
)
def test_the_status_of_a_song_is_a_word(
    fields: dict[str, object],
    status: str,
    reason: str | None,
    paces: str | None,
    index: SongIndex,
    make_song: MakeSong,
    ask: Ask,
) -> None:
    index.store(make_song("/a.mp3", **fields))

    (song,) = ask("SELECT status, reason, paces FROM songs")

    assert tuple(song.values()) == (status, reason, paces)


NETWORKS = "82.49 at 1.0000, 164.98 at 0.9708"


@pytest.mark.parametrize(
    ("said", "shown", "networks", "paces"),
    [
        (None, None, None, [(82.49, 0), (164.98, 0)]),
        ((), "none", NETWORKS, []),
        ((84.0, 168.0), "84.00 168.00", NETWORKS, [(84.0, 1), (168.0, 1)]),
    ],
)
def test_the_listeners_paces_count_and_the_networks_are_kept_beside_them(
    said: tuple[float, ...] | None,
    shown: str | None,
    networks: str | None,
    paces: list[tuple[float, int]],
    index: SongIndex,
    make_song: MakeSong,
    ask: Ask,
) -> None:
    index.store(make_song("/a.mp3", {82.49: 1.0, 164.98: 0.9708}, listener=said))

    (song,) = ask("SELECT listener_paces, network_paces FROM songs")
    rows = ask("SELECT pace, by_listener FROM song_paces ORDER BY rank")

    assert song == {"listener_paces": shown, "network_paces": networks}
    assert [tuple(row.values()) for row in rows] == paces


def test_a_song_is_tagged_from_its_write_to_its_undo(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    song = make_song("/a.mp3", fingerprint="f")
    columns = "SELECT tagged, tagged_at FROM songs"
    run = index.writes.start_run("scan", 1_764_154_800.0)
    index.store(song)
    write = index.writes.note(song.path, "f", CHANGE, run=run)
    assert ask(columns) == [{"tagged": 0, "tagged_at": None}]

    index.store(song, write=write)
    assert ask(columns) == [{"tagged": 1, "tagged_at": "2025-11-26T11:00:00Z"}]

    undo = index.writes.start_run("undo", 1_764_154_900.0)
    taken = index.writes.note(song.path, "f", CHANGE, run=undo, undoing=True)
    history = index.writes.history(song.path, "f")
    index.writes.finish_undo("f", song.stamp, write=taken, run=undo, history=history, first=write)
    assert ask(columns) == [{"tagged": 0, "tagged_at": None}]


def test_a_song_whose_tags_were_found_right_is_tagged_at_an_unknown_time(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song("/a.mp3", fingerprint="f"), found=CHANGE)

    assert ask("SELECT tagged, tagged_at FROM songs") == [{"tagged": 1, "tagged_at": None}]


def test_a_song_that_could_not_be_tagged_is_not(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song("/a.mp3", fingerprint="f", untagged="read-only"), found=CHANGE)

    assert ask("SELECT tagged FROM songs") == [{"tagged": 0}]


def test_paces_come_one_a_row_and_the_surest_first(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song("/a.mp3", {165.25: 0.9, 82.62: 0.8}))

    assert ask("SELECT * FROM song_paces ORDER BY rank") == [
        {
            "song_id": 1,
            "path": "/a.mp3",
            "title": "Hill",
            "artist": "Legs",
            "duration_s": 200.5,
            "pace": pace,
            "confidence": confidence,
            "rank": rank,
            "by_listener": 0,
        }
        for rank, pace, confidence in [(1, 165.25, 0.9), (2, 82.62, 0.8)]
    ]


@pytest.mark.parametrize("fields", [{"missing": True}, {"failure": "no sound"}])
def test_songs_that_no_playlist_offers_have_no_song_paces(
    fields: dict[str, object], index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song("/a.mp3", **fields))

    assert ask("SELECT * FROM song_paces") == []
    assert len(ask("SELECT * FROM songs")) == 1


def test_a_path_that_is_not_text_is_escaped(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song(os.fsdecode(b"/m/\xff\xe4 1.mp3")))
    index.store(make_song("/m/ä.mp3"))

    for view in ("songs", "song_paces"):
        paths = {row["path"] for row in ask(f"SELECT path FROM {view}")}
        assert paths == {r"/m/\xff\xe4 1.mp3", "/m/ä.mp3"}


def test_a_file_that_is_to_be_looked_at_again_has_no_size_and_no_time(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song("/a.mp3", stamp=Stamp(size=0, mtime_ns=0, ctime_ns=0, inode=0)))

    assert ask("SELECT size_bytes, modified_at FROM songs") == [
        {"size_bytes": None, "modified_at": None}
    ]


def test_a_range_of_paces_is_found_by_the_index_of_paces(index: SongIndex, ask: Ask) -> None:
    plan = ask("EXPLAIN QUERY PLAN SELECT * FROM song_paces WHERE pace BETWEEN 160 AND 170")

    assert [row["detail"] for row in plan][:2] == [
        "SEARCH paces USING INDEX paces_by_bpm (bpm>? AND bpm<?)",
        "SEARCH song_records USING INTEGER PRIMARY KEY (rowid=?)",
    ]


def test_no_column_of_the_views_holds_bytes(
    index: SongIndex, make_song: MakeSong, ask: Ask
) -> None:
    index.store(make_song(os.fsdecode(b"/m/\xff.mp3")))

    for view in ("songs", "song_paces"):
        for row in ask(f"SELECT * FROM {view}"):
            assert not [name for name, value in row.items() if isinstance(value, bytes)]


def test_the_views_are_for_reading(index_path: Path) -> None:
    SongIndex.open(index_path).close()
    with (
        closing(sqlite3.connect(index_path)) as connection,
        pytest.raises(sqlite3.OperationalError, match="cannot modify songs because it is a view"),
    ):
        connection.execute("DELETE FROM songs")
