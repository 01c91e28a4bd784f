"""What `doctor` says of an index that is damaged, foreign, in use, full or out of reach."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pacetag.db.errors import DamagedIndexError
from pacetag.db.health import IndexHealth
from pacetag.db.health import health as real_health
from pacetag.db.index import SongIndex
from pacetag.db.mounts import Mount
from pacetag.db.steps import STEPS
from pacetag.tagger.doctor import holders as holding
from pacetag.tagger.doctor import index as checks
from pacetag.tagger.doctor.results import CheckResult, State
from pacetag.tagger.doctor.subject import Subject

Run = Callable[..., Any]


def found(path: Path) -> list[CheckResult]:
    return list(checks.index(Subject(index=path)))


def bad(path: Path) -> list[CheckResult]:
    return [each for each in found(path) if each.state is not State.OK]


@pytest.fixture
def scanned(make_song: Run, scan_json: Run, index_file: Path) -> Path:
    """An index that knows some songs."""
    for name in ("172.mp3", "165.flac", "90.ogg"):
        make_song(name)
    scan_json()
    return index_file


def test_a_whole_index_is_well(scanned: Path) -> None:
    before = {path.name: path.read_bytes() for path in scanned.parent.iterdir() if path.is_file()}

    results = found(scanned)

    assert {each.state for each in results} == {State.OK}
    assert any(f"whole, step {len(STEPS)}" in each.what and each.figure == 3 for each in results)
    after = {path.name: path.read_bytes() for path in scanned.parent.iterdir() if path.is_file()}
    assert after == before


def test_no_index_is_no_fault_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "not/there/index.sqlite3"

    *_, last = found(path)

    assert (last.state, last.advice) == (State.OK, "pacetag scan FOLDER")
    assert not (tmp_path / "not").exists()


def _flip(path: Path) -> None:
    """Spoil the second half, in which rows lie."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(reversed(content[len(content) // 2 :]))
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def _head(path: Path) -> None:
    path.write_bytes(b"ID3" + path.read_bytes()[3:])


@pytest.mark.parametrize("damage", [_flip, _cut, _head])
def test_a_damaged_index_is_a_fault_and_stays_as_it_is(
    damage: Callable[[Path], None], scanned: Path
) -> None:
    damage(scanned)
    before = scanned.read_bytes()

    (result,) = bad(scanned)

    assert result.state is State.FAULT
    assert str(scanned) in result.what
    assert result.advice is not None
    assert "`pacetag scan FOLDER`" in result.advice
    assert scanned.read_bytes() == before
    assert not [each for each in scanned.parent.iterdir() if each.name.endswith(("-wal", "-shm"))]


def test_another_programs_database_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE moz_places (id INTEGER)")
    db.close()
    before = path.read_bytes()

    (result,) = bad(path)

    assert (result.state, path.read_bytes()) == (State.FAULT, before)
    assert "a database of another program" in result.what


