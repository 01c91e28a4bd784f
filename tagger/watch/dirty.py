"""What changed: files and folders, due once they have been silent for a while."""

import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue

TOGETHER = 0.05  # s; both ends of a move are reported within this time


@dataclass(frozen=True, kw_only=True)
class Due:
    """What has been silent long enough."""

    files: tuple[str, ...] = ()  # songs, which may be gone
    folders: tuple[str, ...] = ()  # with all that is below them

    def __bool__(self) -> bool:
        return bool(self.files or self.folders)


class Dirty:
    """Marked by the threads that hear of changes, taken by the thread that scans."""

    def __init__(self, *, settle: float, wake: "SimpleQueue[None]") -> None:
        """`settle`: the silence in seconds; `wake` gets None when something is to be done."""
        self._settle, self._wake = settle, wake
        self._lock = threading.Lock()
        # Moment of the last event, monotonic; the dictionaries are in the order of the moments.
        self._files: dict[str, float] = {}
        self._folders: dict[str, float] = {}
        self._everything = self._mounts = False

    def file(self, path: str) -> None:
        """A song changed, came or went. Another song's silence is not disturbed by it."""
        self._mark(self._files, path)

    def folder(self, path: str) -> None:
        """A folder came, moved or went, or can be listed again."""
        self._mark(self._folders, path)

    def everything(self) -> None:
        """Changes were lost, so that everything must be looked at."""
        self._everything = True
        self._wake.put(None)

    def take_everything(self) -> bool:
        """Whether everything must be looked at; unmarks it."""
        asked, self._everything = self._everything, False
        return asked

    def mounts(self) -> None:
        """File systems were mounted or unmounted, somewhere."""
        self._mounts = True
        self._wake.put(None)

    def take_mounts(self) -> bool:
        """Whether the mounts changed; unmarks it."""
        asked, self._mounts = self._mounts, False
        return asked

    def take_due(self, now: float) -> Due:
        """What is due, and what was marked just after that; unmarks it."""
        with self._lock:
            first = self._first()
            if first is None or first + self._settle > now:
                return Due()
            late = now - self._settle + TOGETHER
            return Due(files=_taken(self._files, late), folders=_taken(self._folders, late))

    def next_due(self) -> float | None:
        """The earliest moment at which something can be due; None while all is clean."""
        with self._lock:
            first = self._first()
        return None if first is None else first + self._settle

    def _first(self) -> float | None:
        marks = (self._files, self._folders)
        return min((next(iter(each.values())) for each in marks if each), default=None)

    def _mark(self, marks: dict[str, float], path: str) -> None:
        with self._lock:
            first = not (self._files or self._folders)
            marks.pop(path, None)  # so that it becomes the last one
            marks[path] = time.monotonic()
        if first:  # not at every event: copying an album makes thousands
            self._wake.put(None)


def _taken(marks: dict[str, float], late: float) -> tuple[str, ...]:
    """Those that were marked before a moment; unmarks them."""
    due = []
    for path, marked in marks.items():
        if marked > late:
            break
        due.append(path)
    for path in due:
        del marks[path]
    return tuple(due)
