"""Where judging runs: a pool of worker processes, any of which may hang or die."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import wait
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path

from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.workers.judging import AnalysisError, AnalysisResult, JudgeRef
from pacetag.tagger.workers.process import WorkerProcess, cause_of_death, end_in_words
from pacetag.tagger.workers.timeouts import gave_up

RENEWAL = 400  # songs; then a fresh worker takes over, with whatever a library leaked given back
START_LIMIT = 1800.0  # s to load the network; with the lowest priority it can be minutes
START_DEATHS = 3  # in a row, until the fault is taken to be the installation's
TICK = 1.0  # s between two looks at the clock

Verdict = AnalysisResult | Exception | None  # an exception: no song can be judged; None: dropped


class JudgePool:
    """Worker processes, each with the network loaded; started when there are songs for them.

    A thread of its own hands out the songs, one to a worker, so that a worker that hangs or dies
    costs the song that it was at and no other. A worker that has judged `RENEWAL` songs goes on
    until its successor is ready.
    """

    def __init__(self, ear: JudgeRef, *, jobs: int, done: Callable[[Path, Verdict], None]) -> None:
        """`done` is called in the pool's thread with each song and what came of it."""
        self._ear, self._jobs, self._done = ear, jobs, done
        self._waiting: deque[tuple[Path, float]] = deque()  # songs, and s that they may take
        self._workers: list[WorkerProcess] = []
        self._start_deaths = 0
        self._stopping = self._closing = False
        self._bell, self._rope = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="pool", daemon=True)

    def submit(self, song: Path, *, limit: float) -> None:
        """Have a song judged within `limit` seconds; `done` tells when."""
        self._waiting.append((song, limit))
        if self._thread.ident is None:
            with signals_held():  # which restores what the next line undoes
                ensure_running()  # it is needed to start processes, and lets signals through
                with signals_held():  # in the thread, and in the processes that it starts
                    self._thread.start()
        self._rope.send(None)

    def stop(self) -> None:
        """Begin no further song; those being judged are finished, the others dropped."""
        self._stopping = True
        self._rope.send(None)

    def close(self) -> None:
        """End the workers, whatever they are at. Closing twice does no harm."""
        if self._closing:
            return
        self._closing = True
        if self._thread.ident is not None:
            self._rope.send(None)
            self._thread.join()
        self._rope.close()
        self._bell.close()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._hand_out()
                self._hire()
                self._listen()
                self._give_up_late_ones()
        except Exception as error:  # nobody must be left waiting for a song
            self._refuse_all(error)
        finally:
            for worker in self._workers:
                worker.kill()

    def _hand_out(self) -> None:
        """Send away the worn ones that have successors, give songs to those who wait for one."""
        while self._waiting and self._stopping:
            self._done(self._waiting.popleft()[0], None)
        idle = sorted((worker for worker in self._workers if worker.idle), key=_experience)
        while idle and _experience(idle[-1]) >= RENEWAL and self._ready() > self._jobs:
            self._workers.remove(idle[-1])
            idle.pop().kill()
        while idle and self._waiting:
            song, limit = self._waiting.popleft()
            idle.pop(0).judge(song, limit=limit)
            info("worker", f"{song}: begun")

    def _hire(self) -> None:
        """Start the workers that the waiting songs need, and one more at most as a successor."""
        fresh = [worker for worker in self._workers if _experience(worker) < RENEWAL]
        if self._start_deaths >= START_DEATHS and self._ready():
            return  # with fewer hands, rather than not at all
        busy = sum(worker.song is not None for worker in self._workers)
        worn = len(self._workers) - len(fresh)  # each may be at a song for long
        wanted = min(self._jobs, self._jobs + 1 - worn, busy + len(self._waiting))
        for _ in range(wanted - len(fresh)):
            try:
                worker = WorkerProcess(self._ear)
            except OSError as error:
                self._cannot_start(f"the system starts no process ({error.strerror or error})")
                return
            worker.limit = START_LIMIT
            self._workers.append(worker)

    def _ready(self) -> int:
        return sum(worker.ready for worker in self._workers)

    def _listen(self) -> None:
        """Wait for workers to speak or die, for songs, or for the clock."""
        ticking = self._waiting or any(not worker.idle for worker in self._workers)
        began = time.monotonic()
        speaking = wait(
            [self._bell, *(worker.line for worker in self._workers)],
            timeout=TICK if ticking else None,
        )
        # More time than that passes only while all of us are stopped, as by Ctrl-Z.
        passed = min(time.monotonic() - began, 2 * TICK)
        for worker in self._workers:
            worker.spent += passed
        while self._bell.poll():
            self._bell.recv()
        for worker in [worker for worker in self._workers if worker.line in speaking]:
            self._hear(worker)

    def _hear(self, worker: WorkerProcess) -> None:
        try:
            said = worker.line.recv()
        except Exception:  # its line has ended, or it talks nonsense
            self._workers.remove(worker)
            code = worker.bury()
            debug("worker", f"{worker.work}: the process ended, exit code {code}")
            killed = code == -signal.SIGKILL  # by the system, where memory is short
            self._lost(worker, cause_of_death(code), end_in_words(code), system_fault=killed)
            return
        if isinstance(said, Exception):
            self._refuse_all(said)
        elif not worker.ready:
            worker.ready, self._start_deaths = True, 0
        elif worker.song is not None:
            song, worker.song = worker.song, None
            worker.songs += 1
            for line in said.noise:
                info("library", f"{song}: {line}")
            if isinstance(said.result, AnalysisError):
                debug("worker", f"{song}: {said.result.reason}", trace=said.result.trace)
            self._done(song, said.result)

    def _give_up_late_ones(self) -> None:
        for worker in [worker for worker in self._workers if worker.overdue]:
            self._workers.remove(worker)
            waiting = worker.waits
            worker.kill()
            debug("worker", f"{worker.work}: given up after {worker.spent:.0f} s")
            reason = gave_up(worker.limit, waiting=waiting)
            self._lost(worker, reason, reason, system_fault=waiting)

    def _lost(
        self, worker: WorkerProcess, of_song: str, of_start: str, *, system_fault: bool
    ) -> None:
        """Fail the song of a worker that is no more, or count a start: why, said of either."""
        if worker.song is not None:  # a second Ctrl-C kills workers, too: no fault of the song
            lost = AnalysisError(reason=of_song, system_fault=system_fault)
            self._done(worker.song, None if self._stopping else lost)
        elif not worker.ready:
            self._cannot_start(of_start)

    def _cannot_start(self, why: str) -> None:
        """Try again for a while, then do with the workers that there are."""
        self._start_deaths += 1
        if self._start_deaths >= START_DEATHS and not self._ready():
            self._refuse_all(JudgeLoadError(f"no process to judge songs could be started: {why}"))

    def _refuse_all(self, error: Exception) -> None:
        """Settle every song with what keeps all of them from being judged."""
        songs = [worker.song for worker in self._workers if worker.song is not None]
        songs += [song for song, _ in self._waiting]
        self._waiting.clear()
        for song in songs:
            self._done(song, error)


def _experience(worker: WorkerProcess) -> int:
    return worker.songs


def shipped_judge() -> JudgeRef:
    """The judge that comes with the program."""
    from pacetag.model.bundle import default_bundle_name  # its neighbours are not needed for --help

    return JudgeRef(bundle=default_bundle_name(), factory="pacetag.model.judge:Judge.load")
