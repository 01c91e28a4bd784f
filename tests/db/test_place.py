"""The place of the index: only its owner may enter, and links to it lead to the same index."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord

MakeSong = Callable[..., SongRecord]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


@pytest.fixture
def _no_umask() -> Iterator[None]:
    old = os.umask(0)
    yield
    os.umask(old)


@pytest.mark.usefixtures("_no_umask")
class TestModes:
    def test_a_new_index_and_its_new_folders_are_its_owner_s_alone(
        self, tmp_path: Path, make_song: MakeSong
    ) -> None:
        path = tmp_path / "share" / "pacetag" / "songs.db"

        with SongIndex.open(path) as index:
            index.store(make_song("/a.mp3"))
            files = [beside(path, end) for end in ("", "-wal", "-shm")]
            assert [mode(each) for each in files] == [0o600] * 3

        assert [mode(each) for each in (path.parent, path.parent.parent)] == [0o700] * 2

    def test_what_is_there_keeps_its_mode(self, tmp_path: Path, make_song: MakeSong) -> None:
        path = tmp_path / "shared" / "songs.db"
        path.parent.mkdir(mode=0o755)
        SongIndex.open(path).close()
        path.chmod(0o644)

        with SongIndex.open(path) as index:
            index.store(make_song("/a.mp3"))
            assert [mode(beside(path, end)) for end in ("", "-wal", "-shm")] == [0o644] * 3

        assert mode(path.parent) == 0o755


class TestLinks:
    @pytest.fixture
    def link(self, index_path: Path, tmp_path: Path) -> Path:
        path = tmp_path / "link.db"
        index_path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(index_path)
        return path

    def test_it_is_known_by_its_real_path(self, link: Path, index_path: Path) -> None:
        """The link leads to nothing at first."""
        with SongIndex.open(link) as index:
            assert index.path == index_path

        assert link.is_symlink()
        assert index_path.is_file()

    def test_one_whose_write_ahead_log_was_not_carried_over_is_whole(
        self, link: Path, index_path: Path, make_song: MakeSong, tmp_path: Path
    ) -> None:
        """As after a power cut, while the log was being carried over: what is lacking is in it."""
        songs = [make_song(f"/{number}.mp3") for number in range(100)]
        SongIndex.open(index_path).close()
        size = index_path.stat().st_size
        with SongIndex.open(index_path) as index:
            for song in songs:
                index.store(song)
            log = shutil.copy(beside(index_path, "-wal"), tmp_path)
        assert index_path.stat().st_size > size
        os.truncate(index_path, size)
        shutil.copy(log, beside(index_path, "-wal"))

        with SongIndex.open(link) as index:
            assert [index.song(song.path) for song in songs] == songs
