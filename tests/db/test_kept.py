"""Kept playlists: noted once a file, in their order, and only by values that can be."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.db.errors import DamagedIndexError
from pacetag.db.index import SongIndex
from pacetag.db.kept import KeptPlaylist

KEPT = KeptPlaylist(target="/a.m3u8", folder="/home", arguments=("--cadence=165",), hash="h")


def test_a_playlist_is_noted_once_a_file_and_forgotten(tmp_path: Path) -> None:
    odd = replace(KEPT, target=os.fsdecode(b"/\xff.m3u8"), arguments=("--path=\udcff",))
    with SongIndex.open(tmp_path / "songs.db") as index:
        for kept in (KEPT, odd, replace(KEPT, hash="i")):
            index.kept.keep(kept)

        found = index.kept.all()
        assert [replace(each, since=0.0) for each in found] == [replace(KEPT, hash="i"), odd]
        assert all(each.since > 1e9 for each in found)

        index.kept.forget(KEPT.target)
        assert [each.target for each in index.kept.all()] == [odd.target]


@pytest.mark.parametrize("arguments", ["{", "3", "[3]", '{"a": 1}'])
def test_arguments_that_cannot_be_are_damage(tmp_path: Path, arguments: str) -> None:
    path = tmp_path / "songs.db"
    with SongIndex.open(path) as index:
        index.kept.keep(KEPT)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE kept_playlists SET arguments = ?", [arguments])
        connection.commit()

    with SongIndex.open(path) as index, pytest.raises(DamagedIndexError, match="arguments"):
        index.kept.all()
