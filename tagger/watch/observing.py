"""Have the system report changes below some folders, by the means that it has."""

import errno
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pacetag.db.mounts import mounts
from pacetag.tagger.watch.dirty import Dirty
from pacetag.tagger.watch.folders import Complain, WatchedFolders, why_unwatched
from pacetag.tagger.watch.inotify import Inotify
from pacetag.tagger.watch.reports import Reports

if TYPE_CHECKING:
    from pacetag.tagger.watch.elsewhere import Elsewhere

Identity = tuple[int, int] | None  # device and inode; None where nothing lies


class Observing:
    """Marks what the system reports, as a context; says what must be polled instead."""

    def __init__(self, roots: Sequence[Path], dirty: Dirty, *, complain: Complain) -> None:
        self._roots, self._dirty, self._complain = roots, dirty, complain
        self._held = ExitStack()
        self._kernel: Inotify | None = None
        self._elsewhere: Elsewhere | None = None
        self.folders: WatchedFolders | None = None  # None where everything below roots is reported
        self._there = self._identities()
        self._mounts = self._mounted()
        self._asleep = _asleep()

    def __enter__(self) -> "Observing":
        try:
            self._kernel = Inotify()
        except OSError as error:
            if error.errno == errno.ENOSYS:
                self._watch_elsewhere()
                return self
            self._complain(why_unwatched("", error))
        self.folders = WatchedFolders(self._kernel, complain=self._complain)
        if self._kernel is not None:
            self._held.callback(self._kernel.close)
            self._held.enter_context(
                Reports(self._kernel, self.folders, self._dirty, complain=self._complain)
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def enters(self, folder: Path, *, renaming: bool = False) -> bool:
        """Watch a folder that a walk is about to list; False to skip it: see `WatchedFolders`."""
        return self.folders is None or self.folders.enters(folder, renaming=renaming)

    def sweeping(self) -> None:
        """Note that a walk over everything begins, which enters every folder."""
        if self._elsewhere is not None:
            self._elsewhere.renew()
        if self.folders is not None:
            self.folders.sweeping()

    def swept(self, silent: Iterable[Path]) -> None:
        """Watch folders no more that it did not enter, unless their disks are silent."""
        if self.folders is not None:
            self.folders.swept(silent)

    def polled(self) -> list[Path]:
        """The folders to look at regularly."""
        return [] if self.folders is None else self.folders.polled()

    def take_polled(self) -> list[Path]:
        """The same, to look at them now."""
        return [] if self.folders is None else self.folders.take_polled()

    def replaced(self) -> list[Path]:
        """The roots at which another folder lies than at the last call, or none."""
        before, self._there = self._there, self._identities()
        return [root for root in self._roots if self._there[root] != before[root]]

    def mounts_changed(self) -> bool:
        """Whether the mounts on, above or below the roots differ from those at the last call."""
        before, self._mounts = self._mounts, self._mounted()
        return self._mounts != before

    def slept(self) -> bool:
        """Whether the system slept since the last call: changes on other machines' disks are lost.

        Of two clocks, one stands still meanwhile.
        """
        before, self._asleep = self._asleep, _asleep()
        return self._asleep - before > 1.0

    def _watch_elsewhere(self) -> None:
        from pacetag.tagger.watch.elsewhere import Elsewhere

        self._elsewhere = Elsewhere(self._roots, self._dirty, complain=self._complain)
        self._held.enter_context(self._elsewhere)

    def _identities(self) -> dict[Path, Identity]:
        return {root: _identity(root) for root in self._roots}

    def _mounted(self) -> list[tuple[str, str, int]]:
        places = [f"{root}/" for root in self._roots]
        return [
            (mount.place, mount.kind, mount.device)
            for mount in mounts()
            if any(
                place.startswith(mount.place.rstrip("/") + "/") or mount.place.startswith(place)
                for place in places
            )
        ]


def _identity(root: Path) -> Identity:
    try:
        status = os.stat(root)  # noqa: PTH116 - as os.fspath, for any bytes
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _asleep() -> float:
    """Seconds that the system has slept since it started; 0 where that is not known."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None:
        return 0.0
    return time.clock_gettime(clock) - time.clock_gettime(time.CLOCK_MONOTONIC)
