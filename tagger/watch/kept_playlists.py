"""After songs changed: have kept playlists written again, in a process that ends with it.

Choosing songs loads more than a watcher holds while it waits, which lasts for years.
"""

import subprocess
import sys
from datetime import datetime

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop, signals_held
from pacetag.tagger.terminal.say import say
from pacetag.tagger.watch.lines import WatchLines

TICK = 0.1  # s between two looks at whether it has ended
LONGEST = 600.0  # s that it may take


def write_kept_again(index: SongIndex, *, stop: Stop, lines: WatchLines) -> None:
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
        waited = 0.0
        while process.poll() is None and waited < LONGEST and not stop.requested:
            stop.sleep(TICK)
            waited += TICK
        process.terminate()  # nothing happens where it has ended
        said, complaints = process.communicate()
    for line in said.splitlines():
        say(f"{datetime.now().astimezone():%H:%M:%S} {line}")
    for line in complaints.splitlines():
        lines.complain(line.removeprefix("pacetag: "))
