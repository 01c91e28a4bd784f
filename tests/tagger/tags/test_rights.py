"""Owner, mode, attributes and the file itself stay, with the rights of any file system."""

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags import writer
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.journal import COPIES
from pacetag.tagger.tags.safety.replace import put_in_place
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import die, leftovers, moments, steps_of
from tests.tagger.writing import journal_folder, recover, write_tags

LARGE = {"pace": ["172", "86"], "pacetag": ["x" * 9000]}  # fits no padding
ROOT = os.geteuid() == 0


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def lack(*_: object, **__: object) -> None:
    raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))


def ignore(*_: object, **__: object) -> None:
    """As some file systems of the network and of other systems do."""


Attributes = dict[str, bytes]


@pytest.fixture
def attributes(monkeypatch: pytest.MonkeyPatch) -> dict[int, Attributes]:
    """Extended attributes of files by inode, where the disk of the tests may have none."""
    held: dict[int, Attributes] = {}

    def of(file: Any) -> Attributes:
        status = os.fstat(file) if isinstance(file, int) else Path(file).stat()
        return held.setdefault(status.st_ino, {})

    monkeypatch.setattr(os, "listxattr", lambda file: list(of(file)), raising=False)
    monkeypatch.setattr(os, "getxattr", lambda file, name: of(file)[name], raising=False)
    monkeypatch.setattr(
        os, "setxattr", lambda file, name, value: of(file).update({name: value}), raising=False
    )
    monkeypatch.setattr(os, "removexattr", lambda file, name: of(file).pop(name), raising=False)
    return held


def written(path: Path) -> bool:
    """Write what does not fit; whether the song is the same file afterwards, and has its rights."""
    before, fingerprint = path.stat(), file_fingerprint(path)

    write_tags(path, LARGE)

    after = path.stat()
    assert read_tags(path).pace == ("172", "86")
    assert file_fingerprint(path) == fingerprint
    assert stat.S_IMODE(after.st_mode) == stat.S_IMODE(before.st_mode)
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert leftovers(path.parent) == leftovers(journal_folder()) == []
    return after.st_ino == before.st_ino


