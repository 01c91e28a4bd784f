"""`pacetag prune` and `pacetag forget`: what goes from the index, and what must stay."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.library import presence
from pacetag.tagger.library.presence import Place

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def known(index_file: Path, library: Path) -> Callable[[], list[str]]:
    """The songs that the index knows, by their way from the library."""

    def names() -> list[str]:
        with SongIndex.open(index_file) as index:
            return sorted(os.path.relpath(path, library) for path, _ in index.songs_under("/"))

    return names


@pytest.fixture
def songs(make_song: MakeSong, scan_json: Run) -> list[Path]:
    """A library of two albums and a loose song, scanned."""
    made = [make_song(name) for name in ("A/1.mp3", "A/2.mp3", "B/3.mp3", "4.mp3")]
    scan_json()
    return made


ALL = ["4.mp3", "A/1.mp3", "A/2.mp3", "B/3.mp3"]


class TestPrune:
    def test_a_song_that_was_deleted_is_forgotten(
        self, songs: list[Path], pacetag: Run, known: Run
    ) -> None:
        songs[0].unlink()

        done = pacetag("prune")

        assert (done.exit_code, done.stdout, done.stderr) == (0, "1 song forgotten\n", "")
        assert known() == ["4.mp3", "A/2.mp3", "B/3.mp3"]

    def test_nothing_is_forgotten_where_all_are_there(
        self, songs: list[Path], pacetag: Run, known: Run
    ) -> None:
        assert pacetag("prune").stdout == "0 songs forgotten\n"
        assert known() == ALL

    def test_a_song_that_came_back_is_not_forgotten(
        self, songs: list[Path], pacetag: Run, known: Run, scan_json: Run, tmp_path: Path
    ) -> None:
        songs[0].rename(tmp_path / "away.mp3")
        scan_json()
        (tmp_path / "away.mp3").rename(songs[0])

        pacetag("prune")

        assert known() == ALL

    def test_a_dry_run_names_them_and_forgets_nothing(
        self, songs: list[Path], pacetag: Run, known: Run
    ) -> None:
        songs[0].unlink()

        done = pacetag("prune", "--dry-run")

        assert done.stdout == f"{songs[0]}\n1 song would be forgotten (dry run)\n"
        assert known() == ALL

    def test_json_has_a_line_a_song_and_the_sum(
        self, songs: list[Path], pacetag: Run, library: Path
    ) -> None:
        songs[0].unlink()
        shutil.rmtree(library / "B")
        (library / "B").mkdir()

        lines = pacetag("prune", "--json").stdout.splitlines()

        song, kept, last = map(json.loads, lines)
        assert song == {"path": str(songs[0]), "outcome": "forgotten"}
        assert (kept["path"], kept["outcome"], kept["songs"]) == (str(library / "B"), "kept", 1)
        assert "the folder is empty" in kept["reason"]
        assert last == {"counts": {"forgotten": 1, "kept": 1}, "dry_run": False}

    def test_a_song_whose_loss_a_scan_saw_is_forgotten_with_its_folder(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path, scan_json: Run
    ) -> None:
        shutil.rmtree(library / "A")
        scan_json()

        assert pacetag("prune").stdout == "2 songs forgotten\n"
        assert known() == ["4.mp3", "B/3.mp3"]

    def test_only_what_lies_below_the_paths_is_looked_at(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path
    ) -> None:
        for song in (songs[0], songs[3]):
            song.unlink()

        assert pacetag("prune", library / "A").stdout == "1 song forgotten\n"
        assert known() == ["4.mp3", "A/2.mp3", "B/3.mp3"]

    def test_a_path_that_is_not_in_the_index_is_named(
        self, songs: list[Path], pacetag: Run, tmp_path: Path
    ) -> None:
        for command in ("prune", "forget"):
            done = pacetag(command, tmp_path / "none")

            assert done.exit_code == 1
            assert done.stderr == f"pacetag: {tmp_path}/none: the index knows no song there\n"


class TestDisksThatAreNotMounted:
    @pytest.fixture
    def disk(self, songs: list[Path], make_song: MakeSong, scan_json: Run, tmp_path: Path) -> Path:
        """Another library, beside the one that stays."""
        for name in ("C/5.mp3", "C/6.mp3"):
            make_song(f"../disk/{name}")
        scan_json(tmp_path / "disk")
        return tmp_path / "disk"

    @pytest.mark.parametrize("left", ["empty", "hidden", "nothing"])
    @pytest.mark.parametrize("missing", [False, True])
    def test_their_songs_are_kept_and_the_remedy_said(
        self,
        disk: Path,
        pacetag: Run,
        known: Run,
        left: str,
        missing: bool,
        library: Path,
        scan_json: Run,
    ) -> None:
        if missing:
            (disk / "C" / "5.mp3").unlink()
            scan_json(disk)
        shutil.rmtree(disk)
        if left != "nothing":
            disk.mkdir()
        if left == "hidden":
            (disk / ".Trash-1000").mkdir()
        before = known()

        done = pacetag("prune")

        assert done.stdout == "0 songs forgotten\n"
        assert known() == before
        assert f"{disk}: " in done.stderr
        assert "to forget" in done.stderr
        assert f"run `pacetag prune {disk}`" in done.stderr
        assert done.exit_code == 0

        assert pacetag("prune", disk).exit_code == 0
        assert known() == ALL

    def test_a_whole_library_that_is_gone_is_kept(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path, scan_json: Run
    ) -> None:
        songs[0].unlink()
        scan_json()
        shutil.rmtree(library)

        assert pacetag("prune").stdout == "0 songs forgotten\n"
        assert known() == ALL

    def test_a_disk_below_a_folder_that_is_named_must_be_named_itself(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path, scan_json: Run
    ) -> None:
        shutil.rmtree(library / "B")
        (library / "B").mkdir()
        scan_json()  # which marks its song as missing
        songs[0].unlink()

        done = pacetag("prune", library)

        assert done.stdout == "1 song forgotten\n"
        assert "B/3.mp3" in known()
        assert pacetag("prune", library / "B").stdout == "1 song forgotten\n"

    def test_naming_a_folder_below_one_that_is_gone_is_naming_it(
        self, disk: Path, pacetag: Run, known: Run
    ) -> None:
        shutil.rmtree(disk)

        assert pacetag("prune", disk / "C").stdout == "2 songs forgotten\n"

    def test_a_folder_that_is_gone_of_a_library_that_is_named_is_forgotten(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path
    ) -> None:
        shutil.rmtree(library / "A")

        assert pacetag("prune", library).stdout == "2 songs forgotten\n"

    def test_what_a_link_that_leads_nowhere_led_to_is_kept(
        self, songs: list[Path], make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
    ) -> None:
        """The disk behind it is not mounted."""
        make_song("../elsewhere/7.mp3")
        (library / "new").symlink_to(library.parent / "elsewhere")
        (library / "8.mp3").symlink_to(library.parent / "elsewhere" / "7.mp3")
        scan_json()
        shutil.rmtree(library.parent / "elsewhere")

        done = pacetag("prune")

        assert done.stdout == "0 songs forgotten\n"
        assert f"{library}/new: 1 song is kept" in done.stderr

    def test_a_disk_that_does_not_answer_has_lost_nothing(
        self, songs: list[Path], pacetag: Run, known: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(presence, "_place", lambda path: Place.SILENT)

        done = pacetag("prune")

        assert done.stdout == "0 songs forgotten\n"
        assert "the disk does not answer" in done.stderr
        assert known() == ALL


class TestForget:
    def test_a_folder_goes_from_the_index_and_its_files_stay(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path
    ) -> None:
        before = [song.read_bytes() for song in songs]

        done = pacetag("forget", library / "A")

        assert (done.exit_code, done.stdout, done.stderr) == (0, "2 songs forgotten\n", "")
        assert known() == ["4.mp3", "B/3.mp3"]
        assert [song.read_bytes() for song in songs] == before

    def test_single_songs_and_what_is_not_there_any_more_too(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path
    ) -> None:
        shutil.rmtree(library / "B")

        assert pacetag("forget", songs[3], library / "B").stdout == "2 songs forgotten\n"
        assert known() == ["A/1.mp3", "A/2.mp3"]

    def test_a_name_that_only_begins_the_same_stays(
        self, songs: list[Path], make_song: MakeSong, scan_json: Run, pacetag: Run, known: Run
    ) -> None:
        make_song("AA/9.mp3")
        scan_json()

        pacetag("forget", songs[0].parent)

        assert "AA/9.mp3" in known()

    def test_a_dry_run_forgets_nothing(
        self, songs: list[Path], pacetag: Run, known: Run, library: Path
    ) -> None:
        done = pacetag("forget", "--dry-run", "--json", library / "A")

        last = json.loads(done.stdout.splitlines()[-1])
        assert last == {"counts": {"forgotten": 2, "kept": 0}, "dry_run": True}
        assert known() == ALL

    def test_a_playlist_does_without_them(
        self, make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
    ) -> None:
        make_song("165.mp3")
        make_song("backup/160.mp3")
        scan_json()

        pacetag("forget", library / "backup")

        assert "160.mp3" not in pacetag("playlist", "--cadence", "165").stdout

    @pytest.mark.parametrize("command", ["forget", "prune"])
    def test_what_is_forgotten_can_still_be_undone(
        self, make_song: MakeSong, scan_json: Run, pacetag: Run, command: str, tmp_path: Path
    ) -> None:
        song, other = make_song("165.flac"), make_song("160.flac")
        audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
        audio.update({"bpm": "99"})
        audio.save()
        scan_json("--bpm", "overwrite")
        if command == "prune":
            song.rename(tmp_path / "away.flac")
        assert pacetag(command, song).stdout == "1 song forgotten\n"
        if command == "prune":
            (tmp_path / "away.flac").rename(song)

        done = pacetag("undo", song)

        assert "1 restored" in done.stdout
        held: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
        assert (held["bpm"], "pace" in held) == (["99"], False)
        assert other.exists()

    def test_without_an_index_none_is_made(
        self, pacetag: Run, index_file: Path, library: Path
    ) -> None:
        for command in (["prune"], ["forget", library]):
            done = pacetag(*command)
            assert done.exit_code == 1
            assert "there is no index yet" in done.stderr
        assert not index_file.exists()
