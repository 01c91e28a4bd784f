"""A worker process as its parent sees it."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic

from pacetag.tagger.workers.judging import JudgeRef, serve
from pacetag.tagger.workers.protocol import Song

# A fresh interpreter inherits no threads or locks in an unknown state.
_CONTEXT = multiprocessing.get_context("spawn")

REAP_TIMEOUT = 5.0  # s; a process that the system cannot end sooner is left behind

BUSY = 2.0  # s of processor time; a decoder in an endless loop uses more before its timeout


class WorkerProcess(Generic[Song]):
    """A process that judges one song at a time, with its current song.

    The caller must hold the signals (`signals_held`), so that the process never sees them.
    """

    def __init__(self, judge: JudgeRef) -> None:
        self.pipe: Connection[Any, Any]  # of messages; it ends when the process dies
        self.pipe, its_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(its_end, judge), name="pacetag-worker")
        self._process.start()
        its_end.close()
        self.ready = False  # it has loaded the network
        self.song: Song | None = None  # being judged
        self.songs = 0  # judged so far
        self.limit = 0.0  # s that the current song, or the start, may take
        self.spent = 0.0  # s that it has taken so far
        self._began: float | None = None  # s of processor time when it got its song

    @property
    def work(self) -> str:
        """The process and its current song, for the log."""
        return f"worker {getattr(self._process, 'pid', None)}: {self.song or 'without a song'}"

    @property
    def idle(self) -> bool:
        """Whether it waits for a song."""
        return self.ready and self.song is None

    @property
    def waits_for_disk(self) -> bool:
        """Whether it has hardly used the processor for its song, as one that waits for a disk."""
        now = _processor_seconds(self._process.pid)
        return now is not None and self._began is not None and now - self._began < BUSY

    @property
    def overdue(self) -> bool:
        """Whether its song, or its start, has taken longer than its limit."""
        return not self.idle and self.spent >= self.limit

    def judge(self, song: Song, *, limit: float) -> None:
        """Give it a song. The pipe ends if the process has died meanwhile."""
        self.song, self.limit, self.spent = song, limit, 0.0
        self._began = _processor_seconds(self._process.pid)
        try:
            self.pipe.send(song)
        except OSError:
            return

    def kill(self) -> None:
        """End it at once, busy or not."""
        self._process.kill()
        self.pipe.close()
        self._process.join(REAP_TIMEOUT)

    def reap(self) -> int | None:
        """Clear up after a process that died, and return its exit code, if the system tells."""
        self._process.join(REAP_TIMEOUT)
        code = self._process.exitcode
        self.kill()
        return code


def _processor_seconds(pid: int | None) -> float | None:
    """Seconds of processor time that a process has used; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):  # not Linux, or the process is no more
        return None


def was_killed(exit_code: int | None) -> bool:
    """Whether the system killed a process, as it does where memory is short."""
    return hasattr(signal, "SIGKILL") and exit_code == -signal.SIGKILL


def cause_of_death(exit_code: int | None) -> str:
    """Why a worker died while it judged a song, from its exit code; a clause for a person."""
    if was_killed(exit_code):
        return "the process that judged it was killed, perhaps for lack of memory"
    return (
        f"the process that judged it died ({end_in_words(exit_code)}), which a damaged file or a "
        "lack of memory can cause"
    )


def end_in_words(exit_code: int | None) -> str:
    """The signal or the exit code with which a process ended, as a clause for a person."""
    if exit_code is None:
        return "for an unknown reason"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:  # a real-time signal has no name
        return f"signal {-exit_code}"
