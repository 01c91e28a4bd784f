"""An open index notices that its file is gone, and can be opened anew in place."""

import os
import shutil
from pathlib import Path

import pytest

from pacetag.db.errors import ReplacedIndexError
from pacetag.db.index import SongIndex
from pacetag.db.mounts import Mount, is_remote, mount_of, mounts


def test_an_index_that_was_deleted_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    with SongIndex.open(path) as index:
        index.check_in_place()
        path.unlink()

        with pytest.raises(ReplacedIndexError, match="deleted or replaced"):
            index.check_in_place()


def test_an_index_that_was_replaced_by_another_is_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "index.sqlite3", tmp_path / "other.sqlite3"
    SongIndex.open(other).close()
    with SongIndex.open(path) as index:
        other.replace(path)

        with pytest.raises(ReplacedIndexError):
            index.check_in_place()


def test_a_reopened_index_is_the_file_that_lies_there_now(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    with SongIndex.open(path) as index:
        index.writes.start_run("scan", 1.0)
        path.unlink()

        index.reopen()

        index.check_in_place()
        assert index.is_blank()
        index.writes.start_run("scan", 2.0)
    with SongIndex.open(path) as again:
        again.check_in_place()


def test_the_log_of_a_lost_index_is_not_taken_for_that_of_another(tmp_path: Path) -> None:
    path, older = tmp_path / "index.sqlite3", tmp_path / "older.sqlite3"
    with SongIndex.open(path) as index:
        for number in range(5):
            index.writes.start_run("scan", float(number))
        index._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        shutil.copy(path, older)
        index.writes.start_run("later", 1.0)  # which is in the log alone
        older.replace(path)

        index.reopen()

        assert index._db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert index._db.execute("SELECT count(*) FROM runs").fetchone() == (5,)


@pytest.mark.parametrize(
    ("kind", "remote"),
    [("nfs4", True), ("fuse.sshfs", True), ("9p", True), ("ext4", False), ("fuseblk", False)],
)
def test_file_systems_that_others_change_are_known_by_their_kind(
    kind: str, *, remote: bool
) -> None:
    assert is_remote(kind) is remote


def test_a_mount_has_the_device_of_what_lies_there() -> None:
    known = mounts()
    own = mount_of("/proc", known)

    assert isinstance(own, Mount)
    assert own.device == os.stat("/proc").st_dev  # noqa: PTH116
