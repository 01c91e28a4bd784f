"""A read-only index still answers; commands that must write to it say what prevents that."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from pacetag.db import access, mounts, reading
from pacetag.db.errors import BusyIndexError
from pacetag.db.index import SongIndex
from pacetag.db.migrations import MIGRATIONS
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.steps import STEPS
from pacetag.model.judgement import Analysis, Pace
from tests.tagger.conftest import FAKES

OTHER_USER = 65_534
Run = Callable[..., Any]
Asked = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can enter; afterwards it may be writable again and goes."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


@pytest.fixture
def song(folder: Path) -> Path:
    """A song's file, as far as a playlist looks at it."""
    path = folder / "music" / "a.mp3"
    path.parent.mkdir()
    path.write_bytes(b"sound")
    return path


@pytest.fixture
def index(folder: Path, song: Path) -> Path:
    """An index with that song at 165 that every user may read."""
    path = folder / "ix" / "songs.db"
    path.parent.mkdir()
    with SongIndex.open(path) as opened:
        opened.store(_record(song))
    path.chmod(0o444)
    return path


def _record(path: Path, title: str = "Hill") -> SongRecord:
    return SongRecord(
        path=str(path),
        stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
        fingerprint=f"sound of {path}",
        title=title,
        artist="Legs",
        album=None,
        genre=None,
        bundle="fake-1",
        analysis=Analysis(paces=(Pace(bpm=165.0, confidence=0.9),), duration=200.0),
    )


