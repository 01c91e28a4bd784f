"""The scan as a stream of outcomes, without the command around it."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER
from pacetag.model.judgement import Pace
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.output.report import PlainReporter, summary_lines
from pacetag.tagger.scanning import noted_write, probe_threads
from pacetag.tagger.scanning.claims import Claims
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, ScanSummary, SongOutcome, Tally
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.tags.errors import TagError, UnreadableError
from pacetag.tagger.workers.judging import JudgeRef

MakeSong = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def index(index_file: Path) -> Iterator[SongIndex]:
    with SongIndex.open(index_file) as opened:
        yield opened


def scan(index: SongIndex, stop: Stop | None = None, jobs: int = 1) -> Scan:
    ref = JudgeRef(bundle="fake-1", factory="fake_judge:load")
    return Scan(index, ref, ScanOptions(jobs=jobs), stop or Stop())


def test_after_a_stop_nothing_new_begins_and_what_is_stored_was_told(
    make_song: MakeSong, index: SongIndex
) -> None:
    songs = [make_song(f"{number}.mp3") for number in range(100, 140)]
    stop = Stop()
    told = []
    for outcome in scan(index, stop).songs(songs):
        told.append(outcome.path)
        stop.request()

    assert 1 <= len(told) <= 6
    assert [str(song) for song in songs if index.song(str(song))] == sorted(told)


def test_a_stop_that_came_first_leaves_everything_as_it_is(
    make_song: MakeSong, index: SongIndex, judged: Callable[[], list[str]]
) -> None:
    stop = Stop()
    stop.request(signal.SIGTERM)

    assert list(scan(index, stop).songs([make_song("120.mp3")])) == []
    assert judged() == []
    assert stop.signal is signal.SIGTERM


def test_a_song_that_went_away_since_it_was_listed_is_skipped_and_not_stored(
    library: Path, index: SongIndex
) -> None:
    (outcome,) = scan(index).songs([library / "gone.mp3"])

    assert outcome.outcome is Outcome.SKIPPED
    assert outcome.reason == "went away during the scan"
    assert index.song(outcome.path) is None


def test_a_song_that_disappears_while_it_is_probed_is_skipped(
    make_song: MakeSong, index: SongIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("120.mp3")

    def late(path: Path, *_: object, **__: object) -> None:
        path.unlink()
        raise TagError(path, "there is no such file")

    monkeypatch.setattr(probe_threads, "examine", late)
    (outcome,) = scan(index).songs([song])

    assert outcome.outcome is Outcome.SKIPPED
    assert index.song(str(song)) is None


def test_known_songs_are_asked_for_many_at_a_time(
    make_song: MakeSong, index: SongIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = [make_song(f"{number}.mp3") for number in range(100, 110)]
    first = {outcome.path: outcome.paces for outcome in scan(index).songs(songs)}

    def one_by_one(_: SongIndex, path: str) -> None:
        raise AssertionError(f"asked for {path} alone")

    monkeypatch.setattr(SongIndex, "song", one_by_one)
    second = list(scan(index).songs(songs))

    assert {outcome.path: outcome.paces for outcome in second} == first
    assert {outcome.outcome for outcome in second} == {Outcome.UNCHANGED}


def test_a_song_that_changes_after_the_index_was_asked_is_looked_at(
    make_song: MakeSong, index: SongIndex, judged: Callable[[], list[str]]
) -> None:
    songs = [make_song("120.mp3"), make_song("130.mp3")]
    list(scan(index).songs(songs))
    judged()

    outcomes = scan(index).songs(songs)
    first = next(outcomes)
    make_song("130.mp3")  # other audio
    (second,) = outcomes

    assert (first.outcome, second.outcome) == (Outcome.UNCHANGED, Outcome.TAGGED)
    assert judged() == ["130.mp3"]


def test_a_song_that_another_process_judged_a_moment_ago_is_not_judged_again(
    make_song: MakeSong,
    index: SongIndex,
    judged: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    song, take, calls = make_song("120.mp3"), Claims.take, list[str]()

    def take_late(claims: Claims, fingerprint: str) -> bool:
        calls.append(fingerprint)
        if len(calls) == 1:  # the index was asked just before
            with SongIndex.open(index.path) as other:
                list(scan(other).songs([song]))
        return take(claims, fingerprint)

    monkeypatch.setattr(Claims, "take", take_late)
    (outcome,) = scan(index).songs([song])

    assert (outcome.outcome, outcome.analysed) == (Outcome.UNCHANGED, False)
    assert judged() == ["120.mp3"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "cannot be read: Permission denied"),
        (OSError(errno.ESTALE, "Stale file handle"), "cannot be read: Stale file handle"),
        (UnreadableError(Path("x"), "the system says: I/O error"), "the system says: I/O error"),
        (MemoryError(), "there was not enough memory to look into it"),
    ],
)
def test_a_file_that_the_system_kept_from_being_read_fails_and_is_tried_again(
    error: Exception,
    reason: str,
    make_song: MakeSong,
    index: SongIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    song = make_song("120.mp3")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(probe_threads, "examine", refuse)
        (first,) = scan(index).songs([song])
        known = index.song(str(song))
        (second,) = scan(index).songs([song])
    (third,) = scan(index).songs([song])

    assert [first.outcome, second.outcome, third.outcome] == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.TAGGED,
    ]
    assert first.reason is not None
    assert first.reason.endswith(f"{reason} (the next scan tries again)")
    assert second.reason == first.reason
    assert known is not None
    assert known.failure is not None
    assert not first.analysed


def test_a_fault_of_the_system_leaves_what_was_known_of_a_song(
    make_song: MakeSong, index: SongIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("120.mp3")
    list(scan(index).songs([song]))
    before = index.song(str(song))
    os.utime(song)  # so that it is looked at

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(probe_threads, "examine", refuse)
    (outcome,) = scan(index).songs([song])

    assert outcome.outcome is Outcome.FAILED
    assert before is not None
    assert index.song(str(song)) == replace(before, stamp=NEVER, untagged=outcome.reason)


def test_a_file_that_breaks_what_looks_into_it_stops_no_scan_and_is_remembered(
    make_song: MakeSong, index: SongIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(path: Path, *_: object, **__: object) -> None:
        raise RecursionError("too deep")

    songs = [make_song("120.mp3"), make_song("130.mp3")]
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(probe_threads, "examine", stumble)
        first = list(scan(index).songs(songs))
    second = list(scan(index).songs(songs))

    reason = "reading it broke off (RecursionError: too deep)"
    assert {outcome.reason for outcome in first} == {reason}
    assert {outcome.outcome for outcome in (*first, *second)} == {Outcome.FAILED}
    assert {outcome.reason for outcome in second} == {
        f"{reason} (it is as it was; `pacetag scan --force` tries again)"
    }


def test_a_song_that_breaks_what_stores_it_stops_no_scan(
    make_song: MakeSong, index: SongIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    song = make_song("120.mp3")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(noted_write, "write_tags", stumble)
        (first,) = scan(index).songs([song])
    (second,) = scan(index).songs([song])

    assert first.outcome is Outcome.FAILED
    assert first.reason == "storing it broke off (MemoryError: no room) (the next scan tries again)"
    assert second.outcome is Outcome.TAGGED


def test_the_tally_adds_up_outcomes_and_paces() -> None:
    tally = Tally()
    for outcome in (Outcome.TAGGED, Outcome.FAILED, Outcome.TAGGED):
        paces = tuple(Pace(bpm=bpm, confidence=0.9) for bpm in (86.17, 172.3))
        tally.add(SongOutcome(path="/a", outcome=outcome, paces=paces, analysed=True))

    summary = tally.summary(seconds=2.0, interrupted=False)

    assert (summary.counts.songs, summary.counts.tagged, summary.counts.failed) == (3, 2, 1)
    assert (summary.counts.analysed, summary.counts.written) == (3, 0)
    assert summary.histogram == ((80, 3), (170, 3))


@pytest.mark.parametrize(
    ("outcome", "paces", "analysed", "drawn"),
    [
        (Outcome.UNCHANGED, (), False, False),
        (Outcome.FAILED, (), True, False),  # it was listened to, in vain
        (Outcome.SKIPPED, (), True, False),
        (Outcome.TAGGED, (86.0,), False, False),  # taken over from a copy
        (Outcome.FAILED, (86.0,), True, True),  # it could not be written
        (Outcome.UNCHANGED, (), True, True),  # without a beat
    ],
)
def test_a_histogram_is_drawn_only_where_a_song_was_judged(
    outcome: Outcome, paces: tuple[float, ...], analysed: bool, drawn: bool
) -> None:
    tally = Tally()
    known = tuple(Pace(bpm=bpm, confidence=0.9) for bpm in (119.97, 172.3))
    tally.add(SongOutcome(path="/known", outcome=Outcome.UNCHANGED, paces=known))
    found = tuple(Pace(bpm=bpm, confidence=0.9) for bpm in paces)
    tally.add(SongOutcome(path="/a", outcome=outcome, paces=found, analysed=analysed))

    lines = summary_lines(tally.summary(seconds=1.0, interrupted=False), dry_run=False)

    assert any(line.startswith("120-129") for line in lines) == drawn


@pytest.mark.parametrize(
    ("failed", "interrupted", "code"),
    [(False, False, 0), (True, False, 1), (False, True, 130), (True, True, 130)],
)
def test_the_exit_code_follows_from_the_outcome(failed: bool, interrupted: bool, code: int) -> None:
    tally = Tally()
    if failed:
        tally.add(SongOutcome(path="/a", outcome=Outcome.FAILED))

    assert tally.summary(seconds=1.0, interrupted=interrupted).exit_code == code


def test_long_scans_say_now_and_then_how_far_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 4.0, 12.0, 15.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    reporter = PlainReporter(36)
    with reporter:
        for _ in range(3):
            reporter.song(SongOutcome(path="/a", outcome=Outcome.TAGGED))

    assert capsys.readouterr().err == "2 of 36 songs, 0.2 a second, 3:24 left\n"


def test_an_interrupted_scan_says_that_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    summary: ScanSummary = Tally().summary(seconds=1.0, interrupted=True, missing=2)

    PlainReporter(0).end(summary)

    said = capsys.readouterr().out
    assert said.startswith("Interrupted; what was done is kept")
    assert "2 songs of the index no longer there: marked as missing." in said
