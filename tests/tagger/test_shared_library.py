"""A library that a group shares: files of another user, writable or not."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.conftest import FAKES

MakeSong = Callable[..., Path]

SONGS = ("172-86.mp3", "100.flac", "110.ogg", "120.opus", "130.m4a", "140.wav")
THEIRS = "it belongs to another user, who lets you read it only (`chmod g+w` changes that)"
OWNER, GROUP, USER = 1500, 1600, 1501

# Another user who may read everything, as where this Python lies, but writes as other users do.
AS_USER = (
    *("setpriv", f"--reuid={USER}", f"--regid={USER}", f"--groups={GROUP}"),
    *("--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"),
)


def _can_be_others() -> bool:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return False
    return subprocess.run([*AS_USER, "true"], check=False, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(
    not _can_be_others(), reason="only the superuser can act as other users"
)


@dataclass(frozen=True)
class Shared:
    """The library, and what must stay of its songs."""

    folder: Path
    index: Path
    songs: Sequence[Path]

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """The command as the other user runs it."""
        environment = {**os.environ, "PACETAG_INDEX": str(self.index), "HOME": "/nonexistent"}
        environment["FAKE_JUDGE_LOG"] = str(self.index.with_name("judged"))
        command = [sys.executable, str(FAKES / "pacetag_with_fake_judge.py"), *arguments]
        return subprocess.run(
            [*AS_USER, *command], check=False, capture_output=True, text=True, env=environment
        )

    def rights(self) -> list[tuple[int, ...]]:
        """Mode, owner, group and number of every song, and of their folder."""
        found = [each.stat() for each in (self.folder, *self.songs)]
        return [(stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid, s.st_ino) for s in found]

    def judged(self) -> int:
        """How many songs were listened to so far."""
        log = self.index.with_name("judged")
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach; those of the tests are closed to them."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def library(place: Path) -> Path:
    """A folder for songs."""
    folder = place / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def shared(make_song: MakeSong, library: Path, place: Path) -> Shared:
    """Songs of another user in a folder of a group that may write both."""
    songs = [make_song(name) for name in SONGS]
    for each in (library, *songs):
        os.chown(each, OWNER, GROUP)
        each.chmod(0o2775 if each == library else 0o664)
    own = place / "own"
    own.mkdir()
    os.chown(own, USER, USER)
    return Shared(library, own / "index.sqlite3", songs)


@pytest.mark.parametrize("mode", [0o2775, 0o3775, 0o2755, 0o555], ids=oct)
def test_songs_of_others_that_may_be_written_are_written_in_their_place(
    shared: Shared, mode: int
) -> None:
    """In a folder of the group, in a sticky one, and in folders that are the owner's alone."""
    shared.folder.chmod(mode)
    before, listing = shared.rights(), sorted(shared.folder.iterdir())
    sounds = [file_fingerprint(song) for song in shared.songs]

    scanned = shared.run("scan", shared.folder)

    assert scanned.returncode == 0, scanned.stderr
    assert f"{len(SONGS)} tagged, 0 unchanged, 0 skipped, 0 failed" in scanned.stdout
    assert all(read_tags(song).pace for song in shared.songs)
    assert shared.rights() == before
    again = shared.run("scan", shared.folder)
    assert f"0 tagged, {len(SONGS)} unchanged, 0 skipped, 0 failed" in again.stdout
    undone = shared.run("undo", shared.folder)
    assert undone.stdout == f"{len(SONGS)} restored, 0 had nothing to undo, 0 failed\n"
    assert not any(read_tags(song).pace for song in shared.songs)
    assert shared.rights() == before
    assert [file_fingerprint(song) for song in shared.songs] == sounds
    assert sorted(shared.folder.iterdir()) == listing


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (0o644, THEIRS),
        (0o444, "the file is read-only (`chmod u+w` changes that)"),
    ],
)
def test_songs_of_others_that_may_only_be_read_are_indexed_till_they_may_be_written(
    shared: Shared, mode: int, reason: str
) -> None:
    for song in shared.songs:
        song.chmod(mode)
    before = shared.rights()

    for _ in range(2):
        scanned = shared.run("scan", "--json", shared.folder)
        assert scanned.returncode == 0, scanned.stderr
        assert scanned.stdout.count(f'"indexed only: {reason}"') == len(SONGS)
    assert shared.rights() == before
    assert shared.judged() == len(SONGS)
    for song in shared.songs:
        song.chmod(0o664)
    assert f"{len(SONGS)} tagged" in shared.run("scan", shared.folder).stdout
    assert shared.judged() == len(SONGS)