@pytest.fixture
def ask(index: Path) -> Asked:
    """Run pacetag as a user who owns nothing of it, in a folder that is closed to writers."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        index.parent.chmod(0o555)
        _give_away(index.parent)
        before = _content(index.parent)
        done = _as_another(index, *arguments)
        assert _content(index.parent) == before, "something was written beside the index"
        return done

    return run


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for each in (folder, *folder.iterdir()):
            os.chown(each, OTHER_USER, OTHER_USER)


def _as_another(index: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command without the rights that root has over files of others."""
    powers = "--bounding-set=-dac_override,-dac_read_search,-fowner"
    drop = ["setpriv", powers, "--inh-caps=-all"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*drop, sys.executable, FAKES / "pacetag_with_fake_judge.py", *arguments],
        env={**os.environ, "PACETAG_INDEX": str(index)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def _titles(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert (done.returncode, done.stderr) == (0, "")
    return sorted(song["title"] for song in json.loads(done.stdout)["songs"])


PLAYLIST = ("playlist", "--cadence", "165", "--json")


class TestAsking:
    @pytest.mark.parametrize(
        "command",
        [PLAYLIST[:3], PLAYLIST, ("stats",), ("undo", "--list"), ("undo", "--all", "--dry-run")],
        ids=" ".join,
    )
    def test_every_command_that_asks_answers(self, ask: Asked, command: tuple[str, ...]) -> None:
        done = ask(*command)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout

    def test_a_playlist_is_written_but_its_songs_do_not_rest(
        self, ask: Asked, tmp_path: Path
    ) -> None:
        tmp_path.chmod(0o777)
        bounded = ("playlist", "--cadence", "165", "--limit", "5", "--output")

        for words in ((), ("--verbose",)):
            done = ask(*bounded, tmp_path / "run.m3u8", *words)
            assert (done.returncode, "1 song" in done.stdout) == (0, True)
            assert ("its songs do not rest" in done.stderr) == bool(words)

    def test_a_dry_scan_works(self, ask: Asked, song: Path) -> None:
        assert "Dry run" in ask("scan", "--dry-run", "--jobs", "1", song.parent).stdout

    def test_what_is_only_in_the_write_ahead_log_counts(
        self, ask: Asked, index: Path, song: Path, folder: Path
    ) -> None:
        """As a killed scan leaves it: SQLite's own files are there, or only the log is."""
        kept = folder / "kept"
        kept.mkdir()
        index.chmod(0o644)
        with SongIndex.open(index) as opened:
            opened.store(_record(song, "Newer"))
            for each in index.parent.iterdir():
                shutil.copy(each, kept)
        for without in ("-none", "-shm"):
            for each in [*index.parent.iterdir()]:
                each.unlink()
            for each in kept.iterdir():
                if not each.name.endswith(without):
                    shutil.copy(each, index.parent)
            assert _titles(ask(*PLAYLIST)) == ["Newer"]
            index.parent.chmod(0o755)

    def test_another_process_may_be_writing_it(self, ask: Asked, index: Path, song: Path) -> None:
        index.chmod(0o644)
        with SongIndex.open(index) as opened:
            opened.store(_record(song, "Newest"))
            assert _titles(ask(*PLAYLIST)) == ["Newest"]
            if os.geteuid() == 0:
                opened.store(_record(song, "Newer still"))
                assert _titles(ask(*PLAYLIST)) == ["Newer still"]

    @pytest.mark.parametrize("last", ["0003_steadiness", "0006_files_by_inode"])
    def test_one_of_an_older_shape_is_brought_up_to_date_elsewhere(
        self, ask: Asked, index: Path, song: Path, last: str
    ) -> None:
        index.unlink()
        with closing(Database(index, execute_plugins=False)) as db:
            MIGRATIONS.apply(db, stop_before=STEPS[STEPS.index(last) + 1 :])
            db.conn.execute(
                "INSERT INTO songs (id, path, stamp, title, duration) VALUES (1, ?, ?, 'Old', 9)",
                [str(song), "1 2 3 4"],
            )
            db.conn.execute("INSERT INTO paces VALUES (1, 0, 165.0, 0.9)")
            db.conn.commit()
        index.chmod(0o444)

        assert _titles(ask(*PLAYLIST)) == ["Old"]

    def test_the_copy_of_it_is_gone_afterwards(self, ask: Asked, tmp_path: Path) -> None:
        copies = "pacetag-*/.pacetag-scratch"  # other tests make folders of that name, too
        before = {*Path(tempfile.gettempdir()).glob(copies)}

        ask(*PLAYLIST)

        assert {*Path(tempfile.gettempdir()).glob(copies)} <= before

    @pytest.mark.parametrize("what", ["", "-wal"])
    def test_one_that_may_not_be_read_says_so(self, index: Path, song: Path, what: str) -> None:
        index.chmod(0o644)
        with SongIndex.open(index) as opened:
            opened.store(_record(song, "Newer"))
            index.with_name(index.name + what).chmod(0)
            index.parent.chmod(0o555)
            _give_away(index.parent)
            done = _as_another(index, "stats")

        it = "it" if not what else "songs.db-wal"
        assert done.returncode == 1
        assert f"the index cannot be read ({it} may not be read by you)" in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["scan", "watch", "undo"])
def test_what_must_write_says_in_one_sentence_what_is_in_the_way(
    ask: Asked, song: Path, command: str, index: Path
) -> None:
    done = ask(command, song.parent)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"pacetag: {index}: the index cannot be written (its folder may")
    assert "or choose another file with --index" in done.stderr


MOUNTED = """
set -e
mount --bind "$1" "$1"
mount -o remount,ro,bind "$1"
shift
exec "$@"
"""


def _mounts() -> bool:
    tried = ["unshare", "-m", "sh", "-c", "mount --bind /tmp /tmp"]
    return bool(shutil.which("unshare")) and not subprocess.run(tried, check=False).returncode


