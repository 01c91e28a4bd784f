"""Judge songs in this very process, where no other can be started."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic

from pacetag.model.errors import ModelError
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import JudgeLoadError
from pacetag.tagger.workers.judging import AnalysisError, JudgeLike, JudgeRef, WorkerReply, hear
from pacetag.tagger.workers.protocol import Song, Verdict
from pacetag.tagger.workers.timeouts import gave_up

TICK = 1.0  # s between two checks of the clock


class InProcess(Generic[Song]):
    """One thread that judges one song after the other.

    A song that takes too long is given up with its thread, and another goes on. One that crashes
    its decoder ends the process: `JudgePool` is safer wherever processes can be started.
    """

    slots = 1

    def __init__(self, judge: JudgeRef, *, done: Callable[[Song, Verdict], None]) -> None:
        """`done` is called in a thread with each song and its verdict."""
        self._ref, self._done = judge, done
        self._judge: JudgeLike | None = None
        self._waiting: SimpleQueue[tuple[Song, float] | None] = SimpleQueue()
        self._stopping = self._closing = False
        self._thread: threading.Thread | None = None

    def submit(self, song: Song, *, limit: float) -> None:
        """Judge a song within `limit` seconds, then call `done`."""
        self._waiting.put((song, limit))
        if self._thread is None:
            self._thread = _started(self._run)

    def stop(self) -> None:
        """Start no further song: finish the one being judged, drop the others."""
        self._stopping = True

    def close(self) -> None:
        """Give up all songs. Closing twice does no harm."""
        self._closing = self._stopping = True
        self._waiting.put(None)

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            song, limit = job
            verdict = None if self._stopping else self._verdict(song, limit)
            if not self._closing:
                self._done(song, verdict)

    def _verdict(self, song: Song, limit: float) -> Verdict:
        try:
            judge = self._judge = self._judge or self._ref.load()
        except (ModelError, JudgeLoadError) as error:
            return error
        replies: SimpleQueue[WorkerReply] = SimpleQueue()
        # The scan shows its progress on this process's standard error meanwhile.
        _started(lambda: replies.put(hear(judge, song, quiet=False)))
        spent = 0.0
        while not self._closing:
            try:
                return replies.get(timeout=min(TICK, limit))
            except Empty:
                spent += min(TICK, limit)
            if spent >= limit:
                self._judge = None  # it is still at work on that song
                return WorkerReply(result=AnalysisError(reason=gave_up(limit), lost=True))
        return None


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name="judge", daemon=True)
    with signals_held():
        thread.start()
    return thread
