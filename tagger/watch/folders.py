"""Which folders the system reports changes of, and which must be looked at regularly instead."""

import errno
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from pacetag.db.mounts import is_remote, mounts
from pacetag.tagger.watch.inotify import Inotify

Complain = Callable[[str], None]  # takes a sentence for a person

_LIMITS = {
    errno.ENOSPC: ("folders watched at once", "fs.inotify.max_user_watches=1048576"),
    errno.EMFILE: ("programs that watch", "fs.inotify.max_user_instances=1024"),
}
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class WatchedFolders:
    """One watch on each folder that a walk enters; the folders without one are polled."""

    def __init__(self, kernel: Inotify | None, *, complain: Complain) -> None:
        """`kernel`: None where nothing is reported, so that everything is polled."""
        self._kernel, self._complain = kernel, complain
        self._lock = threading.Lock()
        self._places: dict[int, str] = {}  # number of a watch -> folder
        self._numbers: dict[str, int] = {}
        self._polled: set[str] = set()  # what is below one of them is polled, too
        self._kinds: dict[int, str] = {}  # of file systems, by device
        self._told: set[str] = set()
        self._unseen: set[str] = set()  # watched folders that a sweep has not come to so far

    def sweeping(self) -> None:
        """Note that a walk over everything begins."""
        with self._lock:
            self._unseen = set(self._numbers)

    def swept(self, silent: Iterable[Path]) -> None:
        """End the watches on folders that the walk did not come to, unless their disk is silent.

        A drive that was taken away while programs use it is still there for its watches.
        """
        spared = [os.fspath(place) for place in silent]
        with self._lock:
            unseen, self._unseen = self._unseen, set()
        self._end(
            lambda place: (
                place in unseen
                and not any(place == each or place.startswith(f"{each}/") for each in spared)
            )
        )

    def enters(self, folder: Path, *, renaming: bool = False) -> bool:
        """Watch a folder that is about to be listed; called by the thread that walks.

        False for one that is watched under another name, as by a link: its songs lie there. A walk
        over everything meets the right names first, so with `renaming` its names count.
        """
        place = os.fspath(folder)
        self._unseen.discard(place)
        remote = self._kernel is None or self._is_on_remote(place)
        with self._lock:  # never while a disk is asked, which may not answer
            if self._is_below_polled(place):
                return True
            if self._kernel is None or remote:
                self._polled.add(place)
                return True
        try:
            number = self._kernel.watch(place)
        except OSError as error:
            self._refuse(place, error)
            return True
        known = self.place_of(number)
        if known not in (None, place) and not renaming and _is_same(known, place):
            return False
        with self._lock:
            self._polled.discard(place)
            self._numbers.pop(self._places.get(number, ""), None)
            self._places[number] = place
            self._numbers[place] = number
        return True

    def place_of(self, number: int) -> str | None:
        """The folder of a watch."""
        with self._lock:
            return self._places.get(number)

    def ended(self, number: int) -> None:
        """Forget a watch that the system has ended."""
        with self._lock:
            place = self._places.pop(number, None)
            if place is not None and self._numbers.get(place) == number:
                del self._numbers[place]

    def moved(self, number: int) -> None:
        """End the watch on a folder that was moved away, unless another lies there by now."""
        with self._lock:
            place = self._places.get(number, "")
            is_current = self._numbers.get(place) == number
            if not is_current:
                self._places.pop(number, None)
                if self._kernel is not None:
                    self._kernel.unwatch(number)
        if is_current:
            self.leave(place)

    def is_watched(self, place: str) -> bool:
        """Whether a folder is watched under this name."""
        with self._lock:
            return place in self._numbers

    def leave(self, place: str) -> None:
        """End the watches on a folder that was moved away, and on those below it."""
        below = place.rstrip("/") + "/"
        self._end(lambda each: each == place or each.startswith(below))

    def _end(self, is_meant: Callable[[str], bool]) -> None:
        with self._lock:
            for each in list(filter(is_meant, self._numbers)):
                number = self._numbers.pop(each)
                self._places.pop(number, None)
                if self._kernel is not None:
                    self._kernel.unwatch(number)

    def polled(self) -> list[Path]:
        """The folders to look at regularly, sorted."""
        with self._lock:
            found = sorted(self._polled)
        return [Path(place) for place in found]

    def take_polled(self) -> list[Path]:
        """The same; the walk over them adds those that are still there and still unwatched."""
        found = self.polled()
        with self._lock:
            self._polled.difference_update(map(os.fspath, found))
        return found

    @property
    def count(self) -> int:
        """Folders that are watched."""
        return len(self._numbers)

    def _is_below_polled(self, place: str) -> bool:
        above = os.path.dirname(place)  # noqa: PTH120 - for each folder of a library
        while self._polled and above not in self._polled and above != os.path.dirname(above):  # noqa: PTH120
            above = os.path.dirname(above)  # noqa: PTH120
        return above in self._polled

    def _is_on_remote(self, place: str) -> bool:
        try:
            device = os.stat(place).st_dev  # noqa: PTH116
        except OSError:
            return False
        if device not in self._kinds:
            self._kinds |= {mount.device: mount.kind for mount in mounts()}
        kind = self._kinds.setdefault(device, "")
        if not is_remote(kind):
            return False
        self._tell(
            f"{place}: lies on a {kind} file system, of which changes may go unreported, so it is "
            "looked through every minute or so"
        )
        return True

    def _refuse(self, place: str, error: OSError) -> None:
        """Poll a folder that cannot be watched; one that is gone or closed to us is left alone."""
        if error.errno in _GONE or error.errno == errno.EACCES:  # the walk reports the latter
            return
        with self._lock:
            self._polled.add(place)
        if error.errno in _LIMITS:
            self._tell(why_unwatched("", error), f"{place}: ")
        else:
            self._tell(why_unwatched(f"{place}: ", error))

    def _tell(self, sentence: str, before: str = "") -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._complain(before + sentence)


def _is_same(known: str | None, place: str) -> bool:
    try:
        return known is not None and os.path.samefile(known, place)  # noqa: PTH121
    except OSError:
        return False


def why_unwatched(what: str, error: OSError) -> str:
    """A sentence for a person: why changes are not reported, and what to do; `what` begins it."""
    late = "such folders are looked through every minute or so"
    if error.errno in _LIMITS:
        limit, setting = _LIMITS[error.errno]
        return f"{what}the system's limit of {limit} is reached, so {late}; sudo sysctl {setting}"
    return f"{what}cannot be watched ({error.strerror or error}), so {late}"
