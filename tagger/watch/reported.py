"""The watcher's lines, which its supervisor hears of, too."""

from collections.abc import Sequence
from pathlib import Path

from pacetag.tagger.service.notify import Supervisor
from pacetag.tagger.watch.lines import WatchLines


class ReportedLines(WatchLines):
    """Prints as WatchLines does, and tells the supervisor when the watcher is ready."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def watching(self, roots: Sequence[Path]) -> None:
        """Say that changes are noticed from now on."""
        super().watching(roots)
        self._supervisor.ready(f"Watching {', '.join(map(str, roots))}")
