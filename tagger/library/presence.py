"""Whether songs are where the index says, on disks that may be gone or never answer.

Threads ask the disk. A thread without an answer is abandoned, and ends with the process.
"""

import os
import stat
import threading
from collections.abc import Iterable, Sequence
from enum import Enum

from pacetag.db.mounts import Mount, mount_of, mounts
from pacetag.db.urls import is_url
from pacetag.tagger.cancellation import Stop, signals_held
from pacetag.tagger.library.stalls import LAST_TIMEOUT, MOST_ABANDONED, TICK, TIMEOUTS

PROBE = 1.0  # s for a mount's own folder to answer, after a song in it did not


class Place(Enum):
    """What lies where the index has a song."""

    THERE = 0  # a file, or something in a folder that must not be read
    GONE = 1
    SILENT = 2  # the disk does not answer, or fails


class Presence:
    """Tells whether songs are there; asks the disk once for each."""

    def __init__(self, stop: Stop | None = None) -> None:
        """A request to stop ends all waiting."""
        self._stop = stop or Stop()
        self._known: dict[str, Place] = {}
        self._mounts: list[Mount] = []  # looked up when a disk does not answer
        self._silent: set[str] = set()  # folders of mounts that do not answer
        self._abandoned = 0  # threads without an answer

    def of(self, paths: Iterable[str]) -> dict[str, Place]:
        """Return what lies at each of the paths."""
        wanted = list(dict.fromkeys(paths))
        waiting = [path for path in wanted if path not in self._known]
        while waiting:
            waiting = [path for path in waiting if not self._is_on_silent_mount(path)]
            if self._abandoned >= MOST_ABANDONED or self._stop.requested:
                self._known.update(dict.fromkeys(waiting, Place.SILENT))
                break
            answers: list[tuple[str, Place]] = []
            self._wait(waiting, answers, self._timeout)
            arrived = answers[:]
            self._known.update(arrived)
            waiting = waiting[len(arrived) :]
            if waiting:
                self._pass_over(waiting.pop(0))
        return {path: self._known[path] for path in wanted}

    def _wait(self, paths: Sequence[str], answers: list[tuple[str, Place]], limit: float) -> bool:
        """Have a thread ask; False where no further answer comes within `limit` seconds."""
        over = threading.Event()
        with signals_held():
            threading.Thread(
                target=_look, args=(paths, answers, over), name="ask", daemon=True
            ).start()
        seen, idle = 0, 0.0
        while not over.wait(TICK):
            idle = idle + TICK if len(answers) == seen else 0.0
            seen = len(answers)
            if idle >= limit or self._stop.requested:
                self._abandoned += 1
                return False
        return True

    def _pass_over(self, path: str) -> None:
        """Give up a song that did not answer, and its mount if that does not answer either."""
        self._known[path] = Place.SILENT
        self._mounts = self._mounts or mounts()
        mount = mount_of(path, self._mounts)
        if mount is not None and not self._wait([mount.place], [], min(PROBE, self._timeout)):
            self._silent.add(mount.place)

    def _is_on_silent_mount(self, path: str) -> bool:
        mount = mount_of(path, self._mounts) if self._silent else None
        if mount is None or mount.place not in self._silent:
            return False
        self._known[path] = Place.SILENT
        return True

    @property
    def _timeout(self) -> float:
        return TIMEOUTS[self._abandoned] if self._abandoned < len(TIMEOUTS) else LAST_TIMEOUT


def _look(paths: Sequence[str], answers: list[tuple[str, Place]], over: threading.Event) -> None:
    for path in paths:
        answers.append((path, _place(path)))
    over.set()


def _place(path: str) -> Place:
    if is_url(path):  # a store is not asked
        return Place.THERE
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a third of the time, for many songs
    except (FileNotFoundError, NotADirectoryError):
        return Place.GONE
    except PermissionError:
        return Place.THERE
    except (OSError, ValueError):
        return Place.SILENT
    return Place.THERE if stat.S_ISREG(mode) else Place.GONE