def test_an_index_of_a_later_pacetag_is_a_fault(scanned: Path) -> None:
    with sqlite3.connect(scanned) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES "
            "('pacetag', '9999_later', '')"
        )
    db.close()

    (result,) = bad(scanned)

    assert "made by a newer pacetag" in result.what
    assert "Update pacetag" in (result.advice or "")


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_is_a_fault_and_nothing_waits(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    (result,) = bad(path)

    assert f"it is a {kind}" in result.what


def test_missing_and_failed_songs_are_warnings(
    scanned: Path, library: Path, make_song: Run, scan_json: Run
) -> None:
    (library / "172.mp3").unlink()
    make_song("broken.mp3")
    scan_json()

    missing, failed = bad(scanned)

    assert (missing.figure, failed.figure) == (1, 1)
    assert "`pacetag prune`" in (missing.advice or "")
    assert "`pacetag problems`" in (failed.advice or "")


def test_broken_off_writes_are_counted_and_left_where_they_are(scanned: Path) -> None:
    folder = scanned.parent / "journal"
    folder.mkdir(exist_ok=True)
    (folder / "a.journal").write_bytes(b"x")

    (result,) = bad(scanned)

    assert (result.figure, result.advice) == (1, "`pacetag stats` takes them back")
    assert (folder / "a.journal").exists()


def test_a_process_that_holds_the_index_is_named(scanned: Path) -> None:
    program = (
        "import fcntl, os, sys\nf = os.open(sys.argv[1], 0)\nfcntl.flock(f, 2)\nprint()\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, scanned.parent],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        other.stdout.readline()

        results = found(scanned)

        other.communicate("\n")
    assert any("in use by python" in each.what for each in results)
    assert any(f"(process {other.pid})" in each.what for each in results)
    assert {each.state for each in results} == {State.OK}


def test_a_lock_on_another_disk_with_the_same_number_is_not_told(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = scanned.parent.stat().st_ino
    with subprocess.Popen(["sleep", "30"]) as other:
        locks = scanned.with_name("locks")
        locks.write_text(f"1: FLOCK  ADVISORY  WRITE {other.pid} fe:00:{number} 0 EOF\n")
        monkeypatch.setattr(holding, "LOCKS", locks)

        results = found(scanned)

        other.kill()
    assert not any("in use" in each.what for each in results)


def test_an_index_in_use_is_read_with_what_lies_in_its_log(scanned: Path) -> None:
    with SongIndex.open(scanned):
        with sqlite3.connect(scanned) as writer:
            writer.execute("UPDATE song_records SET missing = 1")

        (result,) = bad(scanned)

        writer.close()
    assert result.figure == 3


def disk(free: int) -> Callable[[Path], Any]:
    return lambda _: SimpleNamespace(total=1 << 40, used=0, free=free)


@pytest.mark.parametrize(("free", "state"), [(0, State.FAULT), (100 << 20, State.WARNING)])
def test_a_full_disk_is_told(
    free: int, state: State, scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", disk(free))

    (result,) = bad(scanned)

    assert (result.state, result.figure, result.unit) == (state, free, "bytes")
    assert result.advice == f"make room on {scanned.parent}"


def test_an_index_on_a_file_server_is_a_warning(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = Mount(place=str(scanned.parent), kind="nfs4", options=frozenset())
    monkeypatch.setattr("pacetag.db.mounts.mounts", lambda: [mount])

    (result,) = bad(scanned)

    assert "lies on nfs4" in result.what


@pytest.fixture
def read_only(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index whose folder this process may not write, superuser or not."""
    real = os.access
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode, **more: not mode & os.W_OK and real(path, mode, **more),
    )
    return scanned


@pytest.mark.parametrize("logged", [False, True])
def test_an_index_that_can_only_be_read_is_checked_all_the_same(
    logged: bool, read_only: Path
) -> None:
    if logged:
        read_only.with_name(f"{read_only.name}-wal").touch()
    listed = sorted(read_only.parent.iterdir())

    results = found(read_only)

    (result,) = [each for each in results if each.state is not State.OK]
    assert result.state is State.WARNING
    assert "it can only be read: its folder may not be written" in result.what
    assert any(f"whole, step {len(STEPS)}" in each.what and each.figure == 3 for each in results)
    assert sorted(read_only.parent.iterdir()) == listed


def test_an_index_that_is_opened_while_it_is_read_is_read_again(
    scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = scanned.with_name(f"{scanned.name}-wal")

    def first_damaged(connection: sqlite3.Connection, path: Path) -> IndexHealth:
        if log.exists():
            return real_health(connection, path)
        log.touch()
        raise DamagedIndexError(path, "the index cannot be read (a page has moved)")

    monkeypatch.setattr(checks, "health", first_damaged)

    assert bad(scanned) == []


def test_holding_a_lock_ourselves_is_not_told(scanned: Path) -> None:
    descriptor = os.open(scanned.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

        assert not any("in use" in each.what for each in found(scanned))
    finally:
        os.close(descriptor)
