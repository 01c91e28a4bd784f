"""A song that was undone stays so until a person scans it."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.walk import walk
from pacetag.tagger.scanning.options import BpmMode, ScanOptions
from pacetag.tagger.scanning.outcomes import SongOutcome
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.conftest import FAKE_JUDGE

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Pass = Callable[..., list[SongOutcome]]

pytestmark = pytest.mark.usefixtures("worker_threads")
INDEXED_ONLY = "indexed only: its tags were undone; `pacetag scan` writes them again"


@pytest.fixture
def watcher_pass(index_file: Path, library: Path) -> Pass:
    """One pass of the watcher over the whole library."""

    def run(bpm: BpmMode = BpmMode.NEVER) -> list[SongOutcome]:
        options = ScanOptions(jobs=1, bpm=bpm, watching=True)
        with SongIndex.open(index_file) as index:
            return list(Scan(index, FAKE_JUDGE, options, Stop()).songs(walk([library])))

    return run


@pytest.fixture
def undone(make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path) -> Path:
    """A song whose tags were taken back."""
    song = make_song("172.flac")
    scan_json()
    pacetag("undo", library)
    return song


def retitle(song: Path) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio["title"] = "Other"
    audio.save()


def test_the_watcher_passes_it_over(undone: Path, watcher_pass: Pass) -> None:
    (outcome,) = watcher_pass()

    assert (outcome.reason, outcome.written) == (None, False)
    assert read_tags(undone).pace == ()


@pytest.mark.parametrize("bpm", list(BpmMode))
def test_the_watcher_leaves_it_alone_when_others_change_it(
    bpm: BpmMode, undone: Path, watcher_pass: Pass, index_file: Path
) -> None:
    retitle(undone)

    (outcome,) = watcher_pass(bpm)

    assert (outcome.reason, outcome.written) == (INDEXED_ONLY, False)
    assert (read_tags(undone).pace, read_tags(undone).title) == ((), "Other")
    with SongIndex.open(index_file) as index:
        song = index.song(str(undone))
    assert song is not None
    assert song.title == "Other"


def test_the_watcher_leaves_it_alone_when_it_moves(
    undone: Path, watcher_pass: Pass, library: Path
) -> None:
    moved = undone.rename(library / "moved.flac")

    (outcome,) = watcher_pass()
    assert outcome.reason == f"moved from {undone}; {INDEXED_ONLY}"
    retitle(moved)
    watcher_pass()

    assert read_tags(moved).pace == ()


def test_moved_and_then_undone_it_is_left_alone_too(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, watcher_pass: Pass
) -> None:
    song = make_song("172.flac")
    scan_json()
    moved = song.rename(library / "moved.flac")
    pacetag("undo", library)

    watcher_pass()

    assert read_tags(moved).pace == ()


def test_a_scan_writes_it_again_and_the_watcher_keeps_it_from_then_on(
    undone: Path, watcher_pass: Pass, scan_json: Run
) -> None:
    assert scan_json().outcomes == {"172.flac": "tagged"}
    audio: Any = mutagen.flac.FLAC(undone)  # type: ignore[no-untyped-call]
    audio["pace"] = ["172.0"]  # as some programs write it
    audio.save()

    (outcome,) = watcher_pass()

    assert outcome.written
    assert read_tags(undone).pace == ("172",)


def test_other_music_under_its_name_is_tagged(
    undone: Path, make_song: MakeSong, watcher_pass: Pass
) -> None:
    make_song("172.flac", seed=77)

    watcher_pass()

    assert read_tags(undone).pace == ("172",)


def test_a_pass_of_the_watcher_is_a_run(
    make_song: MakeSong, watcher_pass: Pass, index_file: Path
) -> None:
    make_song("172.flac")
    watcher_pass()
    watcher_pass()

    with SongIndex.open(index_file) as index:
        (run,) = index.writes.runs()
    assert (run.command, run.files) == ("watch", 1)


def test_a_watcher_that_runs_meanwhile_and_one_that_starts_later_spare_it(
    make_song: MakeSong,
    library: Path,
    pacetag: Run,
    pacetag_process: Callable[..., subprocess.Popen[str]],
) -> None:
    song = make_song("172.flac")
    marker = make_song("130.flac")
    for number in (1, 2):
        watcher = pacetag_process("watch", library, "--settle", "0.3", "--jobs", "1")
        assert watcher.stdout is not None
        if number == 1:
            for _ in range(2):
                watcher.stdout.readline()
            pacetag("undo", song)
            marker.unlink()
            assert "missing" in watcher.stdout.readline()
        else:
            make_song("140.flac")
            assert "140.flac" in watcher.stdout.readline()
        watcher.send_signal(signal.SIGTERM)
        watcher.wait(timeout=20)
        assert read_tags(song).pace == ()


def test_the_watcher_leaves_the_other_name_of_a_song_alone(
    undone: Path, watcher_pass: Pass, scan_json: Run, pacetag: Run, library: Path
) -> None:
    """It had been written through both."""
    other = library / "172 too.flac"
    other.hardlink_to(undone)
    scan_json()
    pacetag("undo", undone)
    retitle(undone)

    for _ in range(2):
        assert [outcome.written for outcome in watcher_pass()] == [False, False]
    assert read_tags(other).pace == ()


def test_the_watcher_leaves_it_alone_where_it_was_moved_by_copying(
    undone: Path, watcher_pass: Pass, library: Path
) -> None:
    (library / "172 too.flac").write_bytes(undone.read_bytes())
    undone.unlink()

    (outcome,) = watcher_pass()

    assert outcome.reason is not None
    assert outcome.reason.endswith(INDEXED_ONLY)
    assert read_tags(library / "172 too.flac").pace == ()
