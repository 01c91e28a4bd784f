"""After any failure to write tags, the file is as it was and nothing lies beside it."""

import errno
import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from pacetag.db.records import Stamp
from pacetag.tagger.tags import writer
from pacetag.tagger.tags.containers import layouts
from pacetag.tagger.tags.errors import ChangedMeanwhileError, NotWritableError, TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint, fingerprint_of
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.replace import stamp_of
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import leftovers
from tests.tagger.writing import write_tags

FIELDS = {"pace": ["172", "86"], "pacetag": ["some line"]}


def listing(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def with_second_name(song: Song) -> Path:
    second = song.path.with_name("second" + song.path.suffix)
    second.hardlink_to(song.path)
    return second


class TestLinks:
    def test_a_symlink_stays_one_and_its_target_is_written(self, any_song: Song) -> None:
        folder = any_song.path.parent / "links"
        folder.mkdir()
        link = folder / ("link" + any_song.path.suffix)
        link.symlink_to(any_song.path)

        written = write_tags(link, FIELDS, expected=stamp_of(link.stat()))

        assert link.is_symlink()
        assert read_tags(any_song.path).pace == ("172", "86")
        assert written.stamp == stamp_of(link.stat())
        assert list(folder.iterdir()) == [link]

    def test_a_dangling_link_is_an_error(self, any_song: Song) -> None:
        link = any_song.path.with_name("dangling.mp3")
        link.symlink_to("nowhere.mp3")

        with pytest.raises(TagError, match="no such file"):
            write_tags(link, FIELDS)

    def test_a_file_with_several_names_keeps_them_all(self, any_song: Song) -> None:
        second = with_second_name(any_song)
        inode = second.stat().st_ino
        names = listing(second)

        written = write_tags(second, FIELDS)

        assert any_song.path.stat().st_ino == second.stat().st_ino == inode
        assert second.stat().st_nlink == 2
        assert read_tags(any_song.path).pace == ("172", "86")
        assert written.stamp == stamp_of(any_song.path.stat())
        assert listing(second) == names

    def test_a_file_with_several_names_may_shrink(self, any_song: Song) -> None:
        write_tags(any_song.path, {"pace": [str(number) for number in range(10_000, 30_000)]})
        second = with_second_name(any_song)
        size = second.stat().st_size

        write_tags(second, {"pace": ["100"]})

        assert any_song.path.stat().st_size < size
        assert read_tags(any_song.path).pace == ("100",)


class TestWhatStays:
    def test_mode_and_owner_stay(self, any_song: Song) -> None:
        any_song.path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(any_song.path, 1234, 4321)
        before = any_song.path.stat()

        write_tags(any_song.path, FIELDS)

        after = any_song.path.stat()
        assert stat.S_IMODE(after.st_mode) == 0o640
        assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)

    def test_extended_attributes_stay(self, any_song: Song) -> None:
        try:
            os.setxattr(any_song.path, "user.rating", b"5 stars")
        except (AttributeError, OSError):
            pytest.skip("no extended attributes here")

        write_tags(any_song.path, FIELDS)

        assert os.getxattr(any_song.path, "user.rating") == b"5 stars"

    def test_the_time_of_change_moves_on(self, any_song: Song) -> None:
        """Otherwise a server that looks at it would never show the new tags."""
        os.utime(any_song.path, ns=(10**18, 10**18))

        write_tags(any_song.path, FIELDS)

        assert any_song.path.stat().st_mtime_ns > 10**18


