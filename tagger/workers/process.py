"""A worker process as its parent sees it."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pacetag.tagger.workers.judging import JudgeRef, serve

# A fresh interpreter has no threads or locks of this one in an unknown state.
_CONTEXT = multiprocessing.get_context("spawn")

REAPING = 5.0  # s; a process that the system cannot end sooner is left behind

BUSY = 2.0  # s of processor time; a decoder that goes in circles uses more before it is given up

DEATH = "the process that judged it died, which a damaged file or a lack of memory can cause"


class WorkerProcess:
    """A process that judges one song at a time, and what it is at.

    Whoever starts it must have held back the signals (`signals_held`), which it never sees then.
    """

    def __init__(self, ear: JudgeRef) -> None:
        self.line: Connection[Any, Any]  # what it says can be waited for; at its death it ends
        self.line, its_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(its_end, ear), name="pacetag-worker")
        self._process.start()
        its_end.close()
        self.ready = False  # it has loaded the network
        self.song: Path | None = None  # in judgement
        self.songs = 0  # that were judged
        self.limit = 0.0  # s that the present song, or the start, may take
        self.spent = 0.0  # s that it has taken so far
        self._began: float | None = None  # s of processor time when it was given its song

    @property
    def work(self) -> str:
        """Which process it is and what it is at, for the log."""
        return f"worker {getattr(self._process, 'pid', None)}: {self.song or 'without a song'}"

    @property
    def idle(self) -> bool:
        """Whether it waits for a song."""
        return self.ready and self.song is None

    @property
    def waits(self) -> bool:
        """Whether it has hardly computed at its song, so that it must be waiting for a disk."""
        now = _processor_seconds(self._process.pid)
        return now is not None and self._began is not None and now - self._began < BUSY

    @property
    def overdue(self) -> bool:
        """Whether it is at something for longer than that may take."""
        return not self.idle and self.spent >= self.limit

    def judge(self, song: Path, *, limit: float) -> None:
        """Give it a song. One that has died meanwhile says so on its line."""
        self.song, self.limit, self.spent = song, limit, 0.0
        self._began = _processor_seconds(self._process.pid)
        try:
            self.line.send(song)
        except OSError:
            return

    def kill(self) -> None:
        """End it at once, whatever it is at."""
        self._process.kill()
        self.line.close()
        self._process.join(REAPING)

    def bury(self) -> int | None:
        """Clear up after one that died; its exit code, if the system tells."""
        self._process.join(REAPING)
        code = self._process.exitcode
        self.kill()
        return code


def _processor_seconds(pid: int | None) -> float | None:
    """Processor time that a process has used; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):  # not Linux, or the process is no more
        return None


def cause_of_death(exit_code: int | None) -> str:
    """What the exit code of a worker that died of a song says, as a clause for a person."""
    if exit_code == -signal.SIGKILL:
        return "the process that judged it was killed, perhaps for lack of memory"
    return DEATH.replace("died", f"died ({end_in_words(exit_code)})", 1)


def end_in_words(exit_code: int | None) -> str:
    """The signal or the exit code that a process ended with."""
    if exit_code is None:
        return "nobody knows how"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:  # a real-time signal has no name
        return f"signal {-exit_code}"
