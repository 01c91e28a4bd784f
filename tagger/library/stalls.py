"""Walks over file systems that may never answer, such as a lost network or a hanging disk.

Threads ask the disk. A thread without an answer is abandoned, and ends with the process.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from os import stat
from pathlib import Path

from pacetag.tagger.cancellation import Stop, signals_held
from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.trail import Trail
from pacetag.tagger.library.walk import walk
from pacetag.tagger.pulse import Pulse

# s without progress before the first question is given up, and the second, third and fourth in a
# row. Sleeping disks take ten to wake up.
TIMEOUTS: tuple[float, ...] = (20.0, 5.0, 2.0, 1.0)
LAST_TIMEOUT = 0.1  # s for those that follow in the row
MOST_ABANDONED = 64  # threads without an answer, beyond which nothing more is asked
TICK = 0.1  # s; time is counted in ticks, since none passes while Ctrl-Z has stopped the process

NO_ANSWER = "its disk does not answer"


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What a walk found."""

    songs: tuple[Path, ...]  # in the order of the walk
    leftovers: tuple[Path, ...] = ()  # pacetag's own hidden files in the folders that were walked
    stalled: tuple[Path, ...] = ()  # files and folders that did not answer
    refused: tuple[tuple[Path, str], ...] = ()  # what could not be read, and why
    bins: tuple[Path, ...] = ()  # folders of trash, snapshots and thumbnails
    hidden: tuple[Path, ...] = ()  # songs and folders with songs that a person may have hidden
    others: tuple[tuple[str, int], ...] = ()  # suffixes that may hold music -> files


class Asking:
    """Questions to a disk, one after the other; some may never be answered."""

    def __init__(
        self,
        stop: Stop | None = None,
        pulse: Pulse | None = None,
        *,
        ignored: Ignored | None = None,
    ) -> None:
        """A request to stop ends all waiting. Walks pass over what is `ignored`."""
        self._stop, self._pulse, self._ignored = stop or Stop(), pulse or Pulse(), ignored
        self._in_a_row = 0  # questions without an answer
        self._abandoned: list[threading.Thread] = []

    def walk(
        self,
        paths: Iterable[Path],
        *,
        deep: bool = True,
        most: int | None = None,
        bins: bool = False,
        entering: Callable[[Path], bool] | None = None,
    ) -> Walked:
        """Every song under the paths, or the first `most`, as `walk` finds them.

        Files and folders that do not answer are passed over. `bins` includes trash and snapshots.
        `entering` is asked, in a thread, before each folder is listed; False skips it.
        """
        roots, stalled = tuple(paths), list[Path]()
        while True:
            trail = Trail(stalled, bins=bins, entering=entering, ignored=self._ignored)
            asked = _Question(islice(walk(roots, deep=deep, trail=trail), most))
            whole = self._answered(asked, partial(getattr, trail, "steps"))
            if not whole:
                trail.ended = True
                stalled.append(trail.place)
            if whole or self._may_not_go_on():
                return Walked(
                    songs=tuple(asked.answers),
                    leftovers=tuple(trail.leftovers),
                    stalled=tuple(stalled),
                    refused=tuple(trail.refused.items()),
                    bins=tuple(trail.bins),
                    hidden=tuple(trail.hidden),
                    others=tuple(sorted(trail.others.items())),
                )

    def stalled(self, paths: Sequence[Path]) -> set[Path]:
        """The files for which no answer comes."""
        left, stalled = list(paths), set[Path]()
        while left:
            if self._may_not_go_on():
                return stalled.union(left)
            asked = _Question(map(_looked_at, tuple(left)))
            if self._answered(asked, partial(len, asked.answers)):
                break
            done = len(asked.answers)
            stalled.add(left[done])
            del left[: done + 1]
        return stalled

    def _may_not_go_on(self) -> bool:
        self._abandoned = [each for each in self._abandoned if each.is_alive()]
        return self._stop.requested or len(self._abandoned) >= MOST_ABANDONED

    def _answered(self, asked: "_Question", progress: Callable[[], int]) -> bool:
        """Whether a thread answers all of it; False where it makes no more progress."""
        asked.start()
        seen, idle = 0, 0.0
        while not asked.over.wait(TICK):
            self._pulse.beat()
            now = progress()
            idle = 0.0 if now != seen else idle + TICK
            if now != seen:
                seen, self._in_a_row = now, 0
            if self._stop.requested or idle >= self._timeout:
                self._in_a_row += 1
                self._abandoned.append(asked.thread)
                return False
        self._in_a_row = 0
        if asked.error is not None:
            raise asked.error
        return True

    @property
    def _timeout(self) -> float:
        return TIMEOUTS[self._in_a_row] if self._in_a_row < len(TIMEOUTS) else LAST_TIMEOUT


class _Question:
    """Answers that a thread collects."""

    def __init__(self, answers: Iterator[Path]) -> None:
        self._coming = answers
        self.answers: list[Path] = []
        self.error: Exception | None = None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, name="ask", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        with signals_held():
            self.thread.start()

    def _run(self) -> None:
        try:
            for answer in self._coming:
                self.answers.append(answer)
        except Exception as error:
            self.error = error
        finally:
            self.over.set()


def _looked_at(path: Path) -> Path:
    try:
        stat(path)  # noqa: PTH116 - half the time of Path.stat
    except OSError:  # an answer, too
        return path
    return path
