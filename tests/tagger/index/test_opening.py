"""An index is made by another process where this one runs for long."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.index.opening import make_elsewhere


def test_an_index_is_made_without_loading_what_makes_it(index_file: Path) -> None:
    loaded = {name for name in sys.modules if name.startswith("sqlite_utils")}

    make_elsewhere(index_file)

    assert index_file.exists()
    assert {name for name in sys.modules if name.startswith("sqlite_utils")} == loaded
    with SongIndex.open(index_file) as index:
        assert index.is_blank()


def test_an_index_that_is_up_to_date_is_left_alone(
    index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SongIndex.open(index_file).close()
    monkeypatch.setattr("multiprocessing.get_context", lambda _: pytest.fail("a process started"))

    make_elsewhere(index_file)


def test_what_is_no_index_is_left_as_it_is(index_file: Path) -> None:
    index_file.parent.mkdir()
    with closing(sqlite3.connect(index_file)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = index_file.read_bytes()

    make_elsewhere(index_file)

    assert index_file.read_bytes() == before
