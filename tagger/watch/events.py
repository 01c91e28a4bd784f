"""What an event of the file system says about folders; the file itself is looked at later."""

import os
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from pacetag.tagger.library.walk import is_song
from pacetag.tagger.watch.dirty import DirtyFolders

# Reading changes nothing; scanning would wake itself.
SILENT = frozenset({"opened", "closed_no_write"})


class FolderMarker(FileSystemEventHandler):
    """Marks the folder of every song that is touched, and folders that come, move or go."""

    def __init__(self, dirty: DirtyFolders) -> None:
        self._dirty = dirty

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by the observer's thread."""
        if event.event_type in SILENT:
            return
        for raw in (event.src_path, event.dest_path):
            if not raw:
                continue
            path = Path(os.fsdecode(raw))
            if event.is_directory:
                # What happens inside a folder "modifies" it, and comes as an event of its own.
                if event.event_type != "modified":
                    self._dirty.mark(path, deep=True)
            elif is_song(path.name):
                self._dirty.mark(path.parent)
