"""Which songs are where they were, on disks that may never answer."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.mounts import Mount, mount_of
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library import presence
from pacetag.tagger.library.presence import Place, Presence

Hang = Callable[..., list[str]]


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hang]:
    """Have every question about paths that begin so wait, until the test is over."""
    real, over = os.stat, threading.Event()

    def install(*beginnings: str) -> list[str]:
        asked: list[str] = []

        def stat(path: Any, **options: Any) -> os.stat_result:
            if isinstance(path, str):
                asked.append(path)
                if path.startswith(beginnings):
                    over.wait()
            return real(path, **options)

        monkeypatch.setattr(os, "stat", stat)
        return asked

    monkeypatch.setattr(presence, "TIMEOUTS", (0.5, 0.2))
    monkeypatch.setattr(presence, "PROBE", 0.3)
    yield install
    over.set()


@pytest.fixture
def songs(tmp_path: Path) -> list[str]:
    """Files of songs."""
    found = [tmp_path / f"{number}.mp3" for number in range(4)]
    for path in found:
        path.write_bytes(b"sound")
    return [str(path) for path in found]


def test_files_are_there_and_what_is_not_or_is_no_file_is_gone(
    tmp_path: Path, songs: list[str]
) -> None:
    gone = [str(tmp_path / "none.mp3"), f"{songs[0]}/below.mp3", str(tmp_path)]
    link, loose = tmp_path / "link.mp3", tmp_path / "loose.mp3"
    link.symlink_to(songs[0])
    loose.symlink_to("nowhere")

    found = Presence().of([*gone, *songs, str(link), str(loose), songs[0]])

    assert {path for path, place in found.items() if place is Place.GONE} == {*gone, str(loose)}
    assert {path for path, place in found.items() if place is Place.THERE} == {*songs, str(link)}


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (PermissionError, Place.THERE),
        (OSError(5, "I/O"), Place.SILENT),
        (OSError(116, "stale"), Place.SILENT),
        (OSError(107, "not connected"), Place.SILENT),
    ],
)
def test_what_may_not_be_looked_at_is_not_gone_and_what_fails_is_silent(
    songs: list[str], monkeypatch: pytest.MonkeyPatch, error: OSError, place: Place
) -> None:
    def fail(path: str) -> None:
        raise error

    monkeypatch.setattr(os, "stat", fail)

    assert set(Presence().of(songs).values()) == {place}


def test_each_is_asked_about_once(songs: list[str], hang: Hang) -> None:
    asked = hang("/nothing of it hangs")
    found = Presence()

    found.of(songs[:3])
    found.of(songs)

    assert sorted(asked) == sorted(songs)


def test_one_that_does_not_answer_is_passed_over_alone_where_its_mount_does(
    songs: list[str], hang: Hang
) -> None:
    hang(songs[1])

    found = Presence().of(songs)

    places = [found[path] for path in songs]
    assert places == [Place.THERE, Place.SILENT, Place.THERE, Place.THERE]


def test_a_mount_that_does_not_answer_is_asked_no_more(
    songs: list[str], hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = [f"/dead disk/{number}.mp3" for number in range(500)]
    known = [Mount(place=place, kind="x", options=frozenset()) for place in ("/", "/dead disk")]
    monkeypatch.setattr(presence, "mounts", lambda: known)
    asked = hang("/dead disk")

    found = Presence().of([dead[0], songs[0], *dead, *songs])

    assert {found[path] for path in dead} == {Place.SILENT}
    assert {found[path] for path in songs} == {Place.THERE}
    assert [path for path in asked if path.startswith("/dead")] == [dead[0], "/dead disk"]


def test_threads_without_an_answer_do_not_pile_up(
    songs: list[str], hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every song hangs, though its mount answers, as behind a link to a dead disk."""
    monkeypatch.setattr(presence, "MOST_ABANDONED", 3)
    monkeypatch.setattr(presence, "LAST_TIMEOUT", 0.1)
    asked = hang(*songs)

    assert set(Presence().of([*songs, *(f"{song}2" for song in songs)]).values()) == {Place.SILENT}
    assert len([path for path in asked if path in songs]) == 3


def test_a_request_to_stop_ends_the_waiting(songs: list[str], hang: Hang) -> None:
    hang(*songs)
    stop = Stop()
    stop.request()

    assert set(Presence(stop).of(songs).values()) == {Place.SILENT}


@pytest.mark.parametrize(
    ("path", "place"),
    [("/a/b/c.mp3", "/a/b"), ("/a/b", "/a/b"), ("/a/bc/d.mp3", "/a"), ("/x.mp3", "/")],
)
def test_a_path_lies_in_the_mount_that_is_nearest(path: str, place: str) -> None:
    known = [Mount(place=p, kind="x", options=frozenset()) for p in ("/", "/a", "/a/b", "/c")]

    found = mount_of(path, known)

    assert found is not None
    assert found.place == place
    assert mount_of(path, []) is None


def test_a_playlist_ends_though_a_disk_never_answers(
    make_song: Callable[..., Path],
    scan_json: Callable[..., Any],
    pacetag_process: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    worker_threads: None,
) -> None:
    dead = make_song("165.mp3")
    make_song("160.ogg")
    scan_json()
    monkeypatch.setenv("FAKE_STALL", f"argument {dead}")
    monkeypatch.setenv("FAKE_STALLED", str(tmp_path / "stalled"))

    process = pacetag_process("playlist", "--cadence", "165", script="pacetag_with_stalls.py")
    output, complaints = process.communicate(timeout=60)

    assert (tmp_path / "stalled").exists()
    assert process.returncode == 0
    assert "160.ogg" in output
    assert complaints == "1 song lies on a disk that does not answer\n"
