"""A Dask worker's side: a pool of judging processes in it, and what the worker judges with.

The processes keep what a scan of one machine promises: a decoder that hangs or crashes is ended and
costs its song, never the Dask worker and what others compute there.
"""

import hashlib
import multiprocessing
import platform
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.util import Finalize
from pathlib import Path
from queue import SimpleQueue

from pacetag.tagger.workers.judging import AnalysisError, JudgeRef, WorkerReply
from pacetag.tagger.workers.pool import JudgePool
from pacetag.tagger.workers.protocol import Verdict

IDLE = 60.0  # s without a song, after which a station ends its processes
# What shapes the numbers beside pacetag itself; other versions may differ in the last digits.
LIBRARIES = ("numpy", "scipy", "av", "soundfile", "soxr", "ai-edge-litert")


class OtherJudgeError(Exception):
    """This worker would judge with another pacetag or network than the scan's."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a machine judges with; equal cards give equal paces."""

    pacetag: str  # version
    network: str  # hash of the bundle's description, which holds those of its files
    libraries: tuple[tuple[str, str], ...]  # versions by name, "" where one is missing
    machine: str  # kind of processor
    no_gpu: str | None = None  # why it has no GPU, where one is asked for

    @property
    def deciding(self) -> tuple[str, str]:
        """What must be equal."""
        return self.pacetag, self.network


@dataclass(frozen=True, kw_only=True)
class Task:
    """One song for a worker of the cluster."""

    song: Path | str  # a file at the same path there as here, or a URL
    size: int | None  # bytes of the file as the scan sees it; None for a URL
    limit: float  # s
    judge: JudgeRef
    deciding: tuple[str, str]  # of the scan's own card


@cache
def card_of(judge: JudgeRef) -> Card:
    """Return what this machine judges with. Raises BundleError for a network it does not have."""
    from pacetag.model.bundle import JSON_FILE, load_bundle
    from pacetag.model.keras_runtime import gpu_fault

    description = load_bundle(judge.folder).folder / JSON_FILE
    return Card(
        pacetag=_version("pacetag"),
        network=hashlib.sha256(description.read_bytes()).hexdigest()[:16],
        libraries=tuple((name, _version(name)) for name in LIBRARIES),
        machine=platform.machine(),
        no_gpu=gpu_fault() if judge.device == "gpu" else None,
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def judge_song(task: Task) -> WorkerReply:
    """Judge a song in this Dask worker: a task of the cluster.

    Raises OtherJudgeError where it would judge otherwise than the scan's own machine, and what
    keeps every song from being judged (ModelError, JudgeLoadError).
    """
    from distributed import get_worker

    card = card_of(task.judge)
    if card.deciding != task.deciding:
        raise OtherJudgeError
    worker = get_worker()
    if isinstance(task.song, Path) and (reason := _not_the_same(task.song, task.size)):
        reason = f"{reason} on the worker {worker.address}; mount the same folder there"
        return WorkerReply(result=AnalysisError(reason=reason, system_fault=True))
    judge = task.judge if card.no_gpu is None else replace(task.judge, device="cpu")
    return _station(worker.address, judge, worker.state.nthreads).reply(task.song, task.limit)


def _not_the_same(song: Path, size: int | None) -> str | None:
    """Why the file at this path cannot be the one that the scan sees; None if it seems to be."""
    try:
        found = song.stat().st_size
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if size in (None, found) else "is another file"


class Station:
    """The judging processes of one Dask worker, one for each of its threads."""

    def __init__(self, judge: JudgeRef, jobs: int) -> None:
        self._judge, self._jobs = judge, jobs
        self._lock = threading.Lock()
        self._pool: JudgePool[Path | str] | None = None
        self._waiting: defaultdict[Path | str, deque[SimpleQueue[Verdict]]] = defaultdict(deque)
        self._latest = time.monotonic()  # when a song came or went
        self._timer: threading.Timer | None = None

    def reply(self, song: Path | str, limit: float) -> WorkerReply:
        """Judge a song. Raises what keeps every song from being judged."""
        verdicts: SimpleQueue[Verdict] = SimpleQueue()
        with self._lock:
            self._latest = time.monotonic()
            self._waiting[song].append(verdicts)
            self._pool = self._pool or self._started()
            self._pool.submit(song, limit=limit)
        verdict = verdicts.get()
        if isinstance(verdict, Exception):
            self.close()  # so that the next song has its processes started anew
            raise verdict
        return verdict or WorkerReply(result=AnalysisError(reason="was given up", lost=True))

    def _started(self) -> JudgePool[Path | str]:
        if multiprocessing.current_process().daemon:
            # Dask's nanny has made this a daemon, which may start no processes. They end with it
            # all the same: each looks after that itself.
            multiprocessing.current_process().daemon = False
        self._set_timer()
        return JudgePool(self._judge, jobs=self._jobs, done=self._judged)

    def _judged(self, song: Path | str, verdict: Verdict) -> None:
        with self._lock:
            self._latest = time.monotonic()
            waiting = self._waiting[song]
            if waiting:
                waiting.popleft().put(verdict)
            if not waiting:
                del self._waiting[song]

    def _set_timer(self) -> None:
        self._timer = threading.Timer(IDLE, self._rest)
        self._timer.daemon = True
        self._timer.start()

    def _rest(self) -> None:
        """End the processes where no song has come for a while."""
        with self._lock:
            idle = not self._waiting and time.monotonic() - self._latest >= IDLE
            if self._pool is None:
                return
            if not idle:
                self._set_timer()
                return
        self.close()

    def close(self) -> None:
        """End the processes at once; those that wait for a song are told that it was given up."""
        with self._lock:
            pool, self._pool = self._pool, None
            waiting = [each for of_song in self._waiting.values() for each in of_song]
            self._waiting.clear()
            if self._timer is not None:
                self._timer.cancel()
        if pool is not None:
            pool.close()
        for verdicts in waiting:
            verdicts.put(None)


_STATIONS: dict[tuple[str, JudgeRef], Station] = {}  # by the Dask worker's address
_LOCK = threading.Lock()


def _station(address: str, judge: JudgeRef, jobs: int) -> Station:
    with _LOCK:
        if not _STATIONS:
            # At its end this process would wait for processes that wait for its end.
            Finalize(None, close_stations, exitpriority=100)
        found = _STATIONS.get((address, judge))
        if found is None:
            found = _STATIONS[address, judge] = Station(judge, jobs)
        return found


def close_stations() -> None:
    """End all judging processes of this process."""
    with _LOCK:
        stations = list(_STATIONS.values())
        _STATIONS.clear()
    for station in stations:
        station.close()
