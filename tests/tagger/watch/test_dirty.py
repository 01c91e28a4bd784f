"""Folders are held back until they have been silent."""

import time
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from watchdog.events import (
    DirCreatedEvent,
    DirModifiedEvent,
    FileClosedNoWriteEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
)

from pacetag.tagger.watch.dirty import DirtyFolders, FolderMarker


@pytest.fixture
def wake() -> "SimpleQueue[None]":
    return SimpleQueue()


@pytest.fixture
def dirty(wake: "SimpleQueue[None]") -> DirtyFolders:
    return DirtyFolders(settle=5.0, wake=wake)


def test_a_folder_is_due_after_the_silence_and_only_once(dirty: DirtyFolders) -> None:
    dirty.mark(Path("/a"))
    now = time.monotonic()

    assert dirty.take_due(now + 4.9) == {}
    assert dirty.take_due(now + 5.1) == {Path("/a"): False}
    assert dirty.take_due(now + 9) == {}
    assert dirty.next_due() is None


def test_every_event_begins_the_silence_anew(
    dirty: DirtyFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 103.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    dirty.mark(Path("/a"))
    dirty.mark(Path("/a"), deep=True)

    assert dirty.next_due() == 108.0
    assert dirty.take_due(107.9) == {}
    assert dirty.take_due(108.0) == {Path("/a"): True}


def test_a_flood_of_events_wakes_the_watcher_once(
    dirty: DirtyFolders, wake: "SimpleQueue[None]"
) -> None:
    for number in range(1000):
        dirty.mark(Path(f"/{number}"))

    wake.get_nowait()
    with pytest.raises(Empty):
        wake.get_nowait()


def test_an_event_marks_the_folders_of_the_songs_that_it_names(dirty: DirtyFolders) -> None:
    marker = FolderMarker(dirty)
    marker.on_any_event(FileModifiedEvent("/a/x.mp3"))
    marker.on_any_event(FileMovedEvent("/b/.x.tmp", "/b/x.flac"))
    marker.on_any_event(FileMovedEvent("/c/x.mp3", "/d/x.mp3"))
    marker.on_any_event(DirCreatedEvent("/e/new"))

    assert dirty.take_due(time.monotonic() + 5) == {
        Path("/a"): False,
        Path("/b"): False,
        Path("/c"): False,
        Path("/d"): False,
        Path("/e/new"): True,
    }


def test_reading_covers_hidden_files_and_what_a_folder_echoes_wake_nobody(
    dirty: DirtyFolders,
) -> None:
    marker = FolderMarker(dirty)
    for event in (
        FileOpenedEvent("/a/x.mp3"),
        FileClosedNoWriteEvent("/a/x.mp3"),
        FileModifiedEvent("/a/cover.jpg"),
        FileModifiedEvent("/a/.x.mp3"),
        DirModifiedEvent("/a"),
    ):
        marker.on_any_event(event)

    assert dirty.next_due() is None
