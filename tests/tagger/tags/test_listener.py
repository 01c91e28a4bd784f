"""The paces that a person set take precedence over the network's in every container."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.walk import walk
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.conftest import FAKE_JUDGE, Scanned
from tests.tagger.stored import bpms, record, said
from tests.tagger.tags.making import SOME
from tests.tagger.tags.test_other_programs import run
from tests.tagger.writing import write_tags

Run = Callable[..., Any]
Put = Callable[..., Path]

OURS = ("82", "165")  # what the fake judge hears in a file of this name
SOME_MORE = [*SOME, "mp3-v24", "mp3-v22", "opus", "oga", "spx", "wav", "aiff", "dsf"]
SOME_MORE += ["wma", "ape", "wv", "mpc", "tta"]
MANGLED = {
    "first": ["82"],
    "last": ["165"],
    "turned": ["165", "82"],
    "bars": ["82|165"],
    "slash": ["82/165"],
    "spaced slash": ["82 / 165"],
    "semicolon": ["82;165"],
    "semicolons": ["82; 165;"],
    "comma": ["82,165"],
    "spaced comma": ["82, 165"],
    "space": ["82 165"],
    "backslashes": ["82\\\\165"],
    "doubled": ["82", "165", "82", "165"],
    "each doubled": ["82", "82", "165"],
    "decimals": ["82.0", "165.0"],
    "first with decimals": ["82.00"],
    "blanks": [" 82 ", "165 "],
    "turned and joined": ["165;82"],
    "nul": ["82\x00165"],
}
PARTS = ("first", "last", "first with decimals")  # ways to lose one value
OWN = {
    "one": (["84"], (84.0,)),
    "two": (["84", "168"], (84.0, 168.0)),
    "decimals": (["84.5"], (84.5,)),
    "comma": (["84,5"], (84.5,)),
    "typed in one field": (["84, 168"], (84.0, 168.0)),
    "one more": (["82", "165", "123"], (82.0, 165.0, 123.0)),
    "edges": (["20", "400"], (20.0, 400.0)),
}
NO_PACES = ["fast", "0", "-5", "1e9", "19", "401", "84 bpm", "nan", "٨٤", "84..5", "1" * 5000]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def put(made: dict[str, Path], library: Path) -> Put:
    """Put a song of a kind into the library."""

    def put(kind: str, folder: str = "any") -> Path:
        place = library / folder
        place.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(made[kind], place / f"82-165{made[kind].suffix}"))

    return put


def set_pace(song: Path, *values: str) -> None:
    """What a tag editor does."""
    write_tags(song, {"pace": list(values)})


def another_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rescan under a new bundle."""
    ref = JudgeRef(bundle="fake-2", factory="fake_judge:load")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


def reasons(scanned: Scanned) -> dict[str, str]:
    """What a scan said of each song, by the folder in which it lies."""
    *songs, _ = [json.loads(line) for line in scanned.result.stdout.splitlines()]
    return {Path(song["path"]).parent.name: song["reason"] for song in songs}


def everything_later(
    scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch, check: Callable[[str], None]
) -> None:
    """Every kind of scan that may follow, with a check after each."""
    for options in ((), (), ("--force",), ("--bpm", "overwrite"), ("--no-tags",)):
        scan_json(*options)
        check(f"scan {options}")
    another_ear(monkeypatch)
    scan_json()
    check("new bundle")
    index_file.unlink()
    scan_json()
    check("index lost")
    scan_json("--force")
    check("forced")


