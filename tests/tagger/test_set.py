"""`pacetag set`: a person's paces go into tags and index, and can be taken back."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.stored import bpms, record, said
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

NAME = "82-165.flac"
CONTAINERS = (".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav")
NETWORKS = ("82", "165")

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def set_json(pacetag: Run) -> Run:
    """Set paces, and read what it prints of each song."""

    def run(*words: str | Path) -> Any:
        done = pacetag("set", "--json", *words)
        assert done.exit_code == 0, done.output
        *songs, counts = [json.loads(line) for line in done.stdout.splitlines()]
        assert counts["counts"]["songs"] == len(songs)
        return songs[0] if len(songs) == 1 else songs

    return run


def without_index(index_file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        index_file.with_name(index_file.name + suffix).unlink(missing_ok=True)


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_paces_that_are_set_stay_in_tags_and_index_through_every_scan(
    suffix: str, make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    song = make_song(f"82-165{suffix}")
    scan_json()

    done = set_json(song, "84", "168.5")

    assert (done["outcome"], done["by"], done["reason"]) == ("set", "listener", None)
    assert done["paces"] == [{"bpm": 84.0, "confidence": 1.0}, {"bpm": 168.5, "confidence": 1.0}]
    for options in ((), ("--force",), ("--no-tags",), ()):
        assert scan_json(*options).counts["written"] == 0
        assert read_tags(song).pace == ("84", "169")
        assert [pace.bpm for pace in said(song).analysis.paces] == [82.0, 165.0]
        assert record(index_file, song).listener == (84.0, 168.5)
        assert bpms(index_file, song) == (84.0, 168.5)
    without_index(index_file)
    assert scan_json().counts["written"] == 0
    assert record(index_file, song).listener == (84.0, 168.5)
    assert [pace.bpm for pace in record(index_file, song).analysis.paces] == [82.0, 165.0]


@pytest.mark.parametrize("pace", ["82", "165"])
def test_one_of_the_networks_paces_that_is_set_is_not_put_right(
    pace: str, make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    set_json(song, pace)

    without_index(index_file)
    scan_json("--force")

    assert read_tags(song).pace == (pace,)
    assert record(index_file, song).listener == (float(pace),)


@pytest.mark.parametrize(
    "mangled", [["84"], ["168"], ["168", "84"], ["84|168"], ["84, 168"], ["84.0", "168.0"]]
)
@pytest.mark.parametrize("lost", [False, True])
def test_what_other_programs_make_of_it_is_put_right(
    *,
    mangled: list[str],
    lost: bool,
    make_song: MakeSong,
    scan_json: Run,
    set_json: Run,
    index_file: Path,
) -> None:
    song = make_song(NAME)
    scan_json()
    set_json(song, "84", "168")
    write_tags(song, {"pace": mangled})
    if lost:
        without_index(index_file)

    scan_json()

    assert read_tags(song).pace == ("84", "168")
    assert record(index_file, song).listener == (84.0, 168.0)


def test_old_tags_that_another_program_puts_back_do_not_withdraw_it(
    make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    old = held_fields(song, ["pace", "pacetag"])
    set_json(song, "84")
    write_tags(song, old)

    scan_json()

    assert (read_tags(song).pace, record(index_file, song).listener) == (("84",), (84.0,))


def test_a_later_edit_of_the_tag_counts(
    make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    set_json(song, "84")
    write_tags(song, {"pace": ["90"]})

    scan_json()
    without_index(index_file)
    scan_json()

    assert (read_tags(song).pace, record(index_file, song).listener) == (("90",), (90.0,))


def test_none_removes_the_paces_for_good(
    make_song: MakeSong, scan_json: Run, set_json: Run, pacetag: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()

    done = set_json("--none", song)

    assert (done["paces"], done["by"]) == ([], "listener")
    for lost in (False, True):
        if lost:
            without_index(index_file)
        assert scan_json("--force").counts["written"] == 0
        assert read_tags(song).pace == ()
        assert (record(index_file, song).listener, bpms(index_file, song)) == ((), ())
        assert json.loads(pacetag("playlist", "--cadence", "165", "--json").stdout)["songs"] == []


def test_auto_gives_a_song_back_to_the_network(
    make_song: MakeSong, scan_json: Run, set_json: Run, judged: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    before = held_fields(song, ["pace", "pacetag"])
    for words in (("84",), ("--none",)):
        set_json(song, *words)
        done = set_json("--auto", song)

        assert (done["by"], done["reason"]) == ("network", None)
        assert held_fields(song, ["pace", "pacetag"]) == before
        assert record(index_file, song).listener is None
        assert bpms(index_file, song) == (82.0, 165.0)
    judged()
    assert (scan_json().counts["written"], judged()) == (0, [])


def test_auto_takes_a_pace_that_a_person_typed_away(
    make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    typed, unreadable, removed = (make_song(f"82-165 {n}.flac") for n in "abc")
    scan_json()
    write_tags(typed, {"pace": ["84"]})
    write_tags(unreadable, {"pace": ["fast"]})
    write_tags(removed, {"pace": []})
    scan_json()

    set_json("--auto", typed, unreadable, removed)

    scan_json("--force")
    for song in (typed, unreadable, removed):
        assert read_tags(song).pace == NETWORKS
        assert record(index_file, song).listener is None


@pytest.mark.parametrize("known", [True, False])
def test_auto_writes_cleared_tags_again(
    *, known: bool, make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path
) -> None:
    song = make_song(NAME)
    scan_json()
    audio: Any = mutagen.File(song)
    audio.delete()
    if known:
        scan_json()
    else:  # the log knows of the writes, and no row of the paces
        with SongIndex.open(index_file) as index:
            index._db.execute("DELETE FROM song_records")
            index._db.commit()

    done = set_json("--auto", song)

    assert (done["reason"] is None) is known
    scan_json()
    assert read_tags(song).pace == NETWORKS


class TestASongThatIsNotKnown:
    """It needs no network to have paces."""

    def test_is_set_and_judged_by_the_next_scan(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, judged: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)

        set_json(song, "84", "168")

        assert judged() == []
        assert read_tags(song).pace == ("84", "168")
        assert said(song).bundle is None
        assert (record(index_file, song).bundle, bpms(index_file, song)) == (None, (84.0, 168.0))
        scan_json()
        assert judged() == [NAME]
        assert read_tags(song).pace == ("84", "168")
        assert [pace.bpm for pace in said(song).analysis.paces] == [82.0, 165.0]
        assert [pace.bpm for pace in record(index_file, song).analysis.paces] == [82.0, 165.0]

    def test_is_in_a_playlist_at_once(
        self, make_song: MakeSong, set_json: Run, pacetag: Run
    ) -> None:
        song = make_song(NAME)
        set_json(song, "84", "168")

        found = json.loads(pacetag("playlist", "--cadence", "168", "--json").stdout)

        assert [each["path"] for each in found["songs"]] == [str(song)]

    def test_and_given_back_is_judged_by_the_next_scan(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, judged: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        set_json(song, "84")

        done = set_json("--auto", song)

        assert (done["by"], done["paces"]) == ("network", [])
        assert done["reason"] == "the next `pacetag scan` judges it"
        assert held_fields(song, ["pace", "pacetag"]) == {"pace": [], "pacetag": []}
        scan_json()
        assert (judged(), read_tags(song).pace) == ([NAME], NETWORKS)
        assert record(index_file, song).listener is None

    def test_and_only_given_back_is_left_as_it_is(
        self, make_song: MakeSong, set_json: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        before = song.read_bytes()

        assert set_json("--auto", song)["reason"] == "the next `pacetag scan` judges it"

        assert song.read_bytes() == before
        with SongIndex.open(index_file) as index:
            assert index.song(str(song)) is None

    def test_with_pacetags_tags_and_no_index_is_not_judged_again(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, judged: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        without_index(index_file)
        judged()

        set_json(song, "84")
        scan_json()

        assert judged() == []
        assert [pace.bpm for pace in record(index_file, song).analysis.paces] == [82.0, 165.0]
        assert record(index_file, song).duration == 180.0


class TestWhereTagsCannotBeWritten:
    """The index alone has the paces, and says so."""

    @pytest.fixture(params=[False, True])
    def read_only(self, request: Any, make_song: MakeSong, scan_json: Run) -> Path:
        """A song that was scanned before, or not."""
        song = make_song(NAME)
        if request.param:
            scan_json()
        song.chmod(0o444)
        return song

    def test_a_read_only_song_gets_them_once_it_may_be_written(
        self, read_only: Path, scan_json: Run, set_json: Run, index_file: Path
    ) -> None:
        before = read_only.read_bytes()

        done = set_json(read_only, "84")

        assert (done["outcome"], done["changes"]) == ("set", {})
        assert done["reason"].startswith("indexed only: the file is read-only")
        for _ in range(2):
            assert scan_json().result.exit_code == 0
            assert read_only.read_bytes() == before
            assert bpms(index_file, read_only) == (84.0,)
        read_only.chmod(0o644)
        scan_json()
        assert read_tags(read_only).pace == ("84",)
        assert bpms(index_file, read_only) == (84.0,)

    def test_and_given_back_has_the_networks(
        self, read_only: Path, scan_json: Run, set_json: Run, index_file: Path
    ) -> None:
        set_json(read_only, "84")
        set_json(read_only, "--auto")
        read_only.chmod(0o644)

        scan_json()

        assert read_tags(read_only).pace == NETWORKS
        assert bpms(index_file, read_only) == (82.0, 165.0)

    def test_a_kind_that_is_not_written(
        self, make_song: MakeSong, library: Path, scan_json: Run, set_json: Run, index_file: Path
    ) -> None:
        song = library / "82-165.tta"
        song.write_bytes(make_song("other.flac").read_bytes())
        song = song.rename(library / "82-165.caf")

        done = set_json(song, "84")

        if done["reason"] is not None:
            assert done["reason"].startswith("indexed only: ")
        scan_json()
        assert bpms(index_file, song) == (84.0,)

    def test_a_damaged_song(
        self, library: Path, scan_json: Run, set_json: Run, index_file: Path
    ) -> None:
        song = library / "broken.flac"
        song.write_bytes(b"fLaC\0")

        assert set_json(song, "84")["reason"].startswith("indexed only: ")

        assert song.read_bytes() == b"fLaC\0"
        assert scan_json().outcomes == {"broken.flac": "unchanged"}
        assert bpms(index_file, song) == (84.0,)


class TestTakingItBack:
    """`pacetag undo`, which never takes a word back along with what was written before it."""

    def test_the_last_run_gives_the_networks_paces_back(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        before = held_fields(song, ["pace", "pacetag"])
        set_json(song, "84")
        (run, *_) = [json.loads(x) for x in pacetag("undo", "--list", "--json").stdout.splitlines()]
        assert run["command"] == "set"

        assert pacetag("undo", "--run", str(run["run"])).exit_code == 0

        assert held_fields(song, ["pace", "pacetag"]) == before
        assert record(index_file, song).listener is None
        assert bpms(index_file, song) == (82.0, 165.0)
        scan_json()
        assert read_tags(song).pace == NETWORKS

    def test_of_two_the_first_returns(
        self, make_song: MakeSong, set_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        set_json(song, "84")
        set_json(song, "90")

        pacetag("undo", "--run", "2")

        assert (read_tags(song).pace, record(index_file, song).listener) == (("84",), (84.0,))

    def test_an_earlier_scan_is_not_taken_back_beneath_it(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        set_json(song, "84")
        before = song.read_bytes()

        done = pacetag("undo", "--run", "1")

        assert "its paces were set since, by run 2" in done.stderr
        assert song.read_bytes() == before
        assert record(index_file, song).listener == (84.0,)
        assert pacetag("undo", "--run", "1", "--force").exit_code == 0
        assert held_fields(song, ["pace", "pacetag"]) == {"pace": [], "pacetag": []}
        assert record(index_file, song).listener is None

    def test_everything_goes_where_everything_is_taken_back(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, pacetag: Run, library: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        set_json(song, "84")

        assert pacetag("undo", library).exit_code == 0

        assert held_fields(song, ["pace", "pacetag"]) == {"pace": [], "pacetag": []}

    @pytest.mark.parametrize("lost", [False, True])
    def test_what_a_person_typed_stays(
        self,
        *,
        lost: bool,
        make_song: MakeSong,
        scan_json: Run,
        pacetag: Run,
        library: Path,
        index_file: Path,
    ) -> None:
        song = make_song(NAME)
        write_tags(song, {"pace": list(NETWORKS)})  # as the network has them, so it is noted
        other = make_song("90.flac")
        scan_json()
        write_tags(other, {"pace": ["84"]})
        scan_json()
        if lost:
            without_index(index_file)

        pacetag("undo", library)

        assert read_tags(song).pace == NETWORKS
        assert read_tags(other).pace == ("84",)

    def test_a_value_that_a_person_typed_before_it_returns(
        self, make_song: MakeSong, scan_json: Run, set_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        for lost in (False, True):
            song = make_song(f"82-165 {lost}.flac")
            scan_json()
            write_tags(song, {"pace": ["84"]})
            if lost:
                without_index(index_file)
            set_json(song, "90")

            pacetag("undo", song)

            assert read_tags(song).pace == ("84",), lost
            assert record(index_file, song).listener == (84.0,), lost

    def test_that_a_person_wants_none_stays_in_the_index(
        self, make_song: MakeSong, scan_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        write_tags(song, {"pace": []})
        scan_json()

        pacetag("undo", "--run", "1")

        assert held_fields(song, ["pace", "pacetag"]) == {"pace": [], "pacetag": []}
        assert record(index_file, song).listener == ()
        scan_json()
        assert read_tags(song).pace == ()


def test_songs_are_called_as_they_were_named(
    make_song: MakeSong, pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song(NAME)
    monkeypatch.chdir(library.parent)

    done = pacetag("set", f"music/{NAME}", "84", "168.5")

    assert done.stdout == f"music/{NAME}: 84, 168.5 (set by you)\n"


class TestDryRuns:
    """They say what would be done, and touch nothing."""

    def test_by_field(
        self, make_song: MakeSong, scan_json: Run, pacetag: Run, index_file: Path
    ) -> None:
        song = make_song(NAME)
        scan_json()
        before = song.read_bytes()

        done = pacetag("set", "--dry-run", song, "84")

        first, *lines = done.stdout.splitlines()
        assert first == f"{song}: 84 (set by you); would be written (dry run)"
        assert lines[0] == "    PACE     82 | 165 -> 84"
        assert song.read_bytes() == before
        assert record(index_file, song).listener is None

    def test_make_no_index(self, make_song: MakeSong, pacetag: Run, index_file: Path) -> None:
        assert pacetag("set", "--dry-run", make_song(NAME), "84").exit_code == 0
        assert not index_file.exists()


class TestWords:
    """What may be named."""

    def test_several_songs_each_once(self, make_song: MakeSong, set_json: Run) -> None:
        songs = [make_song(f"{n}.flac") for n in (100, 110)]

        done = set_json(*songs, songs[0], "84", "84", "84.001")

        assert [each["path"] for each in done] == [str(song) for song in songs]
        assert [read_tags(song).pace for song in songs] == [("84",), ("84",)]

    def test_a_song_that_is_called_as_a_pace(
        self, make_song: MakeSong, set_json: Run, library: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(library)
        make_song("84.flac")

        set_json("84.flac", "84")

        assert read_tags(library / "84.flac").pace == ("84",)

    @pytest.mark.parametrize(
        ("words", "hint"),
        [
            (["19.99"], "from 20 to 400"),
            (["400.01"], "from 20 to 400"),
            (["84", "0"], "from 20 to 400"),
            (["9" * 5000], "from 20 to 400"),
            ([str(n) for n in range(80, 93)], "at most 12 paces"),
            ([], "either paces"),
            (["84", "--none"], "either paces"),
            (["--auto", "--none"], "either paces"),
            (["84,168"], "neither a song that is there nor a pace"),
            (["nan"], "neither a song that is there nor a pace"),
            (["1e2"], "neither a song that is there nor a pace"),
            (["gone.flac", "84"], "neither a song that is there nor a pace"),
            ([".", "84"], "is a folder"),
            (["letter.txt", "84"], "is not called as a song is"),
            (["-5"], "-5"),
        ],
    )
    def test_what_makes_no_sense_is_wrong_usage_and_nothing_is_touched(
        self,
        words: list[str],
        hint: str,
        make_song: MakeSong,
        pacetag: Run,
        library: Path,
        index_file: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(library)
        song = make_song(NAME)
        letter = library / "letter.txt"
        letter.write_text("Dear")
        before = song.read_bytes()

        done = pacetag("set", song, *words)

        assert done.exit_code == 2, done.output
        assert hint in done.stderr
        assert (song.read_bytes(), letter.read_text()) == (before, "Dear")
        assert not index_file.exists()

    def test_paces_alone_are_wrong_usage(self, pacetag: Run) -> None:
        done = pacetag("set", "84")

        assert done.exit_code == 2
        assert "name the songs" in done.stderr
        assert "./84" in done.stderr

    def test_a_song_that_cannot_be_opened_fails_and_the_others_are_set(
        self, make_song: MakeSong, pacetag: Run, library: Path
    ) -> None:
        (library / "x.flac").symlink_to(make_song("a.flac"))
        os.mkfifo(library / "pipe.flac")

        done = pacetag("set", library / "pipe.flac", library / "x.flac", "84")

        assert done.exit_code == 1
        assert "pipe.flac" in done.stderr
        assert read_tags(library / "a.flac").pace == ("84",)


def test_copies_of_the_same_sound_keep_their_own(
    make_song: MakeSong, scan_json: Run, set_json: Run, index_file: Path, library: Path
) -> None:
    song = make_song(NAME)
    copy = Path(shutil.copy(song, library / "82-165 copy.flac"))
    scan_json()

    set_json(song, "84")
    scan_json("--force")

    assert (read_tags(song).pace, read_tags(copy).pace) == (("84",), NETWORKS)
    moved = song.rename(library / "moved.flac")
    set_json(moved, "90")
    scan_json()
    assert (read_tags(moved).pace, record(index_file, moved).listener) == (("90",), (90.0,))
    assert bpms(index_file, copy) == (82.0, 165.0)


def test_setting_the_same_again_writes_nothing(make_song: MakeSong, set_json: Run) -> None:
    song = make_song(NAME)
    set_json(song, "84")
    before = (song.read_bytes(), song.stat().st_mtime_ns)

    assert set_json(song, "84")["outcome"] == "unchanged"

    assert (song.read_bytes(), song.stat().st_mtime_ns) == before
