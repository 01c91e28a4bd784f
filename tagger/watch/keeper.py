"""The watcher's loop: sweeps, and visits to what changed, is polled or waits."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.watch.dirty import Dirty, Due
from pacetag.tagger.watch.held_index import HeldIndex
from pacetag.tagger.watch.kept_playlists import write_kept_again
from pacetag.tagger.watch.lines import WatchLines
from pacetag.tagger.watch.observing import Observing
from pacetag.tagger.watch.visits import Visits
from pacetag.tagger.workers.judging import JudgeRef

POLL = 60.0  # s between two looks at folders of which no changes are reported
SHARE = 20.0  # of the time that a look takes, at least between two of them


class Keeper:
    """Keeps the index true to some folders until a stop is requested."""

    def __init__(
        self,
        roots: Sequence[Path],
        index: SongIndex,
        judge: JudgeRef,
        options: ScanOptions,
        *,
        settle: float,
        sweep: float,
        stop: Stop,
        lines: WatchLines,
        pulse: Pulse | None = None,
    ) -> None:
        """`settle`: silence before what changed is looked at; `sweep`: time between two sweeps over
        all folders; both in seconds. `pulse` is told how it goes on.

        Raises SongIndexError for an index on a file system that SQLite cannot rely on.
        """
        self._roots, self._stop, self._lines = roots, stop, lines
        self._pulse = pulse or Pulse()
        self._settle, self._every = settle, sweep
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._dirty = Dirty(settle=settle, wake=self._wake)
        self._held = HeldIndex(index, stop=stop, complain=lines.complain, pulse=self._pulse)
        self._observing = Observing(roots, self._dirty, complain=lines.complain)
        self._visits = Visits(
            roots,
            judge,
            options,
            enters=self._observing.enters,
            settle=settle,
            sweep=sweep,
            stop=stop,
            lines=lines,
            pulse=self._pulse,
        )
        self._poll = min(POLL, sweep)
        self._next_sweep = self._next_poll = 0.0  # monotonic
        self._next_look = 0.0  # at the clocks and the roots
        self._whole = True  # the next sweep looks at all songs, also at those that are unchanged

    def run(self) -> None:
        """Sweep, then visit and sweep until the stop; songs under way are still stored then.

        Raises SongIndexError where the index is gone for good.
        """
        with self._stop.waking(partial(self._wake.put, None)), self._observing:
            self._lines.watching(self._roots)
            self._pulse.watching(self._roots)
            while not self._stop.requested:
                self._notice()
                now = time.monotonic()
                if now >= self._next_sweep:
                    self._run_step(self._sweep)
                else:
                    self._run_step(partial(self._visit, now))
                self._wait()
        self._lines.waiting_at_end(self._visits.waiting.reasons())

    def songs_changed(self) -> None:
        """Run after each sweep or visit that changed songs; what follows from songs belongs here.

        It is called between two visits, in the thread that uses the index, and may use it.
        """
        if not self._stop.requested:
            write_kept_again(
                self._held.index, stop=self._stop, lines=self._lines, pulse=self._pulse
            )

    def _run_step(self, step: Callable[[], bool]) -> None:
        """Run a sweep or visit; one that the index broke off is followed by a whole sweep."""
        if not self._held.use(partial(self._step, step)):
            self._next_sweep, self._whole = 0.0, True

    def _step(self, step: Callable[[], bool]) -> None:
        if step():
            self.songs_changed()

    def _wait(self) -> None:
        """Wait until something is due; at each wake-up all that is due is found anew."""
        self._pulse.waiting(self._visits.waiting_songs())
        moment = min([self._next_sweep, self._next_look, *self._due_moments()])
        while (left := moment - time.monotonic()) > 0:
            self._pulse.beat()
            with suppress(Empty):
                self._wake.get(timeout=min(left, self._pulse.every))
                return

    def _due_moments(self) -> Iterator[float]:
        if self._observing.polled():
            yield self._next_poll
        for moment in (self._dirty.next_due(), self._visits.next_due()):
            if moment is not None:
                yield moment

    def _notice(self) -> None:
        """Find out what no file reports: lost events, sleep, mounts, roots that were replaced."""
        now = time.monotonic()
        if self._dirty.take_everything():
            self._next_sweep = 0.0
        mounts = self._dirty.take_mounts()
        if now < self._next_look and not mounts:
            return
        self._next_look = now + self._poll
        if (mounts and self._observing.mounts_changed()) or self._observing.slept():
            self._next_sweep = 0.0
        for root in self._observing.replaced():
            self._dirty.folder(str(root))

    def _sweep(self) -> bool:
        """Look through everything; returns whether songs changed."""
        self._observing.sweeping()
        changed = self._visits.sweep(self._held.index, whole=self._whole)
        if not self._stop.requested:  # which ends a walk early
            self._observing.swept(self._visits.silent)
        self._whole = False
        now = time.monotonic()
        self._next_sweep = now + self._every
        self._next_poll = now + self._poll
        return changed

    def _visit(self, now: float) -> bool:
        """Look at what changed, is polled or waits; returns whether songs changed."""
        due = self._dirty.take_due(now)
        polled = self._observing.take_polled() if now >= self._next_poll else []
        if polled:
            due = Due(files=due.files, folders=(*due.folders, *map(str, polled)))
        changed = self._visits.visit(self._held.index, due, now)
        if polled:
            pause = max(self._poll, SHARE * self._visits.looked)
            self._next_poll = time.monotonic() + pause
        return changed