class TestACopyThatCannotBeMadeAlike:
    @pytest.mark.parametrize("answer", [refuse, lack, ignore])
    def test_where_modes_cannot_be_set_the_song_is_written_in_its_place(
        self, any_song: Song, answer: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        any_song.path.chmod(0o640)
        for name in ("chmod", "fchmod", "lchmod"):
            monkeypatch.setattr(os, name, answer, raising=False)

        assert written(any_song.path)

    @pytest.mark.skipif(not ROOT, reason="only the superuser can give files away")
    @pytest.mark.parametrize("owner", [(1234, -1), (-1, 4321), (1234, 4321)])
    @pytest.mark.parametrize("answer", [refuse, ignore])
    def test_where_owners_cannot_be_set_the_song_is_written_in_its_place(
        self, any_song: Song, answer: Any, owner: tuple[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.chown(any_song.path, *owner)
        for name in ("chown", "fchown", "lchown"):
            monkeypatch.setattr(os, name, answer)

        assert written(any_song.path)

    @pytest.mark.parametrize("name", ["user.rating", "system.posix_acl_access", "security.label"])
    @pytest.mark.parametrize("answer", [refuse, lack, ignore])
    def test_where_attributes_cannot_be_set_the_song_is_written_in_its_place(
        self,
        any_song: Song,
        answer: Any,
        name: str,
        attributes: dict[int, Attributes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        attributes[any_song.path.stat().st_ino] = {name: b"value"}
        monkeypatch.setattr(os, "setxattr", answer, raising=False)

        assert written(any_song.path)
        assert attributes[any_song.path.stat().st_ino] == {name: b"value"}

    def test_where_all_can_be_set_it_is_a_copy_with_the_same_attributes(
        self, any_song: Song, attributes: dict[int, Attributes]
    ) -> None:
        some = {"user.rating": b"5 stars", "system.posix_acl_access": b"rights"}
        attributes[any_song.path.stat().st_ino] = some

        assert not written(any_song.path)
        assert attributes[any_song.path.stat().st_ino] == some

    @pytest.mark.parametrize("removed", [True, False])
    def test_rights_that_a_folder_gives_new_files_are_not_given_to_the_song(
        self,
        any_song: Song,
        removed: bool,
        attributes: dict[int, Attributes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        real = put_in_place

        def inherit(path: Path, song: Path, draft: Path, before: Any) -> Any:
            attributes[draft.stat().st_ino] = {"system.posix_acl_access": b"inherited"}
            return real(path, song, draft, before)

        monkeypatch.setattr(writer, "put_in_place", inherit)
        if not removed:
            monkeypatch.setattr(os, "removexattr", refuse, raising=False)

        assert written(any_song.path) is not removed
        assert attributes.get(any_song.path.stat().st_ino, {}) == {}

    def test_where_files_cannot_be_replaced_the_song_is_written_in_its_place(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In a sticky folder people may rename and remove their own files alone."""
        real = os.replace

        def replace(old: Any, new: Any, **more: Any) -> None:
            if Path(new) == any_song.path:
                refuse()
            real(old, new, **more)

        monkeypatch.setattr(os, "replace", replace)

        assert written(any_song.path)

    @pytest.mark.parametrize("answer", [refuse, lack, ignore])
    def test_where_nothing_can_be_set_and_nothing_need_be_it_is_a_copy(
        self, any_song: Song, answer: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As on FAT, where every file has the same owner and mode."""
        any_song.path.chmod(0o600)
        for name in ("fchmod", "fchown", "setxattr"):
            monkeypatch.setattr(os, name, answer, raising=False)
        monkeypatch.setattr(os, "listxattr", lambda _: [], raising=False)
        if ROOT:
            os.chown(any_song.path, 0, any_song.path.parent.stat().st_gid)

        assert not written(any_song.path)


class TestAFolderThatMayNotBeWritten:
    def test_its_song_is_written_in_its_place_by_copies_beside_the_journals(
        self, any_song: Song
    ) -> None:
        any_song.path.parent.chmod(0o555)
        try:
            assert read_tags(any_song.path).writable
            assert written(any_song.path)
        finally:
            any_song.path.parent.chmod(0o755)
        assert list((journal_folder() / COPIES).iterdir()) == []

    @pytest.mark.parametrize("kind", ["flac", "mp3-v23tight"])
    def test_death_at_any_moment_leaves_the_old_or_the_new(
        self, copy_of: Callable[[str], Song], kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.fsync", lambda _: None)
        path = copy_of(kind).path
        content = path.read_bytes()

        def write() -> None:
            write_tags(path, LARGE)

        def restart() -> None:
            path.write_bytes(content)
            shutil.rmtree(journal_folder(), ignore_errors=True)

        path.parent.chmod(0o555)
        try:
            steps = steps_of(write)
            new = path.read_bytes()
            assert ("pwrite", os.fspath(path)) in steps
            for at, half in moments(steps):
                restart()
                die(write, at, half=half)
                recover(journal_folder())
                assert path.read_bytes() in (content, new), (at, half)
                write()
                assert path.read_bytes() == new, (at, half)
                left = list((journal_folder() / COPIES).iterdir())
                assert left == [], (at, half)
        finally:
            path.parent.chmod(0o755)

    def test_there_must_be_room_for_the_copies(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = shutil.disk_usage

        def usage(folder: Path) -> Any:
            found = real(folder)
            return found._replace(free=1 << 20) if COPIES in os.fspath(folder) else found

        monkeypatch.setattr(shutil, "disk_usage", usage)
        any_song.path.parent.chmod(0o555)
        before = any_song.path.read_bytes()
        try:
            with pytest.raises(Exception, match="the disk is nearly full"):
                write_tags(any_song.path, LARGE)
        finally:
            any_song.path.parent.chmod(0o755)
        assert any_song.path.read_bytes() == before
