"""Any process recovers a song by its journal, in any state of the two, or leaves both alone."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags.errors import ChangedMeanwhileError
from pacetag.tagger.tags.safety import disk, journal, journal_writing
from pacetag.tagger.tags.safety.journal_writing import published
from pacetag.tagger.tags.safety.temp_files import sweep
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import KilledError, leftovers
from tests.tagger.tags.test_cut_short import CASES, SECOND, Trial, tear
from tests.tagger.writing import journal_folder, recover, write_tags

BOTH = ("again", "linked grows")  # written in its place, and over all its names


@pytest.fixture(params=BOTH)
def torn(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Trial:
    """A song whose writer died in the middle; one without pictures, so that journals are short."""
    trial = Trial(copy_of("mp3-v1"), CASES[request.param])
    tear(trial)
    return trial


def only_journal() -> Path:
    (path,) = journal_folder().iterdir()
    return path


def lost(path: Path) -> str:
    """A song's content, for comparison without pages of bytes in a failure."""
    return path.read_bytes().hex()


class TestDamage:
    def test_one_of_any_length_harms_nothing(self, torn: Trial) -> None:
        path, half = only_journal(), torn.song.path.read_bytes()
        whole = path.read_bytes()
        beside = leftovers(torn.song.path.parent)

        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            (sentence,) = recover(journal_folder())
            aside = path.with_suffix(".aside")
            assert sentence == f"{path}: is damaged, so it was set aside as {aside}"
            assert only_journal() == aside
            assert torn.song.path.read_bytes() == half
            aside.rename(path)  # still the same file, as it must be

        assert leftovers(torn.song.path.parent) == beside
        path.write_bytes(whole)
        assert len(recover(journal_folder())) == 1
        assert torn.song.path.read_bytes() == torn.content

    def test_one_with_a_wrong_byte_anywhere_harms_nothing(self, torn: Trial) -> None:
        path, half = only_journal(), torn.song.path.read_bytes()
        whole = path.read_bytes()

        for place in range(len(whole)):
            wrong = bytearray(whole)
            wrong[place] ^= 1
            path.write_bytes(wrong)
            assert "is damaged" in recover(journal_folder())[0]
            assert torn.song.path.read_bytes() == half
            only_journal().unlink()

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "else"},
            {"path": 7},
            {"patches": "none", "draft": "../song.mp3"},
            {"patches": [{"place": 0}], "spare": "song.mp3"},
        ],
    )
    def test_one_that_makes_no_sense_harms_nothing(
        self, torn: Trial, change: dict[str, object]
    ) -> None:
        path, half = only_journal(), torn.song.path.read_bytes()
        record = json.loads(path.read_bytes().partition(b"\n")[0]) | change
        path.write_bytes(journal.render(record))

        assert "is damaged" in recover(journal_folder())[0]
        assert torn.song.path.read_bytes() == half

    def test_one_of_a_newer_version_waits_for_it(
        self, torn: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, half = only_journal(), torn.song.path.read_bytes()
        record = json.loads(path.read_bytes().partition(b"\n")[0])
        path.write_bytes(journal.render(record | {"format": journal.FORMAT + 1}))

        assert recover(journal_folder()) == [
            f"{path}: is of a newer pacetag, which alone can put its song right"
        ]
        assert (only_journal(), torn.song.path.read_bytes()) == (path, half)

    def test_the_beginning_of_one_is_dropped(self, tmp_path: Path) -> None:
        (tmp_path / "0123456789ab.new").write_bytes(b'{"format": 1, "kind": "pat')

        assert recover(tmp_path) == []
        assert list(tmp_path.iterdir()) == []


class TestOthers:
    """A song that another program has written since is left alone."""

    def left_alone(self, trial: Trial) -> None:
        now = trial.song.path.read_bytes()

        (sentence,) = recover(journal_folder())

        assert "it was changed since, so it was left as it is" in sentence
        assert trial.song.path.read_bytes() == now
        assert only_journal().suffix == ".aside"
        assert str(only_journal()) in sentence
        assert recover(journal_folder()) == []

    def test_one_that_was_made_longer(self, copy_of: Callable[[str], Song]) -> None:
        trial = Trial(copy_of("mp3-v23"), CASES["again"])
        tear(trial)
        with trial.song.path.open("ab") as file:
            file.write(b"more")

        self.left_alone(trial)

    def test_one_with_other_bytes_in_the_place(self, copy_of: Callable[[str], Song]) -> None:
        trial = Trial(copy_of("mp3-v23"), CASES["again"])
        tear(trial)
        half = bytearray(trial.song.path.read_bytes())
        place = next(at for at, byte in enumerate(trial.content) if byte != half[at])
        half[place] = next(b for b in range(256) if b not in (half[place], trial.content[place]))
        trial.song.path.write_bytes(half)

        self.left_alone(trial)

    def test_one_with_other_bytes_beside_it(self, copy_of: Callable[[str], Song]) -> None:
        trial = Trial(copy_of("mp3-v23"), CASES["again"])
        tear(trial)
        half = bytearray(trial.song.path.read_bytes())
        half[20] ^= 1
        trial.song.path.write_bytes(half)

        self.left_alone(trial)

    def test_the_old_content_of_a_song_of_several_names_is_kept(
        self, copy_of: Callable[[str], Song]
    ) -> None:
        trial = Trial(copy_of("mp3-v23"), CASES["linked grows"])
        tear(trial)
        trial.song.path.write_bytes(b"repaired by hand")

        self.left_alone(trial)

        (rescued,) = leftovers(trial.song.path.parent)
        assert rescued.endswith(".rescued")
        assert lost(trial.song.path.with_name(rescued)) == trial.content.hex()

    def test_one_that_is_gone(self, torn: Trial) -> None:
        torn.song.path.unlink()
        (torn.song.path.parent / "another.mp3").touch()

        (sentence,) = recover(journal_folder())

        assert "gone" in sentence or "changed since" in sentence
        assert only_journal().suffix == ".aside"

    def test_one_whose_disk_is_away_is_put_right_when_it_is_back(
        self, torn: Trial, tmp_path: Path
    ) -> None:
        folder = torn.song.path.parent
        away = folder.rename(tmp_path / "away")

        for _ in range(2):
            (sentence,) = recover(journal_folder())
            assert "when its folder is back" in sentence
            folder.mkdir(exist_ok=True)  # where it was mounted

        folder.rmdir()
        away.rename(folder)
        assert len(recover(journal_folder())) == 1
        assert torn.song.path.read_bytes() == torn.content

    def test_one_that_cannot_be_written_now_waits(
        self, torn: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as patch:
            patch.setattr("os.pwrite", refuse)
            (sentence,) = recover(journal_folder())

        assert sentence.endswith("cannot be put right yet: the system says: Read-only file system")
        assert len(recover(journal_folder())) == 1
        assert torn.song.path.read_bytes() == torn.content


class TestLiving:
    """A journal belongs to its process as long as that lives."""

    def test_it_is_not_obeyed(self, any_song: Song) -> None:
        with published(journal_folder(), {"kind": "patches"}) as held:
            assert recover(journal_folder()) == []
            assert held.path.exists()
            held.drop()

        assert list(journal_folder().iterdir()) == []

    def test_its_song_is_not_written(self, torn: Trial) -> None:
        path, half = only_journal(), torn.song.path.read_bytes()
        record = json.loads(path.read_bytes().partition(b"\n")[0])
        path.unlink()

        with (
            published(journal_folder(), record),
            pytest.raises(ChangedMeanwhileError, match="broken off"),
        ):
            write_tags(torn.song.path, SECOND)

        assert torn.song.path.read_bytes() == half

    def test_other_songs_are(self, torn: Trial, copy_of: Callable[[str], Song]) -> None:
        other = copy_of("flac")

        assert write_tags(other.path, SECOND).changed
        assert only_journal().suffix == ".journal"

    def test_one_that_is_taken_away_before_it_is_locked_is_made_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hold, taken = disk.hold, list[int]()

        def too_late(descriptor: int) -> bool:
            if not taken:
                for each in tmp_path.iterdir():
                    each.unlink()
            taken.append(descriptor)
            return hold(descriptor)

        monkeypatch.setattr(journal_writing, "hold", too_late)
        with published(tmp_path, {"kind": "patches"}) as held:
            assert [held.path] == list(tmp_path.iterdir())
        assert len(taken) == 2


class TestTempFiles:
    def test_only_drafts_of_the_dead_are_swept_away(self, tmp_path: Path) -> None:
        stale = tmp_path / ".pacetag-0123456789ab.tmp"
        others = [
            tmp_path / ".pacetag-0123456789ab.bak",
            tmp_path / ".pacetag-0123456789ab.rescued",
            tmp_path / ".pacetag-notes.tmp",
            tmp_path / "song.pacetag-0123456789ab.tmp",
            tmp_path / "song.mp3",
        ]
        for each in (stale, *others):
            each.write_bytes(b"something")
        link = tmp_path / ".pacetag-00000000000a.tmp"
        link.symlink_to(others[-1])
        folder = tmp_path / ".pacetag-00000000000b.tmp"
        folder.mkdir()

        sweep(tmp_path)

        assert sorted(tmp_path.iterdir()) == sorted([*others, link, folder])

    def test_a_draft_of_the_living_stays(
        self, any_song: Song, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[list[str]] = []

        def look(*_: object) -> None:
            sweep(any_song.path.parent)
            seen.append(leftovers(any_song.path.parent))
            raise KilledError

        monkeypatch.setattr("pacetag.tagger.tags.writer.put_in_place", look)
        with pytest.raises(KilledError):
            write_tags(any_song.path, {"pacetag": ["x" * 9000]})

        assert len(seen[0]) == 1
        assert leftovers(any_song.path.parent) == []


def test_a_song_reached_by_another_name_is_put_right_first(copy_of: Callable[[str], Song]) -> None:
    trial = Trial(copy_of("mp3-v23"), CASES["linked grows"])
    tear(trial)

    with pytest.raises(ChangedMeanwhileError):
        write_tags(trial.second, SECOND)

    assert trial.second.read_bytes() == trial.content


def test_zeros_where_a_power_cut_lost_what_was_written_are_put_right(
    copy_of: Callable[[str], Song],
) -> None:
    trial = Trial(copy_of("mp3-v23"), CASES["linked grows"])
    tear(trial)
    half = bytearray(trial.song.path.read_bytes())
    half[512:1024] = bytes(512)
    trial.song.path.write_bytes(half)

    recover(journal_folder())

    assert trial.song.path.read_bytes() == trial.content


def test_names_that_are_no_text_are_put_right(copy_of: Callable[[str], Song]) -> None:
    song = copy_of("mp3-v23")
    odd = song.path.rename(song.path.with_name("l\udce5t\n.mp3"))
    trial = Trial(Song(odd, song.kind, song.title), CASES["again"])
    tear(trial)

    assert len(recover(journal_folder())) == 1
    assert odd.read_bytes() == trial.content


def test_a_folder_that_is_not_there_holds_no_journals(tmp_path: Path) -> None:
    assert recover(tmp_path / "none") == []
    shutil.rmtree(tmp_path)
    assert recover(tmp_path) == []
    assert not os.path.lexists(tmp_path)


@pytest.mark.parametrize(
    "line", [b"[" * 200_000, b'{"format":' * 200_000, b"\xff\xfe", b"9" * 5000]
)
def test_one_whose_hash_fits_what_no_json_is_is_damaged(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "0123456789ab.journal"
    path.write_bytes(line + b"\n" + journal._digest(line) + b"\n")
    path.chmod(0o600)
    tmp_path.chmod(0o700)

    (sentence,) = recover(tmp_path)

    assert sentence == f"{path}: is damaged, so it was set aside as {path.with_suffix('.aside')}"
