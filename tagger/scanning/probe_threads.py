"""Threads that look into files; one that a file keeps waiting for ever costs that file alone."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from pacetag.db.records import Stamp
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.tags.errors import UnreadableError
from pacetag.tagger.workers.timeouts import gave_up

Found = FileProbe | Exception  # an exception: why the file could not be looked into


class _Job:
    """One file to look into."""

    def __init__(self, path: Path, known: Stamp | None, fingerprint: str | None, limit: float):
        self.path, self.known, self.fingerprint, self.limit = path, known, fingerprint, limit
        self.spent: float | None = None  # s since it began; None before
        self.settled = False  # reported, or not wanted any more


class Lookers:
    """Looks into files by `jobs` threads, since hashing lets go of the interpreter.

    They are daemons: a process can end while a disk keeps one of them waiting.
    """

    def __init__(self, jobs: int, done: Callable[[Path, Found], None]) -> None:
        """`done` is called in a thread with each file and its Look or error."""
        self._jobs, self._done = jobs, done
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._under_way: dict[Path, _Job] = {}
        self._lock = threading.Lock()
        self._threads = 0
        self._ticked = time.monotonic()

    def submit(
        self, path: Path, known: Stamp | None, fingerprint: str | None, *, limit: float
    ) -> None:
        """Have a file looked into within `limit` seconds from when a thread begins."""
        job = _Job(path, known, fingerprint, limit)
        self._under_way[path] = job
        self._waiting.put(job)
        if self._threads < min(self._jobs, len(self._under_way)):
            self._start()

    def settle(self, path: Path) -> None:
        """Forget a file that `done` has reported."""
        del self._under_way[path]

    def give_up_late_ones(self, *, tick: float) -> None:
        """Report those that take too long, and start other threads in their place.

        To be called every `tick` seconds: more passes only for a process that Ctrl-Z has stopped.
        """
        now = time.monotonic()
        passed, self._ticked = min(now - self._ticked, 2 * tick), now
        for job in [job for job in self._under_way.values() if job.spent is not None]:
            job.spent = (job.spent or 0.0) + passed
            if job.spent >= job.limit and self._tell(
                job, UnreadableError(job.path, gave_up(job.limit, waiting=True))
            ):
                self._start()

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself, unreported."""
        with self._lock:
            for job in self._under_way.values():
                job.settled = True
        for _ in range(self._threads):
            self._waiting.put(None)

    def _tell(self, job: _Job, found: Found) -> bool:
        """Report a file, once; False where it was reported before."""
        with self._lock:
            if job.settled:
                return False
            job.settled = True
        self._done(job.path, found)
        return True

    def _start(self) -> None:
        self._threads += 1
        with signals_held():
            threading.Thread(target=self._look, name="look", daemon=True).start()

    def _look(self) -> None:
        while (job := self._waiting.get()) is not None:
            if job.settled:
                continue
            job.spent = 0.0
            if not self._tell(job, _looked(job)):  # another thread has taken this one's place
                return


def _looked(job: _Job) -> Found:
    try:
        return examine(job.path, job.known, job.fingerprint)
    except Exception as error:  # one file must never stop a library
        return error