class TestDisks:
    """Real mounts, in a name space of their own."""

    @pytest.fixture(autouse=True)
    def _needs_mounts(self) -> None:
        if not _mounts():
            pytest.skip("this process may not mount")

    @pytest.mark.parametrize("command", [PLAYLIST, ("stats",)], ids=lambda command: command[0])
    def test_a_read_only_mount_is_enough_to_ask(
        self, folder: Path, index: Path, command: tuple[str, ...]
    ) -> None:
        done = _mounted(MOUNTED, index.parent, index, *command)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout

    def test_a_scan_names_the_mount(self, index: Path, song: Path) -> None:
        done = _mounted(MOUNTED, index.parent, index, "scan", song.parent)

        assert done.returncode == 1
        assert "its folder lies on a disk that is mounted for reading only" in done.stderr

    @pytest.mark.outside("mksquashfs")
    def test_a_disk_that_nothing_can_write_needs_no_copy(self, folder: Path, index: Path) -> None:
        image, place = folder / "image", folder / "disk"
        place.mkdir()
        subprocess.run(["mksquashfs", index.parent, image, "-quiet"], check=True, stdout=-3)
        script = f'set -e; mount -o loop "{image}" "$1"; shift; exec "$@"'
        done = _mounted(script, place, place / index.name, "--verbose", "stats")
        if "mount:" in done.stderr:
            pytest.skip("this process may not mount images")

        assert done.returncode == 0
        assert "1 song by" in done.stdout
        assert "opened as it lies" in done.stderr


def _mounted(
    script: str, place: Path, index: Path, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, FAKES / "pacetag_with_fake_judge.py", *arguments]
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", place, *command],
        env={**os.environ, "PACETAG_INDEX": str(index)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class TestFileSystems:
    @pytest.mark.parametrize(
        ("line", "frozen"),
        [
            ("36 25 7:0 / {} ro - squashfs /dev/loop0 ro", True),
            ("36 25 8:1 / {} ro,noatime shared:1 - ext4 /dev/sda1 ro,errors=remount-ro", True),
            ("36 25 8:1 /ix {} ro - ext4 /dev/sda1 rw", False),
            ("36 25 0:9 / {} ro - nfs4 server:/ix ro", False),
            ("36 25 0:9 / {} ro - overlay overlay ro", False),
        ],
    )
    def test_only_a_local_one_that_is_read_only_as_a_whole_is_frozen(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, frozen: bool
    ) -> None:
        place = tmp_path / "a disk"
        place.mkdir()
        file = place / "songs.db"
        file.touch()
        table = tmp_path / "mountinfo"
        name = str(place).replace(" ", "\\040")
        table.write_text(f"1 0 0:1 / / rw - ext4 /dev/root ro\n{line.format(name)}\n")
        monkeypatch.setattr(mounts, "MOUNTS", table)
        status = os.statvfs(file)

        class ReadOnly:
            f_flag = status.f_flag | os.ST_RDONLY

        monkeypatch.setattr(os, "statvfs", lambda path: ReadOnly)

        assert access.is_frozen(file) == frozen

    def test_what_can_be_written_is_never_frozen(self, tmp_path: Path) -> None:
        assert not access.is_frozen(tmp_path)


class TestCopying:
    def test_a_copy_of_files_that_are_written_meanwhile_is_whole(
        self, tmp_path: Path, song: Path
    ) -> None:
        """Checkpoints in the midst of it have it done again."""
        source = tmp_path / "songs.db"
        with SongIndex.open(source) as index:
            for number in range(50):
                index.store(_record(song, f"{number}"))
            plain = shutil.copyfile
            changed = iter([True, True, False, False])

            def slow(old: Path, new: Path) -> None:
                plain(old, new)
                if Path(old) == source and next(changed, False):
                    index.store(_record(song, "last"))
                    with closing(sqlite3.connect(source)) as other:
                        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(shutil, "copyfile", slow)
                reading.copy_files(source, tmp_path / "copy.db")

        with SongIndex.open(tmp_path / "copy.db") as copy:
            assert copy.song(str(song)) == _record(song, "last")

    def test_files_that_are_always_written_are_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = tmp_path / "songs.db"
        SongIndex.open(source).close()
        monkeypatch.setattr(reading, "BETWEEN", 0)
        plain = shutil.copyfile

        def touched(old: Path, new: Path) -> None:
            plain(old, new)
            os.utime(source, ns=(0, source.stat().st_mtime_ns - 10**9))

        monkeypatch.setattr(shutil, "copyfile", touched)

        with pytest.raises(BusyIndexError, match="all the time"):
            reading.copy_files(source, tmp_path / "copy.db")
        assert not (tmp_path / "copy.db").exists()
