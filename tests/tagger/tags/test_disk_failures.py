"""When a disk fails at any step, the song stays whole and the reason is reported."""

import errno
import os
import shutil
import subprocess
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pacetag.tagger.tags import writer
from pacetag.tagger.tags.errors import NotWritableError, TagError
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import WRITES, Disk, leftovers, watched
from tests.tagger.tags.test_cut_short import CASES, LONG, SECOND, Trial, steps_of_write
from tests.tagger.writing import journal_folder, recover, write_tags

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT)
ALL = ("again", "grows", "linked grows")
PLACES = ("song", "journal")


def attempt(trial: Trial, disk: Disk) -> BaseException | None:
    """Write from the beginning with that disk; return the error, if any."""
    trial.restart()
    try:
        with watched(disk):
            trial.write()
    except (TagError, KeyboardInterrupt) as error:
        return error
    return None


@pytest.mark.parametrize("case", ALL)
def test_a_step_that_fails_leaves_the_old_tags(any_song: Song, case: str) -> None:
    """Each step with one error, and in the long version with each."""
    trial = Trial(any_song, CASES[case])
    for at, (kind, path) in enumerate(steps_of_write(trial)):
        for number in ERRORS if LONG else [ERRORS[at % len(ERRORS)]]:
            failure = OSError(number, os.strerror(number))
            found = attempt(trial, Disk(at=at, half=kind in WRITES, failure=failure))

            if found is None:  # the song was done with already, or written in its place instead
                assert trial.fields() == (("172", "86"), *trial.case.fields["pacetag"])
                assert kind in ("fsync", "unlink", "fchmod", "replace")
                assert recover(journal_folder()) == []
            else:
                assert list(journal_folder().glob("*")) == [], (at, kind, path)
                assert any_song.path.read_bytes() == trial.content, (at, kind, path)
                assert len(str(found)) > len(f"{any_song.path}: ")
            trial.check((at, kind, path))


@pytest.mark.parametrize("case", ALL)
def test_an_interruption_at_any_step_leaves_nothing_behind(any_song: Song, case: str) -> None:
    trial = Trial(any_song, CASES[case])
    for at, (kind, path) in enumerate(steps_of_write(trial)):
        found = attempt(trial, Disk(at=at, half=kind in WRITES, failure=KeyboardInterrupt()))

        assert isinstance(found, KeyboardInterrupt)
        assert recover(journal_folder()) == []  # nothing but tidying up may be left to do
        trial.check((at, kind, path))


@pytest.mark.parametrize("case", ["again", "linked grows"])
def test_a_song_that_cannot_even_be_put_back_is_put_back_later(any_song: Song, case: str) -> None:
    trial = Trial(any_song, CASES[case])
    steps = steps_of_write(trial)
    at = max(n for n, step in enumerate(steps) if step == ("pwrite", os.fspath(any_song.path)))
    failure = OSError(errno.EIO, os.strerror(errno.EIO))

    found = attempt(trial, Disk(at=at, half=True, failure=failure, lasting=True))

    assert "at its next start" in str(found)
    assert any_song.path.read_bytes() != trial.content
    assert recover(journal_folder()) == [
        f"{any_song.path}: writing its tags was broken off; it is as it was before"
    ]
    assert any_song.path.read_bytes() == trial.content
    assert leftovers(any_song.path.parent) == []
    trial.check(at)


def test_what_cannot_be_noted_is_not_written(any_song: Song, tmp_path: Path) -> None:
    write_tags(any_song.path, {"pace": ["150"]})
    content = any_song.path.read_bytes()
    (tmp_path / "no folder").touch()

    with pytest.raises(TagError, match=r"could not be noted in .*no folder.* first"):
        write_tags(any_song.path, SECOND, journals=tmp_path / "no folder" / "journal")

    assert any_song.path.read_bytes() == content


def test_a_nearly_full_disk_is_seen_beforehand(
    any_song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = any_song.path.read_bytes()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1 << 25))

    with pytest.raises(NotWritableError, match="nearly full: 64 MiB are needed, 32 are free"):
        write_tags(any_song.path, SECOND)

    assert any_song.path.read_bytes() == content


class TestRealFullDisk:
    """A file system of 1 MiB without a byte left."""

    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> Iterator[Path]:
        folder = tmp_path / "small"
        folder.mkdir()
        options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", os.fspath(folder)]
        if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
            pytest.skip("only the superuser may mount a file system")
        yield folder
        subprocess.run(["umount", folder], check=True)

    def fill(self, folder: Path) -> None:
        with (folder / "rest").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        assert shutil.disk_usage(folder).free == 0

    @pytest.mark.parametrize("place", PLACES)
    def test_the_old_tags_stay(
        self,
        copy_of: Callable[[str], Song],
        small_disk: Path,
        place: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(writer, "check_room", lambda *_: None)
        song = copy_of("mp3-v23")
        write_tags(song.path, {"pace": ["150"]})
        if place == "song":
            path = small_disk / song.path.name
            shutil.copy(song.path, path)
            journals, fields = None, {"pacetag": ["x" * 20_000]}
        else:
            path, journals, fields = song.path, small_disk / "journal", SECOND
        self.fill(small_disk)
        content, names = path.read_bytes(), sorted(path.parent.iterdir())

        with pytest.raises(TagError, match="No space left on device"):
            write_tags(path, fields, journals=journals)

        assert path.read_bytes() == content
        assert sorted(path.parent.iterdir()) == names
