"""Have the system report changes, and complain when it cannot report all of them."""

import errno
import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from pacetag.tagger.cancellation import signals_held

Complain = Callable[[str], None]  # takes a sentence for a person

_LIMITS = {
    errno.ENOSPC: ("folders watched at once", "fs.inotify.max_user_watches=1048576"),
    errno.EMFILE: ("programs that watch", "fs.inotify.max_user_instances=1024"),
}
OVERFLOW = (
    "changes came faster than the system could report them, so everything is looked through again; "
    "if this happens often: sudo sysctl fs.inotify.max_queued_events=262144"
)


@dataclass(frozen=True, kw_only=True)
class _Watch:
    """The watch on a root, and the folder that lay there when it was made."""

    identity: tuple[int, int] | None = None  # device and inode
    watch: ObservedWatch | None = None


class Observing:
    """Has the system report changes in some folders to a handler, as a context."""

    def __init__(
        self,
        roots: Iterable[Path],
        handler: FileSystemEventHandler,
        *,
        complain: Complain,
        overflowed: Callable[[], None],
    ) -> None:
        self._handler, self._complain = handler, complain
        self._watches: dict[Path, _Watch] = dict.fromkeys(roots, _Watch())
        self._observer = Observer()
        self._listener = _OverflowListener(overflowed)

    def __enter__(self) -> "Observing":
        logging.getLogger("watchdog").addHandler(self._listener)
        with signals_held():  # for its threads
            self._observer.start()
        self.renew()
        if all(each.watch for each in self._watches.values()):
            self._probe()
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("watchdog").removeHandler(self._listener)
        self._observer.stop()
        self._observer.join()

    def renew(self) -> None:
        """Watch roots that are not watched yet, or were replaced since (a disk mounted again)."""
        for root, old in self._watches.items():
            now = _identity(root)
            if now is None or now == old.identity:
                continue
            if old.watch is not None:
                self._observer.unschedule(old.watch)
            self._watches[root] = _Watch(identity=now, watch=self._schedule(root))

    def _schedule(self, root: Path) -> ObservedWatch | None:
        try:
            with signals_held():
                return self._observer.schedule(self._handler, str(root), recursive=True)
        except OSError as error:
            self._complain(why_unwatched(root, error))
            return None

    def _probe(self) -> None:
        """Check whether the limit is reached, which watchdog does not report for sub-folders."""
        with tempfile.TemporaryDirectory(prefix="pacetag-") as folder:
            try:
                with signals_held():
                    watch = self._observer.schedule(FileSystemEventHandler(), folder)
            except OSError as error:
                self._complain(why_unwatched(Path("some folders"), error))
            else:
                self._observer.unschedule(watch)


class _OverflowListener(logging.Handler):
    """Notices an overflow of the queue of events, which watchdog only logs."""

    def __init__(self, overflowed: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._overflowed = overflowed

    def emit(self, record: logging.LogRecord) -> None:
        """Pass an overflow on."""
        if "overflow" in record.getMessage().lower():
            self._overflowed()


def why_unwatched(what: Path, error: OSError) -> str:
    """A sentence for a person: why changes in a folder are not reported, and what to do."""
    late = "changes there are found by the regular sweep only"
    if error.errno in _LIMITS:
        limit, setting = _LIMITS[error.errno]
        return f"{what}: the system's limit of {limit} is reached, so {late}; sudo sysctl {setting}"
    return f"{what}: cannot be watched ({error.strerror or error}), so {late}"


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(root)  # noqa: PTH116 - as os.fspath, for any bytes
    except OSError:
        return None
    return status.st_dev, status.st_ino
