"""Folders in which something changed, due once they have been silent for a while."""

import os
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from pacetag.tagger.library.walk import is_song

# Reading changes nothing; a scan would wake the watcher.
SILENT = frozenset({"opened", "closed_no_write"})


class DirtyFolders:
    """Marked by the observer's threads, taken by the thread that scans."""

    def __init__(self, *, settle: float, wake: "SimpleQueue[None]") -> None:
        """`settle`: the silence in seconds; `wake` gets None when the first folder is marked."""
        self._settle, self._wake = settle, wake
        self._lock = threading.Lock()
        self._marks: dict[Path, float] = {}  # folder -> moment of the last event, monotonic
        self._deep: set[Path] = set()  # those whose sub-folders count too

    def mark(self, folder: Path, *, deep: bool = False) -> None:
        """Something changed in the folder; with `deep`, perhaps in its sub-folders too."""
        with self._lock:
            first = not self._marks
            self._marks[folder] = time.monotonic()
            if deep:
                self._deep.add(folder)
        if first:  # not at every event: copying an album makes thousands
            self._wake.put(None)

    def take_due(self, now: float) -> dict[Path, bool]:
        """The folders that have been silent long enough, and whether each is deep; unmarks them."""
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


class FolderMarker(FileSystemEventHandler):
    """Marks the folder of every song that changes, and folders that come, move or go."""

    def __init__(self, dirty: DirtyFolders) -> None:
        self._dirty = dirty

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Mark the folders that the event names; called by the observer's thread."""
        if event.event_type in SILENT:
            return
        for raw in (event.src_path, event.dest_path):
            if not raw:
                continue
            path = Path(os.fsdecode(raw))
            if event.is_directory:
                # A change inside a folder "modifies" the folder, and is an event of its own.
                if event.event_type != "modified":
                    self._dirty.mark(path, deep=True)
            elif is_song(path.name):
                self._dirty.mark(path.parent)
