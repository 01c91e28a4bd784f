"""Journals lie beside the index in use, for every index and every home folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.settings import journals_beside
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety import journal
from tests.tagger.attacks.test_planted_journals import record_of
from tests.tagger.conftest import FAKES
from tests.tagger.tags.dying_disk import die, steps_of
from tests.tagger.writing import journal_folder, write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Done = subprocess.CompletedProcess[str]

DYING = """
import os, sys
sys.path.insert(0, sys.argv.pop(1))
from pacetag.tagger.workers import pool
from pacetag.tagger.tags.safety import in_place
from pacetag.tagger.cli import main
def die(path, file, patches):
    for each in patches:
        os.pwrite(file.fileno(), each.new[: len(each.new) // 2], each.place)
    os._exit(9)
in_place._write = die
pool.shipped_judge = lambda: pool.JudgeRef(bundle="fake-1", factory="fake_judge:load")
if __name__ == "__main__":
    main()
"""


def run(*arguments: str | Path, home: Path, dying: bool = False) -> Done:
    """Run the command for a user with that home and no settings."""
    mine = {"HOME": os.fspath(home)}
    others = ("PACETAG_INDEX", "XDG_DATA_HOME", "HOME")
    environment = {key: value for key, value in os.environ.items() if key not in others} | mine
    program = Path(os.fspath(arguments[1])).with_name("dying.py")
    program.write_text(DYING)
    front = [program, FAKES] if dying else [FAKES / "pacetag_with_fake_judge.py"]
    return subprocess.run(
        [sys.executable, *front, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_scan_under_another_home_puts_right_what_one_with_the_same_index_left(
    make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    song, index = make_song("172.flac"), tmp_path / "chosen" / "songs.db"
    scan = ("scan", library, "--index", index)
    run(*scan, home=tmp_path / "mine")
    run("undo", *scan[1:], home=tmp_path / "mine")  # which leaves padding to write into
    content = song.read_bytes()

    died = run(*scan, home=tmp_path / "mine", dying=True)

    assert died.returncode == 9, died.stderr
    assert song.read_bytes() != content
    assert len([*journals_beside(index).iterdir()]) == 1
    assert not (tmp_path / "mine").exists()
    done = run(*scan, home=tmp_path / "yours")
    assert done.returncode == 0, done.stderr
    assert f"{song}: writing its tags was broken off; it is as it was before" in done.stderr
    assert "1 tagged" in done.stdout
    assert read_tags(song).pace == ("172",)
    assert [*journals_beside(index).iterdir()] == []


@pytest.mark.parametrize("kind", ["nowhere", "file"])
def test_a_service_without_a_home_writes_tags_and_takes_them_back(
    kind: str, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    song, index = make_song("172.flac"), tmp_path / "songs.db"
    home = tmp_path / "file" if kind == "file" else Path("/proc/nowhere")

    done = run("scan", library, "--index", index, home=home)

    assert (done.returncode, done.stderr) == (0, "")
    assert read_tags(song).pace == ("172",)
    assert run("undo", library, "--index", index, home=home).returncode == 0
    assert read_tags(song).pace == ()


def tear(song: Path) -> bytes:
    """Die in the middle of writing a song, with a journal beside the usual index; what it was."""

    def write() -> None:
        write_tags(song, {"pace": ["99"], "pacetag": ["another line"]})

    journal_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    content = song.read_bytes()
    steps = steps_of(write)
    song.write_bytes(content)
    die(write, steps.index(("pwrite", os.fspath(song))), half=True)
    assert song.read_bytes() != content
    return content


def unbind(path: Path) -> None:
    """Make it a journal of the version before."""
    path.write_bytes(journal.render({**record_of(path), "format": journal.UNBOUND}))


@pytest.fixture
def song(make_song: MakeSong, pacetag: Run, library: Path) -> Path:
    """A song of the usual index."""
    path = make_song("172.flac")
    assert pacetag("scan", library).exit_code == 0
    return path


class TestEarlierVersions:
    """They kept all journals beside the usual index, and did not bind them."""

    def test_a_journal_of_theirs_is_obeyed(self, song: Path, pacetag: Run) -> None:
        content = tear(song)
        (path,) = journal_folder().iterdir()
        unbind(path)

        assert "it is as it was before" in pacetag("stats").stderr
        assert song.read_bytes() == content

    def test_a_song_that_is_reached_by_a_link_is_known_by_it(
        self, make_song: MakeSong, pacetag: Run, library: Path, tmp_path: Path
    ) -> None:
        real = make_song("172.flac").rename(tmp_path / "real.flac")
        (library / "172.flac").symlink_to(real)
        assert pacetag("scan", library).exit_code == 0
        content = tear(real)
        (path,) = journal_folder().iterdir()
        unbind(path)

        assert "it is as it was before" in pacetag("stats").stderr
        assert real.read_bytes() == content

    def test_that_of_a_song_which_only_the_chosen_index_knows_is_obeyed(
        self, make_song: MakeSong, pacetag: Run, library: Path, tmp_path: Path
    ) -> None:
        path, chosen = make_song("172.flac"), tmp_path / "chosen.sqlite3"
        assert pacetag("scan", library, "--index", chosen).exit_code == 0
        content = tear(path)
        (place,) = journal_folder().iterdir()
        unbind(place)

        done = pacetag("undo", tmp_path / "data", "--index", chosen)

        assert "it is as it was before" in done.stderr
        assert path.read_bytes() == content

    def test_that_of_a_song_which_another_index_may_know_waits(
        self, song: Path, pacetag: Run, library: Path, index_file: Path, tmp_path: Path
    ) -> None:
        tear(song)
        (place,) = journal_folder().iterdir()
        unbind(place)
        half, index = song.read_bytes(), index_file.read_bytes()
        index_file.unlink()
        (tmp_path / "none").mkdir()

        done = pacetag("scan", tmp_path / "none", "--index", tmp_path / "other.sqlite3")

        assert "it cannot be put right yet: the index knows no such song there" in done.stderr
        assert song.read_bytes() == half
        index_file.write_bytes(index)
        assert "it is as it was before" in pacetag("stats").stderr

    def test_the_user_s_data_folder_is_looked_into_where_a_variable_names_the_index(
        self,
        song: Path,
        pacetag: Run,
        library: Path,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        content = tear(song)
        usual = tmp_path / "share" / "pacetag"
        usual.parent.mkdir(exist_ok=True)
        (tmp_path / "data").rename(usual)

        done = pacetag("scan", library)

        assert "it is as it was before" in done.stderr
        assert song.read_bytes() == content
        assert read_tags(song).pace == ("172",)


class TestLostIndex:
    def test_while_it_is_damaged_journals_wait(
        self, song: Path, pacetag: Run, library: Path, index_file: Path
    ) -> None:
        content, index = tear(song), index_file.read_bytes()
        index_file.write_bytes(b"no database" * 1000)

        for command in (("stats",), ("scan", library), ("undo", library)):
            done = pacetag(*command)
            assert done.exit_code == 1
            assert (
                f"{journal_folder()}: tag writes that broke off wait there until the index can "
                "be used" in done.stderr
            )
            assert song.read_bytes() != content
        index_file.write_bytes(index)

        assert "it is as it was before" in pacetag("stats").stderr
        assert song.read_bytes() == content

    def test_where_a_new_one_was_made_a_bound_journal_speaks_for_itself(
        self, song: Path, pacetag: Run, library: Path, index_file: Path
    ) -> None:
        tear(song)
        index_file.unlink()

        done = pacetag("scan", library)

        assert "it is as it was before" in done.stderr
        assert read_tags(song).pace == ("172",)

    def test_and_any_other_is_set_aside(
        self, song: Path, pacetag: Run, tmp_path: Path, index_file: Path
    ) -> None:
        content = tear(song)
        (path,) = journal_folder().iterdir()
        unbind(path)
        index_file.unlink()
        (tmp_path / "none").mkdir()

        done = pacetag("scan", tmp_path / "none")

        assert "the index knows no such song there" in done.stderr
        assert song.read_bytes() != content
        assert [each.suffix for each in journal_folder().iterdir()] == [".aside"]


def test_a_song_without_any_history_can_be_put_right_after_an_undo_that_failed(
    make_song: MakeSong,
    pacetag: Run,
    library: Path,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The undo takes its own note back, but the index must go on to know the song."""
    other, song = make_song("90.flac"), make_song("172.flac")
    assert pacetag("scan", library).exit_code == 0
    index_file.unlink()
    assert pacetag("scan", other).exit_code == 0
    content = song.read_bytes()

    tried: list[int] = []

    def fail(descriptor: int, place: int, data: bytes) -> None:
        if not tried:
            os.pwrite(descriptor, data[: len(data) // 2], place)
        tried.append(place)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("pacetag.tagger.tags.safety.in_place.write_at", fail)
        done = pacetag("undo", song)
    assert "pacetag tries again at its next start" in done.stderr
    assert song.read_bytes() != content

    assert "it is as it was before" in pacetag("stats").stderr
    assert song.read_bytes() == content


def test_show_puts_right_what_waits_beside_the_usual_index_and_needs_none(
    song: Path, pacetag: Run, tmp_path: Path, index_file: Path
) -> None:
    content = tear(song)

    assert "it is as it was before" in pacetag("show", song).stderr
    assert song.read_bytes() == content
    shutil.rmtree(index_file.parent)
    done = pacetag("show", song)
    assert (done.exit_code, done.stderr) == (0, "")
    assert not index_file.parent.exists()


def test_show_leaves_journals_whose_index_is_gone(
    song: Path, pacetag: Run, index_file: Path
) -> None:
    tear(song)
    half = song.read_bytes()
    index_file.unlink()

    done = pacetag("show", song)

    assert "cannot be put right yet" in done.stderr
    assert song.read_bytes() == half
    assert not index_file.exists()


def test_a_scan_under_another_index_knows_its_own(
    song: Path, pacetag: Run, library: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "songs.db"
    assert pacetag("scan", library, "--index", other).exit_code == 0
    with SongIndex.open(other) as index:
        assert index.song(str(song)) is not None
    assert not journals_beside(other).exists() or [*journals_beside(other).iterdir()] == []
