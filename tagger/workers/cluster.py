"""Workers of a Dask cluster, which judge songs on any number of machines.

Dask schedules. What is decided here: each worker's thread gets one song at a time, a song that was
lost twice is set aside, and a scheduler that restarts gets the songs under way once more.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic

from pacetag.model.errors import ModelError
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.workers.connection import KEPT, ClusterError, Connection, Future
from pacetag.tagger.workers.judging import AnalysisError, JudgeRef, WorkerReply
from pacetag.tagger.workers.protocol import Song, Verdict
from pacetag.tagger.workers.station import OtherJudgeError, Task, card_of, judge_song

TRIES = 2  # lost workers or timeouts after which a song is set aside
TICK = 1.0  # s between two looks at the cluster
PATIENCE = 300.0  # s for which the scheduler, or every worker, may be away
_SAID = (TaggerError, ModelError)  # errors with a sentence for the user
SET_ASIDE = f"set aside after {TRIES} tries"


@dataclass
class _UnderWay(Generic[Song]):
    """A song that the cluster has."""

    song: Song
    limit: float  # s
    tries: int = 0  # that were lost
    future: Future | None = None


class ClusterWorkers(Generic[Song]):
    """The workers of a Dask cluster; the cluster itself stays as it is."""

    def __init__(
        self, address: str, judge: JudgeRef, *, done: Callable[[Song, Verdict], None]
    ) -> None:
        """`done` is called in a thread with each song and its verdict.

        Raises ClusterError where there is no such cluster, it has no workers, or they would judge
        otherwise than this machine.
        """
        self._judge, self._done = judge, done
        self._card = card_of(judge)
        self._connection = Connection(address, self._card, judge)
        self.remarks = self._connection.remarks
        self._waiting: deque[_UnderWay[Song]] = deque()
        self._under_way: dict[int, _UnderWay[Song]] = {}
        self._numbers = count()
        self._news: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
        self._stopping = self._closing = False
        self._error: Exception | None = None  # after which no song can be judged
        self._alone_since: float | None = None  # when the last worker left, monotonic
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)

    @property
    def slots(self) -> int:
        """Threads of all workers, at least 1."""
        return max(1, self._connection.threads)

    def submit(self, song: Song, *, limit: float) -> None:
        """Judge a song within `limit` seconds from when a worker begins, then call `done`."""
        self._waiting.append(_UnderWay(song=song, limit=limit))
        if self._thread.ident is None:
            with signals_held():
                self._thread.start()
        self._news.put(None)
        if self._error is not None:
            self._fail_all(self._error)

    def stop(self) -> None:
        """Start no further song: finish those that the cluster has, drop the others."""
        self._stopping = True
        self._news.put(None)

    def close(self) -> None:
        """Take back what the cluster has, and leave it. Closing twice does no harm."""
        if self._closing:
            return
        self._closing = True
        self._news.put(None)
        if self._thread.ident is not None:
            self._thread.join(TICK)
        self._connection.close()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._hand_out()
                self._listen()
                self._look_after()
        except Exception as error:  # callers wait for every song
            if not self._closing:
                debug("cluster", "the cluster cannot go on", error=error)
                self._error = error if isinstance(error, _SAID) else _unknown(error)
                self._fail_all(self._error)

    def _hand_out(self) -> None:
        """Give the cluster as many songs as it has threads."""
        while self._waiting and self._stopping:
            self._done(self._waiting.popleft().song, None)
        while self._waiting and len(self._under_way) < self.slots:
            self._send(self._waiting.popleft())

    def _send(self, job: _UnderWay[Song]) -> None:
        number = next(self._numbers)
        song = job.song
        task = Task(
            song=song,
            size=_size(song) if isinstance(song, Path) else None,
            limit=job.limit,
            judge=self._judge,
            deciding=self._card.deciding,
        )
        self._under_way[number] = job
        job.future = self._connection.submit(judge_song, task)
        job.future.add_done_callback(lambda future: self._news.put((number, future)))
        info("worker", f"{song}: given to the cluster")

    def _listen(self) -> None:
        """Wait for a song, an answer or the next look, and settle what has ended."""
        with suppress(Empty):
            news = self._news.get(timeout=TICK)
            while True:
                if news is not None:
                    self._ended(*news)
                news = self._news.get_nowait()

    def _ended(self, number: int, future: Future) -> None:
        job = self._under_way.get(number)
        if job is None or self._closing:
            return
        if future.status in ("cancelled", "lost"):
            self._connection.mark_lost()
            return
        answer = self._connection.answer(future)
        if isinstance(answer, OtherJudgeError):
            raise ClusterError(
                "a worker that joined judges with another pacetag or network; install the same one "
                f"there, then scan again: {KEPT}"
            )
        if isinstance(answer, Exception) and not self._connection.is_lost_worker(answer):
            raise answer
        del self._under_way[number]
        if answer is None:  # it was lost on its way here
            self._waiting.appendleft(job)
        elif isinstance(answer, WorkerReply):
            self._settle(job, answer)
        else:
            job.tries = TRIES
            reason = "its workers were lost while they judged it, perhaps for lack of memory"
            self._settle(job, WorkerReply(result=AnalysisError(reason=reason, lost=True)))

    def _settle(self, job: _UnderWay[Song], reply: WorkerReply) -> None:
        """Report a reply, or try the song once more where its process died or took too long."""
        result = reply.result
        for line in reply.noise:
            info("library", f"{job.song}: {line}")
        if isinstance(result, AnalysisError) and result.lost:
            job.tries += 1
            if job.tries < TRIES:  # after a request to stop it is dropped there
                debug("worker", f"{job.song}: {result.reason}; it is tried once more")
                self._waiting.append(job)
                return
            set_aside = AnalysisError(reason=f"{result.reason}; {SET_ASIDE}", lost=True)
            reply = WorkerReply(result=set_aside, seconds=reply.seconds)
        self._done(job.song, reply)

    def _look_after(self) -> None:
        """Connect anew where the scheduler was lost; give up a cluster without workers."""
        if not self._connection.is_alive():
            info("cluster", "the scheduler is away; connecting anew")
            self._connection.renew(PATIENCE, given_up=lambda: self._closing)
            self._waiting.extendleft(self._under_way.values())
            self._under_way.clear()
        if self._connection.threads or not self._under_way:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > PATIENCE:
            raise ClusterError(
                f"the cluster has had no worker for {PATIENCE:.0f} s; start some, then scan again: "
                f"{KEPT}"
            )

    def _fail_all(self, error: Exception) -> None:
        songs = [job.song for job in (*self._under_way.values(), *self._waiting)]
        self._under_way.clear()
        self._waiting.clear()
        for song in songs:
            self._done(song, error)


def _size(song: Path) -> int | None:
    try:
        return song.stat().st_size
    except OSError:  # the worker will say why
        return None


def _unknown(error: Exception) -> ClusterError:
    return ClusterError(f"the cluster cannot go on ({type(error).__name__}: {error})")
