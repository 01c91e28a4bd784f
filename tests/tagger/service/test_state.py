"""Files beside the index are read as those of watchers, or passed over."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pacetag.tagger.pulse import Pulse
from pacetag.tagger.service.notify import Supervisor
from pacetag.tagger.service.report import Report
from pacetag.tagger.service.state import LATE, StateFile, WatcherState, watchers


def ended(seconds: float) -> str:
    """The moment so many seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize(
    ("doing", "ago", "late"),
    [("watching", 30, False), ("watching", 61 + LATE, True), ("sweeping", 61 + LATE, False)],
)
def test_a_watcher_is_late_that_has_not_looked_when_it_should_have(
    doing: str, ago: float, late: bool
) -> None:
    told = {"doing": doing, "sweep": {"ended": ended(ago)}, "sweep_every": 60.0}

    assert WatcherState(told=told, lives=True).is_late() is late
    assert not WatcherState(told=told, lives=False).is_late()


@pytest.mark.parametrize("sweep", [None, {}, {"ended": None}, {"ended": "soon"}, 7])
def test_odd_content_is_not_late(sweep: object) -> None:
    told = {"doing": "watching", "sweep": sweep, "sweep_every": "often"}

    assert not WatcherState(told=told, lives=True).is_late()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_file_that_holds_no_state_is_passed_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "watchers").mkdir()
    (tmp_path / "watchers/1.json").write_bytes(content)
    os.mkfifo(tmp_path / "watchers/2.json")

    assert watchers(tmp_path / "index") == []


def test_the_file_is_gone_when_the_watcher_has_ended(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with StateFile(index) as file:
        file.write({"pid": 7})
        (found,) = watchers(index)
        assert (found.told, found.lives) == ({"pid": 7}, True)

    assert watchers(index) == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_watcher_left_is_swept_away_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "watchers"
    folder.mkdir()
    for name in ("9.json", "9.lock"):
        (folder / name).write_text(json.dumps({"pid": 9}))
    (folder / "notes.txt").write_text("mine")
    assert [each.lives for each in watchers(tmp_path / "index")] == [False]

    with StateFile(tmp_path / "index"):
        assert watchers(tmp_path / "index") == []

    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_costs_only_the_status(tmp_path: Path) -> None:
    (tmp_path / "watchers").write_text("a file")

    with StateFile(tmp_path / "index") as file:
        file.write({})

    assert (tmp_path / "watchers").read_text() == "a file"


def test_beats_come_as_often_as_the_supervisor_wants_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def report() -> Report:
        return Report(StateFile(tmp_path / "i"), Supervisor(), index=tmp_path, failed=lambda: 0)

    assert report().every == Pulse.every
    monkeypatch.setenv("WATCHDOG_USEC", "6000000")
    assert report().every == 3.0
