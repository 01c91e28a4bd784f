"""Songs that other programs hold open, that other users own, or that change at a bad moment."""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pacetag.tagger.tags import writer
from pacetag.tagger.tags.errors import ChangedMeanwhileError, NotWritableError, TagError
from pacetag.tagger.tags.safety import locks
from pacetag.tagger.tags.safety.replace import stamp_of
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import Disk, leftovers, watched
from tests.tagger.tags.test_cut_short import CASES, SECOND, Trial, steps_of_write
from tests.tagger.writing import journal_folder, write_tags

HOLDER = """
import fcntl, sys
file = open(sys.argv[1], sys.argv[2])
if sys.argv[3] == "lock":
    fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path, mode: str, lock: str = "") -> Iterator[None]:
    """Another process has the file open, and perhaps locked."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, mode, lock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate()


class TestInUse:
    def test_a_song_that_another_program_may_write_is_refused(self, any_song: Song) -> None:
        content = any_song.path.read_bytes()

        with (
            held_elsewhere(any_song.path, "ab"),
            pytest.raises(NotWritableError, match="another program has it open for writing"),
        ):
            write_tags(any_song.path, SECOND)

        assert any_song.path.read_bytes() == content
        assert write_tags(any_song.path, SECOND).changed

    def test_a_song_that_is_being_played_is_written(self, any_song: Song) -> None:
        with held_elsewhere(any_song.path, "rb"):
            assert write_tags(any_song.path, SECOND).changed

    def test_a_writer_that_comes_while_the_copy_is_made_is_seen(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content, verify, files = any_song.path.read_bytes(), writer._verify_sound, list[object]()

        def open_meanwhile(*arguments: object) -> None:
            verify(*arguments)  # type: ignore[arg-type]
            files.append(any_song.path.open("ab"))

        monkeypatch.setattr(writer, "_verify_sound", open_meanwhile)
        with pytest.raises(NotWritableError, match="open for writing"):
            write_tags(any_song.path, {"pacetag": ["x" * 9000]})

        for each in files:
            each.close()  # type: ignore[attr-defined]
        assert any_song.path.read_bytes() == content

    def test_a_locked_song_is_waited_for_and_then_refused(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(locks, "TIMEOUT", 0.05)

        with (
            held_elsewhere(any_song.path, "rb", "lock"),
            pytest.raises(NotWritableError, match="another program keeps it locked"),
        ):
            write_tags(any_song.path, SECOND)

        assert write_tags(any_song.path, SECOND).changed

    def test_where_neither_can_be_told_it_is_written(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*_: object) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

        monkeypatch.setattr(fcntl, "fcntl", unknown)
        monkeypatch.setattr("pacetag.tagger.tags.safety.locks.hold", unknown)

        assert write_tags(any_song.path, SECOND).changed


def test_links_in_a_circle_are_reported(tmp_path: Path) -> None:
    one, other = tmp_path / "one.mp3", tmp_path / "other.mp3"
    one.symlink_to(other)
    other.symlink_to(one)

    with pytest.raises(TagError, match="links lead in a circle"):
        write_tags(one, SECOND)


class TestForeignTaggers:
    """A program that writes the song between our probe and our write wins."""

    def replaced(self, path: Path) -> None:
        other = path.with_name("by another tagger")
        other.write_bytes(path.read_bytes() + b"replaced")
        other.replace(path)

    def appended(self, path: Path) -> None:
        with path.open("ab") as file:
            file.write(b"appended")

    def overwritten(self, path: Path) -> None:
        """The length stays the same."""
        with path.open("r+b") as file:
            byte = file.read(1)
            file.seek(0)
            file.write(bytes([byte[0] ^ 1]))

    @pytest.mark.parametrize("way", ["replaced", "appended", "overwritten"])
    @pytest.mark.parametrize("case", ["again", "grows", "linked grows"])
    def test_before_any_step_of_ours(self, any_song: Song, case: str, way: str) -> None:
        trial = Trial(any_song, CASES[case])
        if case == "linked grows" and way == "replaced":
            trial.second.unlink()  # else it would keep the content that is compared
        path = os.fspath(any_song.path)
        steps = steps_of_write(trial)
        # The last step before the song is touched: the write to it, or what is renamed to it.
        last = next(n for n, step in enumerate(steps) if step[1] == path or step[0] == "fchmod") - (
            1 if case != "grows" else 0
        )
        for at in range(last + 1):
            trial.restart()
            theirs: list[bytes] = []
            disk = Disk()

            def meddle(_kind: str, _path: str, at: int = at, disk: Disk = disk) -> None:
                if len(disk.steps) == at and not theirs:  # noqa: B023
                    getattr(self, way)(any_song.path)
                    theirs.append(any_song.path.read_bytes())  # noqa: B023

            disk.before = meddle
            with pytest.raises(ChangedMeanwhileError), watched(disk):
                trial.write()

            assert any_song.path.read_bytes() == theirs[0], (at, steps[at])
            assert list(journal_folder().glob("*")) == [], (at, steps[at])
            assert leftovers(any_song.path.parent) == []

    def test_the_stamp_is_not_theirs(self, any_song: Song) -> None:
        """A change right after ours makes the next scan look again."""
        write_tags(any_song.path, {"pace": ["150"]})
        path = os.fspath(any_song.path)

        def meddle(kind: str, what: str) -> None:
            if kind == "unlink" and what.endswith(".journal"):
                self.appended(any_song.path)

        with watched(Disk(before=meddle)):
            stamp = write_tags(any_song.path, SECOND).stamp

        assert stamp != stamp_of(os.stat(path))  # noqa: PTH116
