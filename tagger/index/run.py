"""One run over songs as the index counts it: from the first file that it writes."""

import time

from pacetag.db.index import SongIndex
from pacetag.tagger.logs.logger import info

SET = "set"  # the command of a run in which a person set paces


class TaggingRun:
    """A run that is not in the index before there is something to take back."""

    def __init__(self, index: SongIndex, command: str) -> None:
        self._index, self._command = index, command
        self._started = time.time()
        self._number: int | None = None

    def number(self) -> int:
        """Its number in the index, where it begins to be."""
        if self._number is None:
            self._number = self._index.writes.start_run(self._command, self._started)
            info("run", f"{self._command}: run {self._number} begins to write tags")
        return self._number
