"""When the watcher waits for others, by stand-ins for what is measured, and once by the machine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.service.notify import Supervisor
from pacetag.tagger.service.polite import ON_BATTERY, OTHERS, Load, Politeness, ThisMachine
from pacetag.tagger.service.report import Report
from pacetag.tagger.service.state import StateFile
from tests.tagger.conftest import FAKE_JUDGE

MakeSong = Callable[..., Path]


class Shares:
    """A machine on which others use a given share of the processors, from one look to the next."""

    def __init__(self, *shares: float, battery: bool = False) -> None:
        self._shares, self._battery = iter(shares), battery
        self._total = self._others = 0.0

    def on_battery(self) -> bool:
        return self._battery

    def load(self) -> Load:
        self._total += 10.0
        self._others += 10.0 * next(self._shares)
        return Load(total=self._total, others=self._others)


def looks(machine: Shares, count: int) -> list[str | None]:
    """What is said at each of some looks, far enough apart to be measured."""
    now = [0.0]
    polite = Politeness(machine=machine, clock=lambda: now[0])
    found = []
    for _ in range(count):
        found.append(polite.reason())
        now[0] += 5.0
    return found


def test_waiting_begins_when_others_use_half_and_ends_when_they_use_a_quarter() -> None:
    found = looks(Shares(0.9, 0.4, 0.6, 0.4, 0.3, 0.2, 0.4), 7)

    assert found == [None, None, OTHERS, OTHERS, OTHERS, None, None]


def test_on_battery_it_waits_however_calm_the_machine_is() -> None:
    assert looks(Shares(0.0, 0.0, battery=True), 2) == [ON_BATTERY] * 2


def test_it_measures_no_more_often_than_it_must() -> None:
    polite = Politeness(machine=Shares(0.0), clock=lambda: 1.0)

    assert [polite.reason() for _ in range(9)] == [None] * 9  # a second load would raise


def test_waiting_is_told_once_when_it_begins_and_when_it_ends(tmp_path: Path) -> None:
    said: list[str] = []
    why: Iterator[str | None] = iter([None, None, OTHERS, OTHERS, OTHERS, None, None])
    polite: Any = SimpleNamespace(reason=lambda: next(why))
    report = Report(StateFile(tmp_path / "i"), Supervisor(), index=tmp_path, failed=lambda: 0)
    report.begin(bundle="b", sweep=1, polite=polite, tell=said.append)

    waits = [report.must_wait() for _ in range(6)]

    assert waits == [False, True, True, True, False, False]
    assert said == [f"waits: {OTHERS}", "goes on"]


class Held(Pulse):
    """Lets songs wait for a number of questions."""

    def __init__(self, times: int, then: Callable[[], None] = lambda: None) -> None:
        self._left, self._then = times, then

    def must_wait(self) -> bool:
        self._left -= 1
        if self._left == 0:
            self._then()
        return self._left > 0


@pytest.mark.usefixtures("worker_threads")
def test_songs_wait_and_are_judged_afterwards(
    make_song: MakeSong, index_file: Path, judged: Callable[[], list[str]]
) -> None:
    songs = [make_song("120.mp3"), make_song("130.mp3")]
    index_file.parent.mkdir()
    with SongIndex.open(index_file) as index:
        scan = Scan(index, FAKE_JUDGE, ScanOptions(jobs=1), Stop(), Held(3))
        assert sorted(outcome.path for outcome in scan.songs(songs)) == list(map(str, songs))
    assert judged() == ["120.mp3", "130.mp3"]


@pytest.mark.usefixtures("worker_threads")
def test_a_request_to_stop_ends_the_waiting(
    make_song: MakeSong, index_file: Path, judged: Callable[[], list[str]]
) -> None:
    song = make_song("120.mp3")
    index_file.parent.mkdir()
    stop = Stop()
    with SongIndex.open(index_file) as index:
        scan = Scan(index, FAKE_JUDGE, ScanOptions(jobs=1), stop, Held(3, stop.request))
        assert list(scan.songs([song])) == []
    assert judged() == []


def test_this_machine_can_be_measured() -> None:
    pytest.importorskip("psutil")
    machine = ThisMachine()

    before = machine.load()
    sum(number * number for number in range(3_000_000))
    after = machine.load()

    assert isinstance(machine.on_battery(), bool)
    assert after.total > before.total
    assert after.others <= after.total


def test_without_the_package_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psutil", None)

    with pytest.raises(MissingExtraError, match="--polite needs packages"):
        ThisMachine()
