"""Runs are recorded and listed, and each can be undone alone."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.tags.errors import ChangedMeanwhileError
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def runs(pacetag: Run) -> Callable[[], list[dict[str, Any]]]:
    """What `undo --list --json` says, the earliest run first."""

    def listed() -> list[dict[str, Any]]:
        lines = pacetag("undo", "--list", "--json").stdout.splitlines()
        return [json.loads(line) for line in reversed(lines)]

    return listed


def newer_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on another network judges, so that tags are written anew."""
    ref = JudgeRef(bundle="fake-2", factory="fake_judge:load")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


def edit_flac(song: Path, **fields: str | list[str]) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update(fields)
    audio.save()


def bundle(song: Path) -> str | None:
    note = read_tags(song).pacetag
    return note and note.split()[1]


def test_every_run_that_writes_is_listed_and_no_other(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, runs: Run
) -> None:
    song = make_song("172.mp3")
    make_song("130.mp3")
    before = time.time()
    scan_json("--dry-run")
    scan_json("--no-tags")
    scan_json()
    scan_json()
    pacetag("undo", song)
    pacetag("undo", song)

    scan, undone = runs()

    assert {**scan, "started": None} == {
        "run": 1,
        "started": None,
        "command": "scan",
        "files": 2,
        "undone": 1,
    }
    assert (undone["command"], undone["files"], undone["undone"]) == ("undo", 1, 0)
    assert before - 1 <= datetime.fromisoformat(scan["started"]).timestamp() <= time.time()


def test_the_list_is_a_table_with_local_times(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "XXX-5:30")
    time.tzset()
    try:
        make_song("172.mp3")
        started = datetime(2026, 11, 23, 20, 0, 1, tzinfo=UTC).timestamp()
        monkeypatch.setattr("pacetag.tagger.scanning.noted_write.time.time", lambda: started)
        scan_json()
        make_song("130.mp3")
        scan_json()
        pacetag("undo", library / "172.mp3")

        lines = pacetag("undo", "--list").stdout.splitlines()
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()

    cells = [line.split() for line in lines if line.strip() and "─" not in line]
    when = ["2026-11-24", "01:30:01"]
    assert cells == [
        ["Run", "When", "Command", "Files", "Undone"],
        ["3", *when, "undo", "1", "no"],
        ["2", *when, "scan", "1", "no"],
        ["1", *when, "scan", "1", "yes"],
    ]


def test_an_index_in_which_nothing_was_written_says_so(
    make_song: MakeSong, scan_json: Run, pacetag: Run
) -> None:
    make_song("172.mp3")
    scan_json("--no-tags")

    assert pacetag("undo", "--list").stdout == "No run has written tags yet.\n"


def test_one_run_is_taken_back_wherever_its_files_lie(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, runs: Run
) -> None:
    first = make_song("172.mp3")
    scan_json()
    second = make_song("130.mp3")
    scan_json()

    done = pacetag("undo", "--run", "2")

    assert done.stdout == "1 restored, 0 had nothing to undo, 0 failed\n"
    assert (read_tags(first).pace, read_tags(second).pace) == (("172",), ())
    assert [run["undone"] for run in runs()] == [0, 1, 0]
    assert pacetag("undo", "--run", "2").stdout.startswith("0 restored, 1 had nothing to undo")


