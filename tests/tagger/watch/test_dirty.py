"""What changes is held back until it has been silent, each file for itself."""

import time
from queue import Empty, SimpleQueue

import pytest

from pacetag.tagger.watch.dirty import Dirty, Due


@pytest.fixture
def wake() -> "SimpleQueue[None]":
    return SimpleQueue()


@pytest.fixture
def dirty(wake: "SimpleQueue[None]") -> Dirty:
    return Dirty(settle=5.0, wake=wake)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moments that are read next."""
    moments: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: moments.pop(0))
    return moments


def test_a_folder_is_due_after_the_silence_and_only_once(dirty: Dirty) -> None:
    dirty.folder("/a")
    now = time.monotonic()

    assert not dirty.take_due(now + 4.9)
    assert dirty.take_due(now + 5.1) == Due(folders=("/a",))
    assert not dirty.take_due(now + 9)
    assert dirty.next_due() is None


def test_every_event_begins_the_silence_anew(dirty: Dirty, clock: list[float]) -> None:
    clock += [100.0, 103.0]
    dirty.file("/a/x.mp3")
    dirty.file("/a/x.mp3")

    assert dirty.next_due() == 108.0
    assert not dirty.take_due(107.9)
    assert dirty.take_due(108.0) == Due(files=("/a/x.mp3",))


def test_a_file_that_is_written_all_the_time_holds_no_other_back(
    dirty: Dirty, clock: list[float]
) -> None:
    clock += [100.0, 100.0, 101.0, 102.0, 103.0, 104.0]
    dirty.file("/a/done.mp3")
    for _ in range(5):
        dirty.file("/a/log.mp3")

    assert dirty.take_due(105.0) == Due(files=("/a/done.mp3",))


def test_both_ends_of_a_move_are_due_together(dirty: Dirty, clock: list[float]) -> None:
    clock += [100.0, 100.01]
    dirty.folder("/a")
    dirty.file("/b/x.mp3")

    assert dirty.take_due(105.0) == Due(files=("/b/x.mp3",), folders=("/a",))


def test_a_flood_of_events_wakes_the_watcher_once(dirty: Dirty, wake: "SimpleQueue[None]") -> None:
    for number in range(1000):
        dirty.file(f"/{number}.mp3")

    wake.get_nowait()
    with pytest.raises(Empty):
        wake.get_nowait()


def test_lost_events_and_mounts_are_told_once(dirty: Dirty) -> None:
    dirty.everything()
    dirty.mounts()

    assert (dirty.take_everything(), dirty.take_mounts()) == (True, True)
    assert (dirty.take_everything(), dirty.take_mounts()) == (False, False)
