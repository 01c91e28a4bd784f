"""Several threads and processes use the same index at once."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from pacetag.db.errors import DamagedIndexError
from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.db.regular import beside

MakeSong = Callable[..., SongRecord]

# Waits for a line, so that all begin together; then opens, stores, and reads back, `count` times.
WRITER = """
import sys
from pathlib import Path
from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with SongIndex.open(path) as index:
    for number in range(count):
        index.store(SongRecord(
            path=f"/{name}/{number}.mp3",
            stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
            fingerprint=None, title=None, artist=None, album=None, genre=None,
            bundle=None,
            analysis=Analysis(paces=(Pace(bpm=165.0, confidence=0.9),), duration=None),
        ), moved_from=f"/{name}/{number - 1}.old")
        assert index.song(f"/{name}/{number}.mp3") is not None
"""


def _start(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run_together(path: Path, writers: int, count: int) -> None:
    processes = [_start(path, f"writer-{number}", count) for number in range(writers)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert errors == [""] * writers
    assert [process.returncode for process in processes] == [0] * writers


def test_two_processes_make_and_fill_a_new_index_without_losing_a_song(index_path: Path) -> None:
    _run_together(index_path, writers=2, count=100)

    with SongIndex.open(index_path) as index:
        assert index.stats().with_paces == 200
        assert len(index.stamps_under("/writer-1")) == 100


def test_many_processes_may_open_a_blank_index_at_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "songs.db"

    _run_together(path, writers=5, count=1)

    with SongIndex.open(path) as index:
        assert index.stats().songs == 5


def test_a_switch_to_wal_that_is_refused_at_once_is_asked_for_again(
    index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above meets only now and then."""
    refusals = 3
    original = Database.enable_wal

    def refused_at_first(db: Database) -> None:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        original(db)

    monkeypatch.setattr(Database, "enable_wal", refused_at_first)

    SongIndex.open(index_path).close()

    assert refusals == -1
    with closing(sqlite3.connect(index_path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_threads_each_open_their_own(index_path: Path, make_song: MakeSong) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def work(name: str) -> None:
        try:
            together.wait(timeout=10)
            with SongIndex.open(index_path) as index:
                for number in range(25):
                    index.store(make_song(f"/{name}/{number}.mp3"))
                    index.matches(low=160, high=170, min_confidence=0.5)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"thread-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    with SongIndex.open(index_path) as index:
        assert index.stats().songs == 100


def test_a_reader_sees_what_another_process_has_stored(
    index: SongIndex, index_path: Path, make_song: MakeSong
) -> None:
    assert index.stats().songs == 0

    _run_together(index_path, writers=1, count=3)

    assert index.stats().songs == 3


def test_reading_goes_on_while_another_writes(
    index: SongIndex, index_path: Path, make_song: MakeSong
) -> None:
    index.store(make_song("/a.mp3"))
    with SongIndex.open(index_path) as writer:
        writer._db.execute("BEGIN IMMEDIATE")

        assert index.song("/a.mp3") is not None
        assert index.stats().songs == 1

        writer._db.rollback()


OTHER = (
    "import sys; from pacetag.db.index import SongIndex; "
    "index = SongIndex.open(sys.argv[1]); index.writes.start_run('scan', 1.0); index.close()"
)


def _is_spared_by_others(index: SongIndex, path: Path) -> bool:
    """Whether another process that uses the index leaves the log of this one."""
    log = beside(path, "-wal")
    index.writes.start_run("scan", 1.0)
    number = log.stat().st_ino
    subprocess.run([sys.executable, "-c", OTHER, path], check=True)
    return log.exists() and log.stat().st_ino == number


def test_an_index_that_was_opened_beside_an_empty_log_keeps_its_lock(tmp_path: Path) -> None:
    """Otherwise the next process that closes it takes away the log that is in use."""
    path, log = tmp_path / "index.sqlite3", tmp_path / "index.sqlite3-wal"
    SongIndex.open(path).close()
    log.touch()  # as a process leaves it that read only, or was killed
    with SongIndex.open(path) as index:
        assert _is_spared_by_others(index, path)
        assert index._db.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_an_index_that_is_opened_twice_in_a_process_keeps_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    SongIndex.open(path).close()
    with SongIndex.open(path) as index:
        SongIndex.open(path).close()

        assert _is_spared_by_others(index, path)
        assert index._db.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_a_file_is_checked_again_once_all_of_this_process_have_closed_it(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    with SongIndex.open(path):
        SongIndex.open(path).close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)

    with pytest.raises(DamagedIndexError, match="its end is missing"):
        SongIndex.open(path)
