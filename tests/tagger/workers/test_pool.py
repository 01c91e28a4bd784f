"""The pool of worker processes."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from pacetag.model.errors import BundleError
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.workers import pool, process
from pacetag.tagger.workers.judging import AnalysisError, AnalysisResult, JudgeRef, WorkerReply
from pacetag.tagger.workers.pool import JudgePool
from pacetag.tagger.workers.process import WorkerProcess
from pacetag.tagger.workers.protocol import Verdict

FAKE_JUDGE = JudgeRef(bundle="fake-1", factory="fake_judge:load")
PATIENT = 60.0  # s, more than any of these songs takes

Judged = AnalysisResult | Exception | None


class Judging:
    """A pool, and what it reports."""

    def __init__(self, ref: JudgeRef, jobs: int) -> None:
        self.events: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
        self.pool = JudgePool[Path](ref, jobs=jobs, done=lambda path, v: self.events.put((path, v)))

    def begin(self, *names: str, limit: float = PATIENT) -> None:
        for name in names:
            self.pool.submit(Path(name), limit=limit)

    def all(self, *names: str, limit: float = PATIENT) -> dict[str, Judged]:
        self.begin(*names, limit=limit)
        return self.rest(len(names))

    def rest(self, count: int) -> dict[str, Judged]:
        found: dict[str, Judged] = {}
        for _ in range(count):
            path, verdict = self.events.get(timeout=30)
            assert path.name not in found
            found[path.name] = verdict.result if isinstance(verdict, WorkerReply) else verdict
        return found


@pytest.fixture
def judging() -> Iterator[Callable[..., Judging]]:
    made: list[Judging] = []

    def make(ref: JudgeRef = FAKE_JUDGE, *, jobs: int = 1) -> Judging:
        made.append(Judging(ref, jobs))
        return made[-1]

    yield make
    for one in made:
        one.pool.close()
    assert multiprocessing.active_children() == []


def worker_pids() -> set[int]:
    return {child.pid for child in multiprocessing.active_children() if child.pid}


def reason(verdict: Judged) -> str:
    assert isinstance(verdict, AnalysisError)
    return verdict.reason


def test_songs_are_judged_and_only_compatible_paces_come_back(
    judging: Callable[..., Judging],
) -> None:
    found = judging(jobs=2).all("172.34-86.2.mp3", "beatless.mp3")

    paces = (Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.2, confidence=0.93))
    other = Pace(bpm=133.0, confidence=0.1)
    beatless = Analysis(paces=(), duration=180.0, stability=0.001, candidates=(other,))
    assert found["172.34-86.2.mp3"] == replace(beatless, paces=paces, candidates=(*paces, other))
    assert found["beatless.mp3"] == beatless


def test_whatever_a_song_does_to_the_judge_comes_back_as_its_reason(
    judging: Callable[..., Judging],
) -> None:
    found = judging().all("short.mp3", "broken.mp3", "buggy.mp3", "120.mp3")

    assert found["short.mp3"] == AnalysisError(
        reason="3.0 s long; at least 12 s are needed", too_short=True
    )
    assert found["broken.mp3"] == AnalysisError(reason="cannot decode audio: it is not audio")
    assert found["buggy.mp3"] == AnalysisError(
        reason="judging broke off (ZeroDivisionError: division by zero)"
    )
    assert isinstance(found["120.mp3"], Analysis)


def test_a_song_at_which_a_decoder_goes_in_circles_is_given_up_as_damaged(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BUSY", 0.2)
    one = judging()
    one.all("120.mp3")

    found = one.all("circling.mp3", limit=2.0)["circling.mp3"]

    assert found == AnalysisError(
        reason="gave up after 2 s without a result, as a damaged file can cause"
    )


def test_a_fault_that_passes_while_a_song_is_judged_does_not_count(
    judging: Callable[..., Judging],
) -> None:
    found = judging().all("shaky 120.mp3", "killed.mp3", "crashing.mp3")

    assert isinstance(found["shaky 120.mp3"], Analysis)
    for name, by_system in (("killed.mp3", True), ("crashing.mp3", False)):
        lost = found[name]
        assert isinstance(lost, AnalysisError)
        assert lost.system_fault is by_system


def test_a_worker_that_dies_takes_only_its_own_song_with_it(
    judging: Callable[..., Judging],
) -> None:
    deaths = {
        "deadly.mp3": "the process that judged it died (exit code 9), which a damaged file",
        "crashing.mp3": "the process that judged it died (SIGSEGV), which a damaged file",
        "killed.mp3": "the process that judged it was killed, perhaps for lack of memory",
    }
    good = ["120.mp3", "slow 130.mp3", "140.mp3", "150.mp3"]

    found = judging(jobs=2).all(*sorted([*good, *deaths]))

    for name, sentence in deaths.items():
        assert reason(found.pop(name)).startswith(sentence)
    assert all(isinstance(verdict, Analysis) for verdict in found.values())


def test_a_song_too_large_for_the_memory_fails_and_its_worker_goes_on(
    judging: Callable[..., Judging],
) -> None:
    one = judging()
    one.all("110.mp3")
    before = worker_pids()

    found = one.all("greedy.mp3", "120.mp3")

    assert reason(found["greedy.mp3"]) == "there was not enough memory to judge it"
    assert isinstance(found["120.mp3"], Analysis)
    assert worker_pids() == before


@pytest.mark.parametrize("name", ["stuck.mp3", "endless.mp3"])
def test_a_song_that_hangs_is_given_up_after_its_limit_and_its_worker_is_killed(
    name: str, judging: Callable[..., Judging]
) -> None:
    one = judging(jobs=2)
    one.begin("slow 120.mp3", "slow 121.mp3")
    one.rest(2)
    before = worker_pids()
    one.begin(name, limit=1.5)
    began = time.monotonic()
    one.begin("slow 130.mp3", "slow 131.mp3", "slow 132.mp3")

    found = one.rest(4)

    assert 1.5 <= time.monotonic() - began < 10
    assert found.pop(name) == AnalysisError(
        reason="gave up after 2 s, as its disk does not answer", system_fault=True
    )
    assert all(isinstance(verdict, Analysis) for verdict in found.values())
    assert len(before - worker_pids()) == 1


def test_time_for_which_everything_was_stopped_does_not_count(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "TICK", 0.05)
    one = judging()
    one.all("110.mp3")
    now = time.monotonic
    jumps = iter(range(0, 1_000_000, 1000))
    monkeypatch.setattr("time.monotonic", lambda: now() + next(jumps))  # s between any two looks

    found = one.all("slow 120.mp3", limit=30)

    assert isinstance(found["slow 120.mp3"], Analysis)


def test_a_pool_whose_idle_worker_was_killed_goes_on(judging: Callable[..., Judging]) -> None:
    one = judging()
    one.all("120.mp3")
    for child in multiprocessing.active_children():
        child.kill()
        child.join()

    assert isinstance(one.all("130.mp3")["130.mp3"], Analysis)


def test_workers_are_renewed_while_the_others_go_on(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "RENEWAL", 5)
    one = judging(jobs=2)
    one.all("100.mp3", "101.mp3")
    first = worker_pids()
    most = 0
    deadline = time.monotonic() + 20
    while not first.isdisjoint(worker_pids()) and time.monotonic() < deadline:
        assert all(isinstance(verdict, Analysis) for verdict in one.all("1.mp3", "2.mp3").values())
        most = max(most, len(worker_pids()))

    assert first.isdisjoint(worker_pids())
    assert most == 3  # the worn ones went on until others could take over, one after the other


def test_no_second_successor_is_started_while_all_worn_workers_are_busy(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[WorkerProcess[Path]] = []

    class Noted(WorkerProcess[Path]):
        def __init__(self, ref: JudgeRef) -> None:
            super().__init__(ref)
            made.append(self)

    monkeypatch.setattr(pool, "WorkerProcess", Noted)
    one = judging(jobs=2)
    one.begin("endless 1.mp3", "endless 2.mp3")
    deadline = time.monotonic() + 20
    while sum(worker.song is not None for worker in made) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    for worker in made:
        worker.songs = pool.RENEWAL

    found = one.all("100.mp3", "101.mp3", "102.mp3")  # by the one successor, one after the other

    assert all(isinstance(verdict, Analysis) for verdict in found.values())
    assert [worker.songs for worker in made] == [pool.RENEWAL, pool.RENEWAL, 3]


def test_a_network_that_cannot_be_loaded_is_no_songs_fault(
    judging: Callable[..., Judging],
) -> None:
    found = judging(JudgeRef(bundle="none", factory="fake_judge:load_nothing")).all("120.mp3")
    assert isinstance(found["120.mp3"], BundleError)
    assert "reinstall pacetag" in str(found["120.mp3"])

    found = judging(JudgeRef(bundle="none", factory="no_such_module:load")).all(
        "120.mp3", "130.mp3"
    )
    assert all(isinstance(verdict, JudgeLoadError) for verdict in found.values())
    assert "cannot be started" in str(found["120.mp3"])


def test_workers_that_always_die_before_they_begin_are_no_songs_fault_either(
    judging: Callable[..., Judging],
) -> None:
    found = judging(JudgeRef(bundle="none", factory="fake_judge:die"), jobs=2).all(
        "120.mp3", "130.mp3"
    )

    for verdict in found.values():
        assert isinstance(verdict, JudgeLoadError)
        assert "no process to judge songs could be started" in str(verdict)
        assert "exit code 7" in str(verdict)


def test_a_worker_that_dies_before_it_begins_is_replaced(
    judging: Callable[..., Judging], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_JUDGE_FIRST", str(tmp_path / "first"))

    found = judging(JudgeRef(bundle="none", factory="fake_judge:die_once")).all("120.mp3")

    assert isinstance(found["120.mp3"], Analysis)


def test_without_processes_no_song_is_waited_for(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(pool, "WorkerProcess", refuse)

    verdict = judging().all("120.mp3")["120.mp3"]

    assert isinstance(verdict, JudgeLoadError)
    assert "Resource temporarily unavailable" in str(verdict)


def test_a_fault_of_the_pool_itself_leaves_nobody_waiting(
    judging: Callable[..., Judging], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pool, "WorkerProcess", fail)

    assert isinstance(judging().all("120.mp3")["120.mp3"], ZeroDivisionError)


def test_after_a_stop_songs_in_judgement_are_finished_and_the_others_dropped(
    judging: Callable[..., Judging],
) -> None:
    one = judging()
    one.all("120.mp3")  # the worker is up
    one.begin("slow 130.mp3", "slow 140.mp3", "slow 150.mp3")
    time.sleep(0.2)  # it is at the first one
    one.pool.stop()

    found = one.rest(3)

    assert isinstance(found["slow 130.mp3"], Analysis)
    assert found["slow 140.mp3"] is found["slow 150.mp3"] is None


def test_a_song_whose_worker_was_killed_after_a_stop_is_dropped(
    judging: Callable[..., Judging],
) -> None:
    one = judging()
    one.all("120.mp3")
    one.begin("endless.mp3")
    time.sleep(0.2)
    one.pool.stop()
    for pid in worker_pids():
        os.kill(pid, signal.SIGKILL)

    assert one.rest(1) == {"endless.mp3": None}


def test_closing_ends_workers_whatever_they_are_at(judging: Callable[..., Judging]) -> None:
    one = judging(jobs=2)
    one.all("120.mp3", "130.mp3")
    one.begin("stuck.mp3", "endless.mp3")
    time.sleep(0.2)
    began = time.monotonic()
    one.pool.close()

    assert time.monotonic() - began < 5
    assert worker_pids() == set()
    with pytest.raises(Empty):
        one.events.get_nowait()


WORKERS_AND_SIGNALS = """
import json, multiprocessing, os, signal, sys
from pathlib import Path
from queue import SimpleQueue
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.pool import JudgePool
if __name__ == "__main__":
    events = SimpleQueue()
    pool = JudgePool(JudgeRef(bundle="fake-1", factory="fake_judge:load"), jobs=2,
                     done=lambda path, verdict: events.put(verdict))
    pool.submit(Path("120.mp3"), limit=60)
    first = events.get(timeout=30)
    pool.submit(Path("slow 130.mp3"), limit=60)
    for number in (signal.SIGINT, signal.SIGTERM):
        for child in multiprocessing.active_children():
            os.kill(child.pid, number)
    second = events.get(timeout=30)
    for name in sys.argv[1:]:
        pool.submit(Path(name), limit=60)
    log = Path(os.environ["FAKE_JUDGE_LOG"])
    while not all(name in log.read_text() for name in sys.argv[1:]):
        pass
    workers = [child.pid for child in multiprocessing.active_children()]
    print(json.dumps({"heard": [first.result.duration, second.result.duration], "workers": workers,
                      "heavy": sorted({"numpy", "librosa"} & set(sys.modules))}), flush=True)
    if sys.argv[1:]:
        os.kill(os.getpid(), signal.SIGKILL)
    pool.close()
"""


def _run(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    script = tmp_path / "script.py"
    script.write_text(WORKERS_AND_SIGNALS)
    fakes = str(Path(__file__).parents[1] / "fakes")
    done = subprocess.run(
        [sys.executable, script, *arguments],
        env={**os.environ, "PYTHONPATH": fakes},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_workers_outlive_the_signals_of_a_terminal_and_the_parent_stays_light(
    tmp_path: Path,
) -> None:
    found = _run(tmp_path)

    assert found["heard"] == [180.0, 180.0]
    assert found["heavy"] == []


def test_workers_end_when_their_parent_is_killed_even_those_that_hang(tmp_path: Path) -> None:
    pids = _run(tmp_path, "stuck.mp3", "endless.mp3")["workers"]

    deadline = time.monotonic() + 10
    while any(map(_is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(pids) == 2
    assert not any(map(_is_alive, pids))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_signals_reach_the_parent_once_the_workers_are_started() -> None:
    from pacetag.tagger.cancellation import signals_held

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with signals_held():
        assert {signal.SIGINT, signal.SIGTERM} <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
