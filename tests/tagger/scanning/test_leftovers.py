"""Files that killed processes left beside songs and elsewhere are removed, and no others."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.index import scratch
from pacetag.tagger.index.scratch import scratch_folder
from pacetag.tagger.tags.safety.temp_files import temp_file_beside
from tests.tagger.tags.dying_disk import die, leftovers, steps_of
from tests.tagger.writing import journal_folder, write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.usefixtures("worker_threads")
ROOM = 60.0  # seconds, which nothing here takes


@pytest.fixture
def song(make_song: MakeSong) -> Path:
    """A song in a folder of its own."""
    return make_song("album/172.flac")


@pytest.fixture
def drafts(song: Path, library: Path) -> list[Path]:
    """What a killed scan, undo or playlist left, of this version and of the one before."""
    paths = [
        library / ".pacetag-0123456789ab.tmp",
        song.parent / ".pacetag-0123456789ab.tmp",
        song.parent / ".pacetag-0123456789abcdef.tmp",
    ]
    for each in paths:
        each.write_bytes(b"half of something")
    return paths


@pytest.mark.parametrize("command", ["scan", "undo"])
def test_a_command_sweeps_every_folder_that_it_walks(
    command: str, drafts: list[Path], pacetag: Run, library: Path
) -> None:
    done = pacetag(command, library)

    assert done.exit_code == 0
    assert [each for each in drafts if each.exists()] == []


def test_a_watcher_sweeps_at_its_start_and_again(
    drafts: list[Path], pacetag_process: Start, library: Path
) -> None:
    watcher = pacetag_process("watch", library, "--settle", "0.1", "--sweep", "0.02")

    for _ in range(2):
        deadline = time.monotonic() + ROOM
        while leftovers(library) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert leftovers(library) == []
        drafts[1].touch()
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(ROOM) == 130


@pytest.mark.parametrize("command", ["scan", "undo"])
def test_a_dry_run_sweeps_nothing(
    command: str, drafts: list[Path], pacetag: Run, library: Path
) -> None:
    before = leftovers(library)

    assert pacetag(command, "--dry-run", library).exit_code == 0

    assert leftovers(library) == before


def test_drafts_of_the_living_and_what_is_no_draft_of_pacetag_s_stay(
    song: Path, pacetag: Run, library: Path
) -> None:
    others = [
        library / ".pacetag-notes.tmp",
        library / ".pacetag-0123456789abcd.tmp",
        library / ".pacetag-0123456789AB.tmp",
        library / ".pacetag-0123456789ab.rescued",
        library / "pacetag-0123456789ab.tmp",
    ]
    for each in others:
        each.touch()
    link = library / ".pacetag-00000000000a.tmp"
    link.symlink_to(others[0])
    folder = library / ".pacetag-00000000000b.tmp"
    folder.mkdir()

    with temp_file_beside(song) as living:
        assert pacetag("scan", library).exit_code == 0
        assert living.exists()

    assert all(map(os.path.lexists, [*others, link, folder]))


def test_a_check_that_only_tags_change_passes_drafts_over(
    drafts: list[Path], pacetag: Run, library: Path
) -> None:
    done = pacetag("scan", library, "--read-only-check", library)

    assert done.exit_code == 0, done.stderr
    assert leftovers(library) == []


class TestCopies:
    """Old and new contents of songs with several names."""

    @pytest.fixture
    def copies(self, song: Path, pacetag: Run, library: Path) -> list[Path]:
        """Of a song whose writer died."""
        song.with_name("again.flac").hardlink_to(song)
        assert pacetag("scan", library).exit_code == 0

        def write() -> None:
            write_tags(song, {"pacetag": ["x" * 9000]})

        content = song.read_bytes()
        journal_folder().mkdir(mode=0o700, exist_ok=True)
        steps = steps_of(write)
        song.write_bytes(content)
        place = max(n for n, step in enumerate(steps) if step == ("pwrite", os.fspath(song)))
        die(write, place, half=True)
        found = [each for each in song.parent.iterdir() if each.suffix in (".new", ".bak")]
        assert len(found) == 2
        return sorted(found)

    def test_those_without_a_journal_are_named_and_kept(
        self, copies: list[Path], pacetag: Run, library: Path
    ) -> None:
        for each in journal_folder().iterdir():
            each.rename(library.parent / each.name)

        for command in ("scan", "undo"):
            said = pacetag(command, library).stderr
            told = [line for line in said.splitlines() if "no journal of this index" in line]
            assert [line.split(": ")[1] for line in told] == list(map(str, copies))
        assert all(each.exists() for each in copies)

    def test_those_that_a_waiting_journal_needs_are_not(
        self, copies: list[Path], pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as patch:
            patch.setattr("os.pwrite", refuse)
            said = pacetag("undo", library / "album").stderr

        assert "cannot be put right yet" in said
        assert "no journal of this index" not in said
        assert all(each.exists() for each in copies)

    def test_nor_those_of_the_living(self, copies: list[Path], pacetag: Run, library: Path) -> None:
        for each in journal_folder().iterdir():
            each.rename(library.parent / each.name)
        with temp_file_beside(library / "album" / "172.flac") as living:
            copy = living.rename(living.with_suffix(".bak"))
            said = pacetag("scan", library).stderr
            copy.rename(living)

        assert said.count("no journal of this index") == len(copies)


class TestScratch:
    """Where a dry run keeps its copy of the index."""

    @pytest.fixture(autouse=True)
    def temporary(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setenv("TMPDIR", str(folder))
        monkeypatch.setattr("tempfile.tempdir", None)
        yield folder
        monkeypatch.setattr("tempfile.tempdir", None)

    def test_what_a_killed_dry_run_left_the_next_one_sweeps_away(
        self,
        make_song: MakeSong,
        pacetag_process: Start,
        pacetag: Run,
        library: Path,
        temporary: Path,
    ) -> None:
        make_song("172.flac")
        assert pacetag("scan", library).exit_code == 0
        make_song("endless.flac")
        killed = pacetag_process("scan", "--dry-run", library, "--json")
        assert killed.stdout is not None
        assert "172" in killed.stdout.readline()
        killed.kill()
        killed.communicate(timeout=ROOM)
        (left,) = temporary.iterdir()
        modes = [each.stat().st_mode & 0o777 for each in (left, *left.iterdir())]
        assert modes == [0o700, *[0o600] * (len(modes) - 1)]
        assert len(modes) > 2
        (library / "endless.flac").unlink()

        assert pacetag("scan", "--dry-run", library).exit_code == 0

        assert list(temporary.iterdir()) == []

    def test_those_in_use_and_folders_of_others_stay(self, temporary: Path) -> None:
        own = temporary / "pacetag-backup"
        (own / "songs").mkdir(parents=True)
        open_to_all = temporary / "pacetag-open"
        open_to_all.mkdir()
        open_to_all.chmod(0o755)
        (open_to_all / scratch._MARK).touch()
        away = temporary.with_name("away")
        away.mkdir(mode=0o700)
        (away / scratch._MARK).touch()
        (temporary / "pacetag-link").symlink_to(away)

        with scratch_folder() as first, scratch_folder() as second:
            assert first.exists()
            assert second.exists()
        assert not first.exists()

        assert sorted(each.name for each in temporary.iterdir()) == [
            "pacetag-backup",
            "pacetag-link",
            "pacetag-open",
        ]
        assert (away / scratch._MARK).exists()
        assert (own / "songs").exists()
