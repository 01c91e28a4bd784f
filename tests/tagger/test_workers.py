"""The pool of worker processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from pacetag.model.errors import BundleError
from pacetag.tagger.errors import EarError
from pacetag.tagger.paces import Pace
from pacetag.tagger.worker import Ear, Heard, Hearing, Unheard, hear
from pacetag.tagger.workers import DEATH, JudgePool, Unsettled

FAKE_EAR = Ear(bundle="fake-1", factory="fake_judge:load")


class Judging:
    """A pool, and a loop that settles what it reports."""

    def __init__(self, ear: Ear, jobs: int) -> None:
        self.events: SimpleQueue[tuple[Path, Future[Any]]] = SimpleQueue()
        self.pool = JudgePool(ear, jobs=jobs, done=lambda path, f: self.events.put((path, f)))

    def all(self, names: list[str]) -> dict[str, Hearing | Unsettled]:
        for name in names:
            self.pool.submit(Path(name))
        return self.rest(len(names))

    def rest(self, count: int) -> dict[str, Hearing | Unsettled]:
        found: dict[str, Hearing | Unsettled] = {}
        while len(found) < count:
            path, future = self.events.get(timeout=30)
            hearing = self.pool.settle(path, future)
            if hearing is not Unsettled.AGAIN:
                found[path.name] = hearing
        return found


@pytest.fixture
def judging() -> Iterator[Callable[..., Judging]]:
    made: list[Judging] = []

    def make(ear: Ear = FAKE_EAR, *, jobs: int = 1) -> Judging:
        made.append(Judging(ear, jobs))
        return made[-1]

    yield make
    for one in made:
        one.pool.close()


def test_songs_are_judged_and_only_compatible_paces_come_back(
    judging: Callable[..., Judging],
) -> None:
    found = judging(jobs=2).all(["172.34-86.2.mp3", "beatless.mp3"])

    paces = (Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.2, confidence=0.93))
    assert found["172.34-86.2.mp3"] == Heard(paces=paces, duration=180.0, spread=0.001)
    assert found["beatless.mp3"] == Heard(paces=(), duration=180.0, spread=0.001)


def test_whatever_a_song_does_to_the_judge_comes_back_as_its_reason(
    judging: Callable[..., Judging],
) -> None:
    found = judging().all(["short.mp3", "broken.mp3", "buggy.mp3", "120.mp3"])

    assert found["short.mp3"] == Unheard(
        reason="3.0 s long; at least 12 s are needed", too_short=True
    )
    assert found["broken.mp3"] == Unheard(reason="cannot decode audio: it is not audio")
    assert found["buggy.mp3"] == Unheard(
        reason="judging broke off (ZeroDivisionError: division by zero)"
    )
    assert isinstance(found["120.mp3"], Heard)


def test_a_worker_that_dies_takes_only_its_own_song_with_it(
    judging: Callable[..., Judging],
) -> None:
    names = ["120.mp3", "deadly.mp3", "slow 130.mp3", "140.mp3", "deadly too.mp3", "150.mp3"]

    found = judging(jobs=2).all(names)

    assert {name: isinstance(hearing, Heard) for name, hearing in found.items()} == {
        name: "deadly" not in name for name in names
    }
    assert found["deadly.mp3"] == found["deadly too.mp3"] == Unheard(reason=DEATH)


def test_a_pool_whose_idle_worker_was_killed_goes_on(judging: Callable[..., Judging]) -> None:
    one = judging()
    one.all(["120.mp3"])
    import multiprocessing

    for child in multiprocessing.active_children():
        child.kill()
        child.join()

    assert isinstance(one.all(["130.mp3"])["130.mp3"], Heard)


def test_a_network_that_cannot_be_loaded_is_no_songs_fault(
    judging: Callable[..., Judging],
) -> None:
    with pytest.raises(BundleError, match="reinstall pacetag"):
        judging(Ear(bundle="none", factory="fake_judge:load_nothing")).all(["120.mp3"])
    with pytest.raises(EarError, match="cannot be started"):
        judging(Ear(bundle="none", factory="no_such_module:load")).all(["120.mp3"])


def test_after_a_stop_songs_in_judgement_are_finished_and_the_others_dropped(
    judging: Callable[..., Judging],
) -> None:
    one = judging()
    one.all(["120.mp3"])  # the worker is up
    for name in ("slow 130.mp3", "slow 140.mp3", "slow 150.mp3"):
        one.pool.submit(Path(name))
    time.sleep(0.2)  # it is at the first one
    one.pool.stop()

    found = one.rest(3)

    assert isinstance(found["slow 130.mp3"], Heard)
    assert found["slow 140.mp3"] is found["slow 150.mp3"] is Unsettled.DROPPED


WORKERS_AND_SIGNALS = """
import json, multiprocessing, os, signal, sys
from pathlib import Path
from queue import SimpleQueue
from pacetag.tagger.worker import Ear
from pacetag.tagger.workers import JudgePool
if __name__ == "__main__":
    events = SimpleQueue()
    pool = JudgePool(Ear(bundle="fake-1", factory="fake_judge:load"), jobs=1,
                     done=lambda path, future: events.put((path, future)))
    pool.submit(Path("120.mp3"))
    first = pool.settle(*events.get(timeout=30))
    workers = [child.pid for child in multiprocessing.active_children()]
    pool.submit(Path("slow 130.mp3"))
    for number in (signal.SIGINT, signal.SIGTERM):
        for pid in workers:
            os.kill(pid, number)
    second = pool.settle(*events.get(timeout=30))
    print(json.dumps({"heard": [first.duration, second.duration], "workers": workers,
                      "heavy": sorted({"numpy", "librosa"} & set(sys.modules))}), flush=True)
    if "--die" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)
    pool.close()
"""


def _run(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    script = tmp_path / "script.py"
    script.write_text(WORKERS_AND_SIGNALS)
    fakes = str(Path(__file__).parent / "fakes")
    done = subprocess.run(
        [sys.executable, script, *arguments],
        env={**os.environ, "PYTHONPATH": fakes},
        capture_output=True,
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


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    workers = _run(tmp_path, "--die")["workers"]

    deadline = time.monotonic() + 10
    while any(map(_is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers
    assert not any(map(_is_alive, workers))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_judge_that_raises_an_unexpected_error_spoils_one_song_only() -> None:
    class Judge:
        def file(self, path: Path) -> Any:
            raise OSError(5, "Input/output error")

    assert hear(Judge(), Path("a.mp3")) == Unheard(reason="cannot be read: Input/output error")


def test_signals_reach_the_parent_once_the_workers_are_started() -> None:
    from pacetag.tagger.stopping import signals_held

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with signals_held():
        assert {signal.SIGINT, signal.SIGTERM} <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
