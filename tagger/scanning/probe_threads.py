"""Threads that probe files; a file that blocks its thread costs no other file."""

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

ProbeResult = FileProbe | Exception  # an exception: why the file could not be probed


class _Job:
    """One file to probe."""

    def __init__(self, path: Path, known: Stamp | None, fingerprint: str | None, limit: float):
        self.path, self.known, self.fingerprint, self.limit = path, known, fingerprint, limit
        self.spent: float | None = None  # s since it began; None before
        self.settled = False  # reported, or no longer wanted


class ProbeThreads:
    """Probe files in `jobs` threads, since hashing releases the interpreter's lock.

    They are daemons: the process can end while a disk blocks one of them.
    """

    def __init__(self, jobs: int, done: Callable[[Path, ProbeResult], None]) -> None:
        """`done` is called in a thread with each file and its result."""
        self._jobs, self._done = jobs, done
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._under_way: dict[Path, _Job] = {}
        self._lock = threading.Lock()
        self._threads = 0
        self._ticked = time.monotonic()

    def submit(
        self, path: Path, known: Stamp | None, fingerprint: str | None, *, limit: float
    ) -> None:
        """Probe a file within `limit` seconds from when a thread begins."""
        job = _Job(path, known, fingerprint, limit)
        self._under_way[path] = job
        self._waiting.put(job)
        if self._threads < min(self._jobs, len(self._under_way)):
            self._start()

    def settle(self, path: Path) -> None:
        """Forget a file that `done` has reported."""
        del self._under_way[path]

    def time_out(self, *, tick: float) -> None:
        """Report the files that take too long, and start other threads in place of theirs.

        To be called every `tick` seconds; more time passes only while Ctrl-Z stops the process.
        """
        now = time.monotonic()
        passed, self._ticked = min(now - self._ticked, 2 * tick), now
        for job in [job for job in self._under_way.values() if job.spent is not None]:
            job.spent = (job.spent or 0.0) + passed
            if job.spent >= job.limit and self._report(
                job, UnreadableError(job.path, gave_up(job.limit, waiting=True))
            ):
                self._start()

    def close(self) -> None:
        """Begin no further file; probes under way end by themselves, unreported."""
        with self._lock:
            for job in self._under_way.values():
                job.settled = True
        for _ in range(self._threads):
            self._waiting.put(None)

    def _report(self, job: _Job, result: ProbeResult) -> bool:
        """Report a file once; False if it was reported before."""
        with self._lock:
            if job.settled:
                return False
            job.settled = True
        self._done(job.path, result)
        return True

    def _start(self) -> None:
        self._threads += 1
        with signals_held():
            threading.Thread(target=self._work, name="probe", daemon=True).start()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            if job.settled:
                continue
            job.spent = 0.0
            if not self._report(job, _probed(job)):  # another thread has taken this one's place
                return


def _probed(job: _Job) -> ProbeResult:
    try:
        return examine(job.path, job.known, job.fingerprint, copies=False)
    except Exception as error:  # one file must never stop a library
        return error