def test_the_last_of_two_writes_gives_way_to_the_first(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    song = make_song("172.flac")
    scan_json()
    content = read_tags(song)
    newer_ear(monkeypatch)
    scan_json("--bpm", "overwrite")
    assert bundle(song) == "bundle=fake-2"

    pacetag("undo", "--run", "2")

    assert read_tags(song) == content
    pacetag("undo", "--run", "1")
    assert (read_tags(song).pace, read_tags(song).pacetag, read_tags(song).bpm) == ((), None, ())


def test_the_first_of_two_writes_takes_the_second_along_and_says_so(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    runs: Run,
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM=["90"])
    scan_json()
    newer_ear(monkeypatch)
    scan_json("--bpm", "overwrite")

    done = pacetag("undo", "--run", "1")

    assert done.stdout.splitlines()[0] == f"{song}: with what run 2 wrote later"
    assert (read_tags(song).pace, read_tags(song).bpm) == ((), ("90",))
    assert [run["undone"] for run in runs()] == [1, 1, 0]


def test_an_undo_can_be_taken_back_itself(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, runs: Run
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM=["90"])
    scan_json("--bpm", "overwrite")
    written = read_tags(song)
    pacetag("undo", library)

    pacetag("undo", "--run", "2")

    assert read_tags(song) == written
    assert [run["undone"] for run in runs()] == [0, 1, 0]
    pacetag("undo", "--all")
    assert (read_tags(song).bpm, read_tags(song).pace) == (("90",), ())


def test_since_takes_the_runs_that_began_then_or_later(
    make_song: MakeSong, scan_json: Run, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = make_song("172.mp3"), make_song("130.mp3")
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr("pacetag.tagger.scanning.noted_write.time.time", lambda: now - 3 * 3600)
        scan_json(old)
    scan_json(new)

    assert pacetag("undo", "--since", "2 hours").stdout.startswith("1 restored")

    assert (read_tags(old).pace, read_tags(new).pace) == (("172",), ())
    since = pacetag("undo", "--since", "4 hours").stdout
    assert since == "1 restored, 1 had nothing to undo, 0 failed\n"
    assert (read_tags(old).pace, read_tags(new).pace) == ((), ())
    assert pacetag("undo", "--since", "4 hours").stdout.startswith("0 restored")


def test_a_run_is_taken_back_below_some_folders_only(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    here, there = make_song("here/172.mp3"), make_song("there/130.mp3")
    scan_json()

    pacetag("undo", "--run", "1", library / "here")

    assert (read_tags(here).pace, read_tags(there).pace) == ((), ("130",))


def test_files_that_moved_since_are_found_where_they_are_named_and_missed_elsewhere(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    moved = song.rename(library / "moved.mp3")

    missed = pacetag("undo", "--run", "1")

    assert missed.exit_code == 0
    assert missed.stderr == (
        f"{song}: skipped: is not there any more; if it was moved, name its new folder\n"
    )
    assert pacetag("undo", "--run", "1", library).stdout.startswith("1 restored")
    assert read_tags(moved).pace == ()
    assert pacetag("undo", library).stdout.startswith("0 restored")


def test_moved_copies_are_distinguished_by_their_names(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    for name, bpm in (("a/one.flac", "90"), ("a/two.flac", "91")):
        edit_flac(make_song(name, seed=1), BPM=bpm)
    make_song("172.flac", seed=1)  # judged for all of them
    scan_json(library / "172.flac")
    scan_json("--bpm", "overwrite")
    (library / "a").rename(library / "b")
    scan_json()

    pacetag("undo", library)

    assert read_tags(library / "b/one.flac").bpm == ("90",)
    assert read_tags(library / "b/two.flac").bpm == ("91",)


def test_songs_that_swapped_their_names_get_back_what_was_theirs(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    one, two = make_song("172.flac"), make_song("130.flac")
    edit_flac(one, BPM="90")
    edit_flac(two, BPM="91")
    scan_json("--bpm", "overwrite")
    one.rename(library / "x.flac")
    two.rename(one)
    (library / "x.flac").rename(two)
    scan_json()

    pacetag("undo", library)

    assert (read_tags(one).bpm, read_tags(two).bpm) == (("91",), ("90",))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "name folders or songs, or say what to undo with --run, --since or --all; "),
        (("--run", "7"), "--run 7: no such run wrote tags; `pacetag undo --list` shows those"),
        (("--run", "1", "--all"), "--run, --since and --all exclude each other"),
        (("--since", "soon"), "'soon' is not a moment; write it as one of 2026-11-23, "),
        (("nowhere",), "nowhere: there is no such file or folder; name a folder or a song"),
    ],
)
def test_what_cannot_be_meant_is_explained(
    arguments: tuple[str, ...], sentence: str, make_song: MakeSong, scan_json: Run, pacetag: Run
) -> None:
    make_song("172.mp3")
    scan_json()

    done = pacetag("undo", *arguments)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"pacetag: {sentence}")


def test_a_write_that_breaks_off_leaves_a_song_that_can_be_undone(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process dies when the tags are in the file, and nothing of that is in the index."""
    song = make_song("172.flac")
    edit_flac(song, BPM="90")

    def die(*arguments: Any, **named: Any) -> None:
        write_tags(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", die)
        pacetag("scan", library, "--jobs", "1", "--bpm", "overwrite")
    assert read_tags(song).bpm == ("172",)

    assert pacetag("undo", library).stdout.startswith("1 restored")

    assert (read_tags(song).bpm, read_tags(song).pace) == (("90",), ())


def test_an_undo_that_breaks_off_is_finished_by_the_next(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    runs: Run,
) -> None:
    song = make_song("172.flac")
    scan_json()

    def die(*arguments: Any, **named: Any) -> None:
        write_tags(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", die)
        pacetag("undo", library)
    assert [run["undone"] for run in runs()] == [0]

    assert pacetag("undo", library).stdout.startswith("0 restored, 1 had nothing to undo")

    assert read_tags(song).pace == ()
    assert [run["undone"] for run in runs()] == [1]


def test_a_song_that_changes_under_the_undo_fails_and_stays_remembered(
    make_song: MakeSong, scan_json: Run, pacetag: Run, monkeypatch: pytest.MonkeyPatch, runs: Run
) -> None:
    def late(path: Path, *_: object, **__: object) -> None:
        raise ChangedMeanwhileError(path, "the file was changed since it was looked at")

    make_song("172.mp3")
    scan_json()
    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", late)
        assert pacetag("undo", "--all").exit_code == 1

    assert [run["undone"] for run in runs()] == [0]
    assert pacetag("undo", "--all").stdout.startswith("1 restored")


def test_a_failed_write_is_tried_again_by_the_next_scan(
    make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch, runs: Run
) -> None:
    song = make_song("172.mp3")
    scan_json()
    newer_ear(monkeypatch)
    song.chmod(0o444)
    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", _refuse)
        song.chmod(0o644)
        assert scan_json().outcomes == {"172.mp3": "failed"}

    assert scan_json().outcomes == {"172.mp3": "tagged"}

    assert bundle(song) == "bundle=fake-2"
    assert [run["files"] for run in runs()] == [1, 1]


def _refuse(path: Path, *_: object, **__: object) -> None:
    raise OSError(28, os.strerror(28))


def test_the_index_may_hold_old_tags_without_a_known_run(
    make_song: MakeSong, scan_json: Run, pacetag: Run, index_file: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90")
    scan_json("--bpm", "overwrite")
    with SongIndex.open(index_file) as index:  # as an index from before runs were counted
        index._db.execute("UPDATE tag_writes SET new = NULL")
        index._db.execute("UPDATE runs SET started = NULL")

    assert "before runs were counted" in pacetag("undo", "--list").stdout
    assert pacetag("undo", "--since", "1 week").stdout.startswith("0 restored")
    assert pacetag("undo", "--run", "1").stdout.startswith("1 restored")
    assert read_tags(song).bpm == ("90",)
