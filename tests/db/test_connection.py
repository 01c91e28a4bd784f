"""How the index is opened."""

import sqlite3
from pathlib import Path

import pytest

from pacetag.db.connection import connect

FULL = 2  # SQLite's number for it


@pytest.mark.flushes
@pytest.mark.parametrize("built_for", ["OFF", "NORMAL", "FULL"])
def test_a_commit_survives_a_power_cut_with_any_default_of_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built_for: str
) -> None:
    plain = sqlite3.connect

    def built_otherwise(*arguments: object, **options: object) -> sqlite3.Connection:
        opened: sqlite3.Connection = plain(*arguments, **options)  # type: ignore[call-overload]
        opened.execute(f"PRAGMA synchronous = {built_for}")
        return opened

    monkeypatch.setattr(sqlite3, "connect", built_otherwise)
    opened = connect(tmp_path / "index.sqlite3")
    try:
        assert opened.execute("PRAGMA synchronous").fetchone() == (FULL,)
        assert opened.execute("PRAGMA fullfsync").fetchone() == (1,)
    finally:
        opened.close()