def test_paces_that_a_person_typed_count_from_then_on(
    put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = {kind: put(kind, kind) for kind in SOME_MORE}
    scan_json()
    for song in songs.values():
        set_pace(song, "84", "168")

    def check(when: str) -> None:
        for kind, song in songs.items():
            found = record(index_file, song)
            paces = [(pace.bpm, pace.confidence) for pace in found.paces]
            assert read_tags(song).pace == ("84", "168"), (kind, when)
            assert found.listener == (84.0, 168.0), (kind, when)
            assert paces == [(84, 1), (168, 1)], (kind, when)
            assert [pace.bpm for pace in found.analysis.paces] == [82.0, 165.0], (kind, when)

    told = reasons(scan_json())
    assert told.keys() == songs.keys()
    for kind, reason in told.items():
        assert "that you set" in reason, kind
        assert "pacetag set --auto" in reason, kind
    everything_later(scan_json, index_file, monkeypatch, check)


def test_paces_that_a_person_removed_stay_away(
    put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = {kind: put(kind, kind) for kind in SOME_MORE}
    scan_json()
    for song in songs.values():
        write_tags(song, {"pace": []})

    def check(when: str) -> None:
        for kind, song in songs.items():
            found = record(index_file, song)
            assert read_tags(song).pace == (), (kind, when)
            assert (found.listener, found.paces) == ((), ()), (kind, when)
            assert [pace.bpm for pace in found.analysis.paces] == [82.0, 165.0], (kind, when)

    told = reasons(scan_json())
    assert told.keys() == songs.keys()
    for kind, reason in told.items():
        assert "you want no paces" in reason, kind
    everything_later(scan_json, index_file, monkeypatch, check)


@pytest.mark.parametrize("scanned", [True, False])
def test_whichever_way_a_person_writes_them_they_stay_as_they_are(
    *, scanned: bool, put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = {form: put("flac", form) for form in OWN}
    if scanned:
        scan_json()
    for form, song in songs.items():
        set_pace(song, *OWN[form][0])

    scan_json()
    another_ear(monkeypatch)
    scan_json()

    for form, song in songs.items():
        assert held_fields(song, ["pace"])["pace"] == OWN[form][0], form
        assert record(index_file, song).listener == OWN[form][1], form


def test_what_a_person_wrote_before_the_first_scan_is_theirs_even_where_the_network_agrees(
    put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = put("flac")
    write_tags(song, {"pace": list(OURS)})

    def check(when: str) -> None:
        assert record(index_file, song).listener == (82.0, 165.0), when
        assert read_tags(song).pace == OURS, when

    scan_json()
    check("first scan")
    everything_later(scan_json, index_file, monkeypatch, check)


def test_a_word_that_would_look_mangled_beside_a_new_bundles_paces_is_noted(
    put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = put("flac")
    scan_json()
    set_pace(song, "84")
    scan_json()
    assert said(song).listener is None  # PACE says it by itself, and nothing is written for it
    moved = song.rename(song.with_name("84-168.flac"))
    another_ear(monkeypatch)

    scan_json()  # the fake judge hears 84 and 168 now

    assert [pace.bpm for pace in said(moved).analysis.paces] == [84.0, 168.0]
    assert said(moved).listener == (84.0,)
    index_file.unlink()
    scan_json()
    assert read_tags(moved).pace == ("84",)
    assert record(index_file, moved).listener == (84.0,)


def test_that_there_be_none_outlives_a_bundle_that_finds_none(
    put: Put, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = put("flac")
    scan_json()
    write_tags(song, {"pace": []})
    scan_json()
    song = song.rename(song.with_name("beatless.flac"))
    another_ear(monkeypatch)
    scan_json()
    index_file.unlink()
    song = song.rename(song.with_name("90.flac"))
    monkeypatch.setattr(
        pool, "shipped_judge", lambda: JudgeRef(bundle="fake-3", factory="fake_judge:load")
    )

    scan_json()

    assert (read_tags(song).pace, record(index_file, song).listener) == ((), ())


@pytest.mark.parametrize("lost", [False, True])
def test_what_other_programs_make_of_pacetags_own_is_put_right(
    *, lost: bool, put: Put, scan_json: Run, index_file: Path
) -> None:
    cases = [(kind, how) for kind in SOME_MORE for how in MANGLED]
    songs = {(kind, how): put(kind, f"{kind}/{how}") for kind, how in cases}
    scan_json()
    for (_, how), song in songs.items():
        set_pace(song, *MANGLED[how])
    if lost:
        index_file.unlink()

    assert scan_json().result.exit_code == 0

    for case, song in songs.items():
        assert read_tags(song).pace == OURS, case
    with SongIndex.open(index_file) as index:
        for case, song in songs.items():
            found = index.song(str(song))
            assert found is not None, case
            assert found.listener is None, case
            assert tuple(pace.bpm for pace in found.paces) == (82.0, 165.0), case
    assert scan_json().counts["written"] == 0


def test_what_is_put_right_says_so(put: Put, scan_json: Run) -> None:
    song = put("flac")
    scan_json()
    set_pace(song, "82")

    found = scan_json()

    assert "put right" in found.songs[song.name]["reason"]
    assert "`pacetag set`" in found.songs[song.name]["reason"]


def test_what_was_mangled_is_taken_back_as_pacetags_own(
    put: Put, scan_json: Run, pacetag: Run, library: Path
) -> None:
    songs = {how: put("flac", how) for how in MANGLED}
    nothing: dict[str, list[str]] = {"pace": [], "pacetag": []}
    for put_right in (False, True):
        scan_json()
        for how, song in songs.items():
            set_pace(song, *MANGLED[how])
        if put_right:
            scan_json()

        done = pacetag("undo", library)

        assert done.exit_code == 0
        for how, song in songs.items():
            if put_right or how not in PARTS:
                assert held_fields(song, ["pace", "pacetag"]) == nothing, (how, put_right)
            else:  # which a person may have meant
                assert f"{how}/{song.name}: skipped" in done.stderr, how
                assert pacetag("undo", "--force", song).exit_code == 0
                assert held_fields(song, ["pace", "pacetag"]) == nothing, how


def test_what_is_no_pace_is_left_alone_and_not_used(
    put: Put, scan_json: Run, index_file: Path
) -> None:
    songs = {value: put("flac", str(n)) for n, value in enumerate(NO_PACES)}
    scan_json()
    for value, song in songs.items():
        set_pace(song, "84", value)

    scan_json()

    for value, song in songs.items():
        assert read_tags(song).pace == ("84", value)
        assert record(index_file, song).listener is None, value
        assert bpms(index_file, song) == (82.0, 165.0), value
        found = scan_json("--force", song.parent)
        assert "not pacetag's" in found.songs[song.name]["reason"]
        assert "`pacetag set`" in found.songs[song.name]["reason"]


class TestWhereThePacetagIsNoHelp:
    """Another program cut it or threw it away, and PACE stayed."""

    @pytest.mark.parametrize("line", [None, "1 bundle=fake-1 paces=82.00@0.9", "9 later"])
    @pytest.mark.parametrize("kind", ["mp3-v23", "flac", "m4a"])
    def test_pacetags_own_values_are_known_by_the_log(
        self, line: str | None, kind: str, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put(kind)
        scan_json()
        write_tags(song, {"pacetag": [line] if line else []})

        scan_json()

        assert record(index_file, song).listener is None
        assert [pace.bpm for pace in said(song).analysis.paces] == [82.0, 165.0]

    def test_other_values_are_a_persons(self, put: Put, scan_json: Run, index_file: Path) -> None:
        song = put("flac")
        scan_json()
        write_tags(song, {"pace": ["90"], "pacetag": ["1 bundle=fake-1 pac"]})

        scan_json()

        assert (read_tags(song).pace, record(index_file, song).listener) == (("90",), (90.0,))

    def test_without_a_log_the_same_values_as_the_networks_are_its_own(
        self, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put("flac")
        write_tags(song, {"pace": ["82"], "pacetag": ["1 bundle=fake-1 pac"]})

        scan_json()

        assert (read_tags(song).pace, record(index_file, song).listener) == (OURS, None)

    def test_a_part_of_them_without_a_pacetag_is_a_persons(
        self, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put("flac")
        scan_json()
        write_tags(song, {"pace": ["82"], "pacetag": []})

        scan_json()

        assert (read_tags(song).pace, record(index_file, song).listener) == (("82",), (82.0,))

    def test_foreign_text_without_a_pace_is_replaced(
        self, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put("flac")
        write_tags(song, {"pacetag": ["hello"]})

        scan_json()

        assert (read_tags(song).pace, record(index_file, song).listener) == (OURS, None)


class TestClearedTags:
    """PACE and PACETAG are gone from a file into which pacetag wrote them."""

    @pytest.fixture
    def cleared(self, put: Put, scan_json: Run) -> Path:
        song = put("flac")
        scan_json()
        audio: Any = mutagen.File(song)
        audio.delete()
        return song

    def test_are_not_written_again(
        self,
        cleared: Path,
        scan_json: Run,
        index_file: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        before = cleared.read_bytes()

        found = scan_json()

        assert "its tags were cleared" in found.songs[cleared.name]["reason"]
        assert "pacetag set --auto" in found.songs[cleared.name]["reason"]
        assert found.result.exit_code == 0
        another_ear(monkeypatch)
        for options in ((), ("--force",), ("--bpm", "overwrite")):
            scan_json(*options)
            assert cleared.read_bytes() == before, options
            assert bpms(index_file, cleared) == (82.0, 165.0)
            assert record(index_file, cleared).listener is None

    def test_of_a_copy_elsewhere_are_written(
        self, cleared: Path, scan_json: Run, library: Path
    ) -> None:
        scan_json()
        copy = Path(shutil.copy(cleared, library / "82-165 copy.flac"))

        scan_json()

        assert (read_tags(copy).pace, read_tags(cleared).pace) == (OURS, ())

    def test_are_written_where_the_index_was_lost(
        self, cleared: Path, scan_json: Run, index_file: Path
    ) -> None:
        index_file.unlink()

        scan_json()

        assert read_tags(cleared).pace == OURS

    def test_what_a_person_writes_then_is_theirs(
        self, cleared: Path, scan_json: Run, index_file: Path
    ) -> None:
        scan_json()
        set_pace(cleared, "82")

        scan_json()

        assert read_tags(cleared).pace == ("82",)
        assert record(index_file, cleared).listener == (82.0,)

    def test_through_another_name_of_the_file_are_not_written_either(
        self, put: Put, scan_json: Run, library: Path
    ) -> None:
        song = put("flac")
        link = library / "82-165 link.flac"
        link.hardlink_to(song)
        scan_json()
        audio: Any = mutagen.File(song)
        audio.delete()

        scan_json()

        assert (read_tags(link).pace, read_tags(song).pace) == ((), ())


def test_the_word_belongs_to_the_file_whose_tag_says_it_and_moves_with_it(
    put: Put, scan_json: Run, index_file: Path, library: Path
) -> None:
    song = put("flac")
    copy = Path(shutil.copy(song, library / "82-165 copy.flac"))
    scan_json()
    set_pace(song, "84")
    scan_json()
    moved = song.rename(library / "moved.flac")

    scan_json()

    assert record(index_file, moved).listener == (84.0,)
    assert record(index_file, copy).listener is None
    assert bpms(index_file, copy) == (82.0, 165.0)
    later = Path(shutil.copy(copy, library / "82-165 later.flac"))
    scan_json()
    assert bpms(index_file, later) == (82.0, 165.0)


def test_a_person_who_goes_back_to_the_networks_paces_has_withdrawn(
    put: Put, scan_json: Run, index_file: Path
) -> None:
    song = put("flac")
    scan_json()
    set_pace(song, "84")
    scan_json()

    set_pace(song, *OURS)
    scan_json()

    assert record(index_file, song).listener is None
    assert bpms(index_file, song) == (82.0, 165.0)


def test_the_index_alone_has_the_word_where_tags_are_not_to_be_written(
    put: Put, scan_json: Run, index_file: Path
) -> None:
    song = put("flac")
    set_pace(song, "84")
    before = song.read_bytes()

    scan_json("--no-tags")

    assert song.read_bytes() == before
    assert record(index_file, song).listener == (84.0,)
    assert bpms(index_file, song) == (84.0,)


def test_a_song_that_cannot_be_judged_has_the_paces_that_a_person_set(
    made: dict[str, Path], library: Path, scan_json: Run, judged: Run, index_file: Path
) -> None:
    for name in ("short 84.flac", "broken 84.flac"):
        set_pace(Path(shutil.copy(made["flac"], library / name)), "84")
        shutil.copy(made["flac"], library / f"plain {name}")

    found = scan_json()

    assert found.outcomes["short 84.flac"] == found.outcomes["broken 84.flac"] == "unchanged"
    assert "it is not audio" in found.songs["broken 84.flac"]["reason"]
    assert bpms(index_file, library / "broken 84.flac") == (84.0,)
    assert found.outcomes["plain short 84.flac"] == "skipped"
    assert found.outcomes["plain broken 84.flac"] == "failed"
    judged()
    assert scan_json().outcomes["broken 84.flac"] == "unchanged"
    assert judged() == []


class TestOtherPrograms:
    """The real ones, as far as they are here."""

    @pytest.mark.outside("ffmpeg")
    @pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "flac", "ogg", "opus", "wma", "wv"])
    def test_a_copy_by_ffmpeg_in_the_songs_place_is_pacetags_own(
        self, kind: str, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put(kind)
        scan_json()
        copy = song.with_name(f"x{song.suffix}")
        run("ffmpeg", "-v", "error", "-i", song, "-map", "0:a", "-c", "copy", copy)
        copy.replace(song)

        scan_json()

        assert record(index_file, song).listener is None
        assert bpms(index_file, song) == (82.0, 165.0)
        assert read_tags(song).pace in (OURS, ())

    @pytest.mark.outside("ffmpeg")
    @pytest.mark.parametrize("kind", ["mp3-v24", "flac", "ogg", "wma"])
    def test_a_word_of_one_pace_outlives_a_copy_by_ffmpeg(
        self, kind: str, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put(kind)
        scan_json()
        set_pace(song, "84")
        copy = song.with_name(f"82-165 x{song.suffix}")
        run("ffmpeg", "-v", "error", "-i", song, "-map", "0:a", "-c", "copy", copy)

        scan_json()

        assert record(index_file, copy).listener == (84.0,)

    @pytest.mark.outside("kid3-cli")
    @pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "flac", "ogg", "m4a", "wma", "ape"])
    def test_kid3_changes_the_title_and_the_paces_stay_pacetags(
        self, kind: str, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put(kind)
        scan_json()
        run("kid3-cli", "-c", "set title Other 2", song)

        scan_json()

        assert read_tags(song).title == "Other"
        assert read_tags(song).pace == OURS
        assert record(index_file, song).listener is None

    @pytest.mark.outside("kid3-cli")
    @pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "flac", "ogg", "m4a", "wma", "ape"])
    def test_paces_set_or_removed_with_kid3_are_obeyed(
        self, kind: str, put: Put, scan_json: Run, index_file: Path
    ) -> None:
        song = put(kind)
        scan_json()
        run("kid3-cli", "-c", "set PACE 84 2", song)
        scan_json()
        assert read_tags(song).pace[0] == "84"
        assert bpms(index_file, song)[0] == 84.0

        one = ("-c", "set PACE '' 2")  # it removes one value at a time
        subprocess.run(["kid3-cli", *one, *one, str(song)], check=True)
        scan_json()
        assert read_tags(song).pace == ()
        assert record(index_file, song).listener == ()


@pytest.fixture
def four(put: Put, scan_json: Run) -> dict[str, Path]:
    """Scanned songs: a person typed into one, and others lost or changed their PACE since."""
    songs = {name: put("flac", name) for name in ("typed", "removed", "mangled", "cleared")}
    scan_json()
    set_pace(songs["typed"], "84")
    write_tags(songs["removed"], {"pace": []})
    set_pace(songs["mangled"], "82|165")
    write_tags(songs["cleared"], {"pace": [], "pacetag": []})
    return songs


def has_come_out_right(songs: dict[str, Path], index_file: Path) -> None:
    paces = {name: read_tags(song).pace for name, song in songs.items()}
    assert paces == {"typed": ("84",), "removed": (), "mangled": OURS, "cleared": ()}
    listeners = {name: record(index_file, song).listener for name, song in songs.items()}
    assert listeners == {"typed": (84.0,), "removed": (), "mangled": None, "cleared": None}
    assert bpms(index_file, songs["cleared"]) == (82.0, 165.0)


def test_the_watcher_does_as_a_scan_does(
    four: dict[str, Path], library: Path, index_file: Path
) -> None:
    with SongIndex.open(index_file) as index:
        options = ScanOptions(jobs=1, watching=True)
        for _ in range(2):
            list(Scan(index, FAKE_JUDGE, options, Stop()).songs(walk([library])))

    has_come_out_right(four, index_file)


def test_the_check_that_only_tags_change_finds_nothing(
    four: dict[str, Path], pacetag: Run, library: Path, index_file: Path
) -> None:
    done = pacetag("scan", library, "--jobs", "1", "--read-only-check", library)

    assert done.stdout.endswith("nothing but tags has changed.\n")
    assert done.exit_code == 0
    has_come_out_right(four, index_file)


def test_a_dry_run_touches_none_of_them(
    four: dict[str, Path], scan_json: Run, index_file: Path
) -> None:
    before = {name: song.read_bytes() for name, song in four.items()}

    scan_json("--dry-run")

    assert {name: song.read_bytes() for name, song in four.items()} == before
    assert record(index_file, four["typed"]).listener is None
