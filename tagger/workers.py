"""Where judging runs: a pool of worker processes that survives the death of any of them."""

import multiprocessing
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from enum import Enum
from pathlib import Path

from pacetag.tagger.stopping import signals_held
from pacetag.tagger.worker import Ear, Hearing, Unheard, listen, prepare

# A fresh interpreter has no threads or locks of this one in an unknown state.
_CONTEXT = multiprocessing.get_context("spawn")

DEATH = "the process that judged it died, which a damaged file or a lack of memory can cause"


class Unsettled(Enum):
    """Why a finished future brings no hearing."""

    AGAIN = "again"  # its worker died, perhaps of another song: it is tried once more, alone
    DROPPED = "dropped"  # the end was asked for


class JudgePool:
    """Worker processes, each with the network loaded; started when the first song comes.

    When a worker dies, the executor loses every song that it holds and cannot say which one was
    at fault. All of them are then judged one at a time in a process of their own, so that only a
    song that kills its worker there is given up.
    """

    def __init__(
        self, ear: Ear, *, jobs: int, done: Callable[[Path, "Future[Hearing | None]"], None]
    ) -> None:
        """`done` is called in another thread with each future that has finished."""
        self._ear, self._jobs, self._done = ear, jobs, done
        self._stop = _CONTEXT.RawValue("b", 0)
        self._many: ProcessPoolExecutor | None = None
        self._alone: ProcessPoolExecutor | None = None
        self._holds: dict[Path, ProcessPoolExecutor] = {}
        self._suspects: deque[Path] = deque()
        self._on_trial: Path | None = None

    def submit(self, path: Path) -> None:
        """Have a song judged; `done` tells when."""
        for _ in range(2):
            self._many = self._many or self._executor(self._jobs)
            try:
                self._start(self._many, path)
            except BrokenProcessPool:  # died idle, or its songs have not been settled yet
                self._many = None
            else:
                return
        self._suspect(path)

    def settle(self, path: Path, future: "Future[Hearing | None]") -> Hearing | Unsettled:
        """What a finished future says of its song. Raises what keeps every song from judging."""
        executor = self._holds.pop(path, None)
        on_trial = path == self._on_trial
        if on_trial:
            self._on_trial = None
        try:
            hearing = None if future.cancelled() else future.result()
        except BrokenProcessPool:
            self._many = None if executor is self._many else self._many
            self._alone = None if executor is self._alone else self._alone
            if self._stop.value:
                return Unsettled.DROPPED
            if not on_trial:
                self._suspect(path)
                return Unsettled.AGAIN
            hearing = Unheard(reason=DEATH)
        if on_trial:
            self._next_trial()
        return hearing or Unsettled.DROPPED

    def stop(self) -> None:
        """Begin no further song; those being judged are finished."""
        self._stop.value = 1
        while self._suspects:
            lost: Future[Hearing | None] = Future()
            lost.cancel()
            self._done(self._suspects.popleft(), lost)

    def close(self) -> None:
        """End the processes, once they have finished what they hold."""
        self._stop.value = 1
        for executor in (self._many, self._alone):
            if executor is not None:
                executor.shutdown(cancel_futures=True)
        self._many = self._alone = None

    def _suspect(self, path: Path) -> None:
        self._suspects.append(path)
        self._next_trial()

    def _next_trial(self) -> None:
        if self._on_trial is not None or not self._suspects:
            return
        path = self._on_trial = self._suspects.popleft()
        self._alone = self._alone or self._executor(1)
        try:
            self._start(self._alone, path)
        except BrokenProcessPool:  # its process died while idle
            self._alone = self._executor(1)
            self._start(self._alone, path)

    def _executor(self, jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            jobs, mp_context=_CONTEXT, initializer=prepare, initargs=(self._ear, self._stop)
        )

    def _start(self, executor: ProcessPoolExecutor, path: Path) -> None:
        with signals_held():  # submitting is what starts the processes
            future = executor.submit(listen, path)
        self._holds[path] = executor
        future.add_done_callback(lambda finished: self._done(path, finished))


def shipped_ear() -> Ear:
    """The judge that comes with the program."""
    from pacetag.model.bundle import default_bundle_name  # its neighbours are not needed for --help

    return Ear(bundle=default_bundle_name(), factory="pacetag.model.judge:Judge.load")
