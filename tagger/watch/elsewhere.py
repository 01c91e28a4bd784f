"""Reports of changes where the system has no inotify, by the library watchdog."""

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.library.song_names import is_song
from pacetag.tagger.watch.dirty import Dirty
from pacetag.tagger.watch.folders import Complain

# Reading changes nothing, and a scan would wake the watcher; each change inside a folder also
# "modifies" the folder, and is an event of its own.
_SILENT = frozenset({"opened", "closed_no_write"})


class Elsewhere:
    """Has watchdog report changes in some folders and all below them, as a context."""

    def __init__(self, roots: Iterable[Path], dirty: Dirty, *, complain: Complain) -> None:
        self._complain = complain
        self._marker = Marker(dirty)
        self._watches: dict[Path, tuple[tuple[int, int], ObservedWatch | None] | None]
        self._watches = dict.fromkeys(roots)  # what lay there when it was watched, and the watch
        self._observer = Observer()

    def __enter__(self) -> "Elsewhere":
        logging.getLogger("watchdog").addHandler(logging.NullHandler())  # else it is printed
        with signals_held():  # for its threads
            self._observer.start()
        self.renew()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def renew(self) -> None:
        """Watch roots that are not watched yet, or were replaced since (a disk mounted again)."""
        for root, old in self._watches.items():
            try:
                status = os.stat(root)  # noqa: PTH116 - as os.fspath, for any bytes
            except OSError:
                continue
            now = status.st_dev, status.st_ino
            if old is not None and old[0] == now:
                continue
            if old is not None and old[1] is not None:
                self._observer.unschedule(old[1])
            self._watches[root] = now, self._schedule(root)

    def _schedule(self, root: Path) -> ObservedWatch | None:
        try:
            with signals_held():
                return self._observer.schedule(self._marker, str(root), recursive=True)
        except OSError as error:
            reason = error.strerror or error
            late = "changes there are found by the regular sweep only"
            self._complain(f"{root}: cannot be watched ({reason}), so {late}")
            return None


class Marker(FileSystemEventHandler):
    """Marks every song that changes, and folders that come, move or go."""

    def __init__(self, dirty: Dirty) -> None:
        self._dirty = dirty

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Mark what the event names; called by watchdog's thread."""
        if event.event_type in _SILENT:
            return
        for raw in (event.src_path, event.dest_path):
            path = os.fsdecode(raw)
            if not path:
                continue
            if event.is_directory:
                if event.event_type != "modified":
                    self._dirty.folder(path)
            elif is_song(Path(path).name):
                self._dirty.file(path)
