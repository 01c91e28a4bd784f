"""A thread that turns what the system reports into marks on files and folders."""

import os
import select
import threading
from contextlib import suppress
from typing import IO

from pacetag.db.mounts import MOUNTS
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.library.passed_over import is_bin, is_hidden
from pacetag.tagger.library.song_names import is_song
from pacetag.tagger.watch.dirty import Dirty
from pacetag.tagger.watch.folders import Complain, WatchedFolders
from pacetag.tagger.watch.inotify import Change, Event, Inotify

OVERFLOW = (
    "changes came faster than the system could report them, so everything is looked through again; "
    "if this happens often: sudo sysctl fs.inotify.max_queued_events=262144"
)
_GONE = Change.MOVED_FROM | Change.DELETED
_CAME = Change.MOVED_TO | Change.CREATED


class Reports:
    """Reads the system's reports in a thread of its own, as a context."""

    def __init__(
        self, kernel: Inotify, folders: WatchedFolders, dirty: Dirty, *, complain: Complain
    ) -> None:
        self._kernel, self._folders, self._dirty = kernel, folders, dirty
        self._complain = complain
        self._end, self._ender = os.pipe()
        self._mounts: IO[bytes] | None = None
        self._thread = threading.Thread(target=self._read, name="reports", daemon=True)

    def __enter__(self) -> "Reports":
        with suppress(OSError):
            self._mounts = MOUNTS.open("rb", buffering=0)
        with signals_held():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ender)
        self._thread.join()
        os.close(self._end)
        if self._mounts is not None:
            self._mounts.close()

    def _read(self) -> None:
        waiting = select.poll()
        waiting.register(self._end, select.POLLIN)
        waiting.register(self._kernel.fileno(), select.POLLIN)
        if self._mounts is not None:  # the table reports its own changes
            waiting.register(self._mounts.fileno(), select.POLLPRI)
        while True:
            ready = dict(waiting.poll())
            if self._end in ready:
                return
            if self._mounts is not None and self._mounts.fileno() in ready:
                self._dirty.mounts()
            for event in self._kernel.events():
                self._handle(event)

    def _handle(self, event: Event) -> None:
        if event.change & Change.OVERFLOW:
            self._complain(OVERFLOW)
            self._dirty.everything()
        place = self._folders.place_of(event.watch)
        if place is None:
            return
        if event.change & Change.IGNORED:
            self._folders.ended(event.watch)
        elif event.change & Change.SELF_MOVED:  # only of a folder whose parent is not watched
            self._folders.moved(event.watch)
            self._dirty.folder(place)
        elif event.change & (Change.SELF_DELETED | Change.UNMOUNTED) or not event.name:
            self._dirty.folder(place)
        elif event.change & Change.IS_FOLDER:
            self._folder(event.change, event.name, f"{place.rstrip('/')}/{event.name}")
        else:
            self._file(event.change, event.name, f"{place.rstrip('/')}/{event.name}")

    def _folder(self, change: Change, name: str, path: str) -> None:
        if change & Change.MOVED_FROM:
            self._folders.leave(path)
        if not (is_hidden(name) or is_bin(name)):
            self._dirty.folder(path)

    def _file(self, change: Change, name: str, path: str) -> None:
        """Mark a song, or a link to a folder."""
        if is_song(name):
            self._dirty.file(path)
        elif change & _GONE and self._folders.is_watched(path):
            self._folders.leave(path)
            self._dirty.folder(path)
        elif change & _CAME and not is_hidden(name) and os.path.isdir(path):  # noqa: PTH112
            self._dirty.folder(path)
