"""After songs changed: have kept playlists written again, in a process that ends with it.

Choosing songs loads more than a watcher holds while it waits, which lasts for years.
"""

import subprocess
import sys
import time
from contextlib import suppress

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop, signals_held
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.watch.lines import WatchLines

TICK = 0.1  # s between two looks at whether it has ended
LONGEST = 600.0  # s that it may take


def write_kept_again(index: SongIndex, *, stop: Stop, lines: WatchLines, pulse: Pulse) -> None:
    """Write the playlists again that are kept fresh, and print which have changed."""
    if not index.kept.all():
        return
    command = [sys.executable, "-m", "pacetag.tagger", "playlist", "--refresh"]
    with signals_held():  # Ctrl-C reaches every process of the terminal's group
        process = subprocess.Popen(
            [*command, "--index", index.path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    with process:
        said, complaints = _ended(process, stop, pulse)
    for line in said.splitlines():
        lines.line(line)
    for line in complaints.splitlines():
        lines.complain(line.removeprefix("pacetag: "))


def _ended(process: subprocess.Popen[str], stop: Stop, pulse: Pulse) -> tuple[str, str]:
    """What a process prints until it ends, or is ended by a stop or for taking too long."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline and not stop.requested:
        pulse.beat()
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=TICK)
    process.terminate()
    return process.communicate()
