"""What a watcher prints, line by line, and what is in its index."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from pacetag.db.index import SongIndex


class Said:
    """The lines of a running watcher."""

    def __init__(self) -> None:
        self.lines: Queue[str] = Queue()
        self.complaints: Queue[str] = Queue()

    def next(self) -> str:
        """The next line, without its time."""
        line = self.lines.get(timeout=20)
        assert re.match(r"\d\d:\d\d:\d\d ", line)
        return " ".join(line[9:].split())

    def silent(self, seconds: float) -> bool:
        """Whether nothing is printed for so long."""
        try:
            self.lines.get(timeout=seconds)
        except Empty:
            return True
        return False


class Watcher(Said):
    """A running process of the watcher."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__()
        self.process = process
        for stream, queue in (
            (process.stdout, self.lines),
            (process.stderr, self.complaints),
        ):
            assert stream is not None
            threading.Thread(target=_pump, args=(stream, queue), daemon=True).start()
        assert self.complaints.get(timeout=20).startswith("Watching ")

    def end(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=20)


def _pump(stream: IO[str], queue: "Queue[str]") -> None:
    for line in stream:
        queue.put(line.rstrip("\n"))


def in_index(index_file: Path) -> dict[str, bool]:
    """Names of the songs in the index, and whether they are missing."""
    with SongIndex.open(index_file) as index:
        folder = index_file.parent.parent
        return {Path(path).name: missing for path, missing in index.songs_under(str(folder))}
