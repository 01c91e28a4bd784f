"""A pool of worker processes that judge songs; any of them may hang or die."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import wait
from multiprocessing.resource_tracker import ensure_running
from typing import Generic

from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.workers.judging import AnalysisError, JudgeRef, WorkerReply
from pacetag.tagger.workers.process import (
    WorkerProcess,
    cause_of_death,
    end_in_words,
    was_killed,
)
from pacetag.tagger.workers.protocol import Song, Verdict
from pacetag.tagger.workers.timeouts import gave_up

RENEWAL = 400  # songs; then a fresh worker takes over, which returns what libraries leaked
START_LIMIT = 1800.0  # s to load the network; at the lowest priority that can take minutes
START_DEATHS = 3  # failed starts in a row, after which the installation is taken to be broken
TICK = 1.0  # s between two checks of the clock


class JudgePool(Generic[Song]):
    """Worker processes with the network loaded, started as songs are submitted.

    The pool's thread gives each worker one song at a time, so a worker that hangs or dies costs its
    current song and no other. A worker that has judged `RENEWAL` songs goes on until its successor
    is ready.
    """

    def __init__(
        self, judge: JudgeRef, *, jobs: int, done: Callable[[Song, Verdict], None]
    ) -> None:
        """`done` is called in the pool's thread with each song and its verdict."""
        self._judge, self._jobs, self._done = judge, jobs, done
        self._waiting: deque[tuple[Song, float]] = deque()  # songs, and their timeouts in s
        self._workers: list[WorkerProcess[Song]] = []
        self._start_deaths = 0
        self._stopping = self._closing = False
        self._wake_pipe, self._waker = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="pool", daemon=True)

    @property
    def slots(self) -> int:
        """Songs that can be judged at once."""
        return self._jobs

    def submit(self, song: Song, *, limit: float) -> None:
        """Judge a song within `limit` seconds, then call `done`."""
        self._waiting.append((song, limit))
        if self._thread.ident is None:
            with signals_held():  # which restores the mask that the next line changes
                if os.name == "posix":
                    ensure_running()  # needed to start processes; it unblocks the signals
                with signals_held():  # for the thread and the processes that it starts
                    self._thread.start()
        self._waker.send(None)

    def stop(self) -> None:
        """Start no further song: finish those being judged, drop the others."""
        self._stopping = True
        self._waker.send(None)

    def close(self) -> None:
        """Kill the workers, busy or not. Closing twice does no harm."""
        if self._closing:
            return
        self._closing = True
        if self._thread.ident is not None:
            self._waker.send(None)
            self._thread.join()
        self._waker.close()
        self._wake_pipe.close()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._hand_out()
                self._spawn()
                self._listen()
                self._time_out()
        except Exception as error:  # callers wait for every song
            self._fail_all(error)
        finally:
            for worker in self._workers:
                worker.kill()

    def _hand_out(self) -> None:
        """Retire worn workers that have successors, then give waiting songs to idle workers."""
        while self._waiting and self._stopping:
            self._done(self._waiting.popleft()[0], None)
        idle = sorted(
            (worker for worker in self._workers if worker.idle), key=lambda worker: worker.songs
        )
        while idle and idle[-1].songs >= RENEWAL and self._ready() > self._jobs:
            self._workers.remove(idle[-1])
            idle.pop().kill()
        while idle and self._waiting:
            song, limit = self._waiting.popleft()
            idle.pop(0).judge(song, limit=limit)
            info("worker", f"{song}: begun")

    def _spawn(self) -> None:
        """Start the workers that the waiting songs need, and at most one more as a successor."""
        fresh = [worker for worker in self._workers if worker.songs < RENEWAL]
        if self._start_deaths >= START_DEATHS and self._ready():
            return  # fewer workers are better than none
        busy = sum(worker.song is not None for worker in self._workers)
        worn = len(self._workers) - len(fresh)  # each may be busy for long
        wanted = min(self._jobs, self._jobs + 1 - worn, busy + len(self._waiting))
        for _ in range(wanted - len(fresh)):
            try:
                worker: WorkerProcess[Song] = WorkerProcess(self._judge)
            except OSError as error:
                self._cannot_start(f"the system starts no process ({error.strerror or error})")
                return
            worker.limit = START_LIMIT
            self._workers.append(worker)

    def _ready(self) -> int:
        return sum(worker.ready for worker in self._workers)

    def _listen(self) -> None:
        """Wait for a message, the death of a worker, a song, or the next check of the clock."""
        ticking = self._waiting or any(not worker.idle for worker in self._workers)
        began = time.monotonic()
        readable = wait(
            [self._wake_pipe, *(worker.pipe for worker in self._workers)],
            timeout=TICK if ticking else None,
        )
        # More time passes only while the whole process group is stopped, as by Ctrl-Z.
        passed = min(time.monotonic() - began, 2 * TICK)
        for worker in self._workers:
            worker.spent += passed
        while self._wake_pipe.poll():
            self._wake_pipe.recv()
        for worker in [worker for worker in self._workers if worker.pipe in readable]:
            self._receive(worker)

    def _receive(self, worker: WorkerProcess[Song]) -> None:
        try:
            message = worker.pipe.recv()
        except Exception:  # its pipe has ended, or what it sent cannot be read
            self._workers.remove(worker)
            code = worker.reap()
            debug("worker", f"{worker.work}: the process ended, exit code {code}")
            cause, end = cause_of_death(code), end_in_words(code)
            self._settle_dead(worker, cause, end, system_fault=was_killed(code))
            return
        if isinstance(message, Exception):
            self._fail_all(message)
        elif not worker.ready:
            worker.ready, self._start_deaths = True, 0
        elif worker.song is not None:
            song, worker.song = worker.song, None
            worker.songs += 1
            for line in message.noise:
                info("library", f"{song}: {line}")
            if isinstance(message.result, AnalysisError):
                debug("worker", f"{song}: {message.result.reason}", trace=message.result.trace)
            self._done(song, message)

    def _time_out(self) -> None:
        for worker in [worker for worker in self._workers if worker.overdue]:
            self._workers.remove(worker)
            waiting = worker.waits_for_disk
            worker.kill()
            debug("worker", f"{worker.work}: given up after {worker.spent:.0f} s")
            reason = gave_up(worker.limit, waiting=waiting)
            self._settle_dead(worker, reason, reason, system_fault=waiting)

    def _settle_dead(
        self, worker: WorkerProcess[Song], of_song: str, of_start: str, *, system_fault: bool
    ) -> None:
        """Fail the dead worker's current song, or count a failed start."""
        if worker.song is not None:  # a second Ctrl-C kills workers too, which is no song's fault
            lost = AnalysisError(reason=of_song, system_fault=system_fault, lost=True)
            self._done(worker.song, None if self._stopping else WorkerReply(result=lost))
        elif not worker.ready:
            self._cannot_start(of_start)

    def _cannot_start(self, why: str) -> None:
        """Count a failed start; after several, fail every song unless a worker is ready."""
        self._start_deaths += 1
        if self._start_deaths >= START_DEATHS and not self._ready():
            self._fail_all(JudgeLoadError(f"no process to judge songs could be started: {why}"))

    def _fail_all(self, error: Exception) -> None:
        """Settle every song with the error that keeps all of them from being judged."""
        songs = [worker.song for worker in self._workers if worker.song is not None]
        songs += [song for song, _ in self._waiting]
        self._waiting.clear()
        for song in songs:
            self._done(song, error)


def shipped_judge() -> JudgeRef:
    """Return the judge that scans: the user's own network if one is set, else the shipped one.

    Raises BundleError for a folder that holds no sound bundle.
    """
    from pacetag.model.bundle import DEFAULT_NAME, load_bundle  # not needed for --help
    from pacetag.tagger.settings import bundle_folder

    folder = bundle_folder()
    name = DEFAULT_NAME if folder is None else load_bundle(folder).name
    return JudgeRef(bundle=name, factory="pacetag.model.judge:Judge", folder=folder)
