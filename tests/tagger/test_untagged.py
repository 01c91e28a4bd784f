"""The index keeps the reason why a song's file has no paces until it has them."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import mutagen.flac
import numpy as np
import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.walk import walk
from pacetag.tagger.scanning import noted_write, probe_threads
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.reasons import FOREIGN, UNDONE
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.watch.lines import WatchLines
from tests.tagger.conftest import FAKE_JUDGE

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")


def record(index_file: Path, song: Path) -> SongRecord:
    with SongIndex.open(index_file) as index:
        found = index.song(str(song))
    assert found is not None
    return found


def set_pace(song: Path, pace: str | None) -> None:
    """Another program's PACE; none takes it away."""
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.pop("PACE", None)
    if pace is not None:
        audio["PACE"] = pace
    audio.save()


def raw_aac(song: Path) -> None:
    """Silence without a container, which has no place for tags."""
    with av.open(str(song), "w", format="adts") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def refuse(path: Path, *_: object, **__: object) -> None:
    raise NotWritableError(path, "its tag is full")


CAUSES: dict[str, tuple[Callable[[Path], object], Callable[[Path], object], str]] = {
    "the file is read-only": (
        lambda song: song.chmod(0o444),
        lambda song: song.chmod(0o644),
        "indexed only: the file is read-only (`chmod u+w` changes that)",
    ),
    "its PACE is another's": (
        lambda song: set_pace(song, "brisk"),
        lambda song: set_pace(song, None),
        FOREIGN,
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_rescan_says_why_a_song_is_not_tagged_until_it_is(
    cause: str, make_song: MakeSong, scan_json: Run, index_file: Path, judged: Run
) -> None:
    spoil, mend, reason = CAUSES[cause]
    song = make_song("album/120.flac")
    spoil(song)

    for _ in range(3):
        assert scan_json().songs["120.flac"]["reason"] == reason
        assert record(index_file, song).untagged == reason

    mend(song)
    mended = scan_json().songs["120.flac"]
    assert (mended["outcome"], mended["reason"]) == ("tagged", None)
    assert record(index_file, song).untagged is None
    assert read_tags(song).pace == ("120",)
    assert judged() == ["120.flac"]


def test_a_kind_of_file_that_is_never_written_says_so_at_each_scan(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song("120.m4a").with_suffix(".aac")
    raw_aac(song)

    first, second = scan_json(), scan_json()

    reason = first.songs["120.aac"]["reason"]
    assert reason.startswith("indexed only: ")
    assert second.songs["120.aac"]["reason"] == reason == record(index_file, song).untagged


def test_a_write_that_was_refused_fails_at_each_scan_and_is_noted_until_it_succeeds(
    make_song: MakeSong, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("120.flac")
    reason = "indexed, but not tagged: its tag is full"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(noted_write, "write_tags", refuse)
        for _ in range(2):
            found = scan_json()
            assert (found.songs["120.flac"]["reason"], found.result.exit_code) == (reason, 1)
            assert record(index_file, song).untagged == reason
        overlooked = scan_json("--ignore-failed")
        assert (overlooked.outcomes, overlooked.result.exit_code) == ({"120.flac": "skipped"}, 0)

    assert scan_json().outcomes == {"120.flac": "tagged"}
    assert record(index_file, song).untagged is None


def test_a_song_that_could_not_be_read_any_more_is_noted_until_it_can(
    make_song: MakeSong, scan_json: Run, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("120.flac")
    scan_json()
    os.utime(song)  # so that it is looked at

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(probe_threads, "examine", fail)
        reason = scan_json().songs["120.flac"]["reason"]
    assert reason == "cannot be read: Input/output error (the next scan tries again)"
    known = record(index_file, song)
    assert (known.untagged, known.paces[0].bpm) == (reason, 120.0)

    assert scan_json().songs["120.flac"]["reason"] is None
    assert record(index_file, song).untagged is None


def test_a_song_that_may_not_be_written_and_carries_its_paces_is_as_good_as_tagged(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song("120.flac")
    scan_json()
    song.chmod(0o444)

    for _ in range(2):
        found = scan_json()
        assert (found.outcomes, found.songs["120.flac"]["reason"]) == (
            {"120.flac": "unchanged"},
            None,
        )
    index_file.unlink()
    assert scan_json().songs["120.flac"]["reason"] == "paces taken over from its tags"
    assert scan_json().songs["120.flac"]["reason"] is None
    assert record(index_file, song).untagged is None


def test_a_scan_without_tags_neither_says_nor_forgets_it(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song("120.flac")
    set_pace(song, "brisk")
    scan_json()

    assert scan_json("--no-tags").songs["120.flac"]["reason"] is None
    forced = scan_json("--no-tags", "--force").songs["120.flac"]["reason"]
    assert forced == "indexed only (--no-tags)"
    assert scan_json().songs["120.flac"]["reason"] == FOREIGN


def test_a_song_that_was_undone_is_noted_by_the_watcher_and_cleared_by_a_scan(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, index_file: Path
) -> None:
    song = make_song("120.flac")
    scan_json()
    pacetag("undo", library)
    set_pace(song, None)  # which writes the file

    def watch() -> SongOutcome:
        options = ScanOptions(jobs=1, watching=True)
        with SongIndex.open(index_file) as index:
            (outcome,) = Scan(index, FAKE_JUDGE, options, Stop()).songs(walk([library]))
        return outcome

    assert (watch().untagged, record(index_file, song).untagged) == (UNDONE, UNDONE)
    at_rest = watch()
    assert (at_rest.untagged, at_rest.at_rest) == (UNDONE, True)

    assert scan_json().outcomes == {"120.flac": "tagged"}
    assert record(index_file, song).untagged is None


@pytest.mark.parametrize(("at_rest", "lines"), [(False, 1), (True, 0)])
def test_the_watcher_says_it_once_and_not_each_time_it_starts(
    at_rest: bool, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    song = SongOutcome(
        path="/a.mp3", outcome=Outcome.UNCHANGED, reason=FOREIGN, untagged=FOREIGN, at_rest=at_rest
    )

    WatchLines().song(song)

    assert len(capsys.readouterr().out.splitlines()) == lines