class TestChangedMeanwhile:
    @pytest.mark.parametrize("part", ["size", "mtime_ns", "ctime_ns", "inode"])
    def test_a_file_that_is_not_the_expected_one_is_left_alone(
        self, any_song: Song, part: str
    ) -> None:
        stamp = stamp_of(any_song.path.stat())
        other = {name: getattr(stamp, name) for name in Stamp.__dataclass_fields__}
        other[part] += 1
        content = any_song.path.read_bytes()

        with pytest.raises(ChangedMeanwhileError, match="was changed"):
            write_tags(any_song.path, FIELDS, expected=Stamp(**other))

        assert any_song.path.read_bytes() == content

    def test_the_expected_file_is_written(self, any_song: Song) -> None:
        assert write_tags(any_song.path, FIELDS, expected=stamp_of(any_song.path.stat())).changed

    @pytest.mark.parametrize("names", [1, 2])
    def test_a_change_during_the_work_wins(
        self, any_song: Song, names: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if names == 2:
            with_second_name(any_song)
        before, verify = listing(any_song.path), writer._verify_sound

        def meddle(*arguments: Any) -> None:
            verify(*arguments)
            with any_song.path.open("ab") as file:
                file.write(b"appended by another program")

        monkeypatch.setattr(writer, "_verify_sound", meddle)
        with pytest.raises(ChangedMeanwhileError, match="while it was being tagged"):
            write_tags(any_song.path, FIELDS)

        assert any_song.path.read_bytes().endswith(b"appended by another program")
        assert listing(any_song.path) == before


class TestFailures:
    @pytest.mark.parametrize("failure", [refuse, interrupt])
    @pytest.mark.parametrize(
        "place",
        [
            "os.fsync",
            "pathlib.Path.replace",
            "pacetag.tagger.tags.writer.fingerprint_of",
            "pacetag.tagger.tags.writer.check_room",
        ],
    )
    def test_the_old_file_is_intact_and_alone(
        self,
        any_song: Song,
        place: str,
        failure: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        content, before = any_song.path.read_bytes(), any_song.path.stat()

        with monkeypatch.context() as patch:
            patch.setattr(place, failure)
            expected = KeyboardInterrupt if failure is interrupt else TagError
            with pytest.raises(expected):
                write_tags(any_song.path, FIELDS)

        assert any_song.path.read_bytes() == content
        assert any_song.path.stat().st_ino == before.st_ino
        assert any_song.path.stat().st_mtime_ns == before.st_mtime_ns
        assert listing(any_song.path) == [any_song.path.name]

    def test_a_writer_that_harms_other_tags_is_caught(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = any_song.path.read_bytes()
        read = layouts.read_layout

        def forgetful(source: BinaryIO, path: Path, kind: type) -> Any:
            found = read(source, path, kind)
            if reads:
                kept = found.kept
                object.__setattr__(found, "kept", lambda names: kept(names)[:-1])
            reads.append(source)
            return found

        reads: list[BinaryIO] = []
        monkeypatch.setattr(writer, "read_layout", forgetful)
        with pytest.raises(TagError, match="other tags would have changed"):
            write_tags(any_song.path, FIELDS)

        assert any_song.path.read_bytes() == content
        assert listing(any_song.path) == [any_song.path.name]

    def test_a_writer_that_harms_the_sound_is_caught(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = any_song.path.read_bytes()
        monkeypatch.setattr(writer, "fingerprint_of", lambda source: repr(source))

        with pytest.raises(TagError, match="the sound would have changed"):
            write_tags(any_song.path, FIELDS)

        assert any_song.path.read_bytes() == content


class TestRefusals:
    def test_a_read_only_file_is_refused_with_the_reason(self, any_song: Song) -> None:
        any_song.path.chmod(0o444)

        tags = read_tags(any_song.path)
        assert tags.why_not == "the file is read-only (`chmod u+w` changes that)"
        assert tags.forbidden
        with pytest.raises(NotWritableError, match="the file is read-only"):
            write_tags(any_song.path, FIELDS)

    def test_equal_tags_of_a_read_only_file_are_no_error(self, any_song: Song) -> None:
        write_tags(any_song.path, FIELDS)
        any_song.path.chmod(0o444)

        assert not write_tags(any_song.path, FIELDS).changed

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotWritableError, match="not a file"):
            write_tags(tmp_path, FIELDS)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TagError, match=r"gone\.mp3: there is no such file"):
            write_tags(tmp_path / "gone.mp3", FIELDS)

    @pytest.mark.parametrize("name", ["title", "tempo"])
    def test_fields_outside_the_table_are_a_bug_of_the_caller(
        self, any_song: Song, name: str
    ) -> None:
        with pytest.raises(ValueError, match="not a field that can be written"):
            write_tags(any_song.path, {name: ["x"]})


def test_a_killed_writer_leaves_the_old_file(any_song: Song) -> None:
    """A real process dies at once after the copy was made, without any chance to clean up."""
    content = any_song.path.read_bytes()
    program = (
        "import os, sys; from pathlib import Path; from pacetag.tagger.tags import writer;"
        "writer.put_in_place = lambda *_: os._exit(9);"
        "writer.write_tags(Path(sys.argv[1]), {'pace': ['172'], 'pacetag': ['x' * 9000]},"
        " journals=Path(sys.argv[1]).parent / 'journal')"
    )

    done = subprocess.run([sys.executable, "-c", program, any_song.path], check=False)

    assert done.returncode == 9
    assert any_song.path.read_bytes() == content
    (draft,) = leftovers(any_song.path.parent)
    assert draft.startswith(".")
    assert draft.endswith(".tmp")
    write_tags(any_song.path, {"pacetag": ["x" * 9000]})
    assert leftovers(any_song.path.parent) == []


@pytest.mark.parametrize("kind", [TagError, ChangedMeanwhileError, NotWritableError])
def test_errors_cross_process_borders_whole(kind: type[TagError]) -> None:
    error = pickle.loads(pickle.dumps(kind(Path("a.mp3"), "so it is")))

    assert type(error) is kind
    assert (error.path, error.reason) == (Path("a.mp3"), "so it is")
    assert str(error) == "a.mp3: so it is"


class TestKnownSound:
    @pytest.fixture
    def hashed(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        found: list[str] = []

        def note(source: BinaryIO) -> str:
            found.append(fingerprint_of(source))
            return found[-1]

        monkeypatch.setattr(writer, "fingerprint_of", note)
        return found

    def test_what_was_analysed_is_not_read_once_more(
        self, any_song: Song, hashed: list[str]
    ) -> None:
        sound, stamp = file_fingerprint(any_song.path), stamp_of(any_song.path.stat())

        write_tags(any_song.path, FIELDS, expected=stamp, fingerprint=sound)

        assert hashed == [sound]
        assert file_fingerprint(any_song.path) == sound

    def test_a_fingerprint_of_another_kind_only_costs_a_reading(
        self, any_song: Song, hashed: list[str]
    ) -> None:
        """An index that an earlier pacetag made must not keep a song from being tagged."""
        stamp = stamp_of(any_song.path.stat())

        written = write_tags(any_song.path, FIELDS, expected=stamp, fingerprint="0" * 32)

        assert written.changed
        assert len(hashed) == 2


@pytest.mark.parametrize(
    "kind", ["mp3-v23", "flac-tight", "ogg", "opus", "wav", "wma", "ape", "wv"]
)
@pytest.mark.parametrize("values", [{"bpm": ["\ud800"]}, {"pace": ["1", "\udcff"]}])
def test_a_value_that_is_not_text_is_refused_and_the_song_left_alone(
    values: dict[str, list[str]], kind: str, copy_of: Callable[[str], Song]
) -> None:
    song = copy_of(kind)
    content, beside = song.path.read_bytes(), listing(song.path)

    with pytest.raises(NotWritableError, match="a value that is no text cannot be written"):
        write_tags(song.path, values)

    assert song.path.read_bytes() == content
    assert listing(song.path) == beside


def test_a_file_that_is_locked_against_all_is_told_from_one_of_mode(
    copy_of: Callable[[str], Song], monkeypatch: pytest.MonkeyPatch
) -> None:
    song = copy_of("mp3-v24")
    monkeypatch.setattr("pacetag.tagger.tags.writable.may_access", lambda *_: False)

    assert read_tags(song.path).why_not == "the file is locked (`chattr -i` unlocks it)"
