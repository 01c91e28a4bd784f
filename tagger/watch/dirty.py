"""Folders in which something happened, held back until they have been silent for a while."""

import threading
import time
from pathlib import Path
from queue import SimpleQueue


class DirtyFolders:
    """Marked by the observer's threads, taken by the one that scans."""

    def __init__(self, *, settle: float, bell: "SimpleQueue[None]") -> None:
        """`settle` is the silence in seconds; `bell` gets None when the first folder is marked."""
        self._settle, self._bell = settle, bell
        self._lock = threading.Lock()
        self._marks: dict[Path, float] = {}  # folder -> moment of the last event, monotonic
        self._deep: set[Path] = set()  # those of which the sub-folders count too

    def mark(self, folder: Path, *, deep: bool = False) -> None:
        """Something happened in the folder; with `deep`, perhaps in those below it too."""
        with self._lock:
            first = not self._marks
            self._marks[folder] = time.monotonic()
            if deep:
                self._deep.add(folder)
        if first:  # not at every event: copying an album makes thousands
            self._bell.put(None)

    def take_due(self, now: float) -> dict[Path, bool]:
        """Folders that are silent long enough, and whether they are deep; they are clean then."""
        with self._lock:
            due = [f for f, marked in self._marks.items() if marked + self._settle <= now]
            taken = {folder: folder in self._deep for folder in due}
            for folder in due:
                del self._marks[folder]
            self._deep.difference_update(due)
        return taken

    def next_due(self) -> float | None:
        """The earliest moment at which a folder can be due; None while all are clean."""
        with self._lock:
            return min(self._marks.values()) + self._settle if self._marks else None
