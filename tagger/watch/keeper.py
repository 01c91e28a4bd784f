"""The watcher's loop: sweeps, and visits to folders in which something happened."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from pacetag.db.index import SongIndex
from pacetag.db.records import Stamp
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.passed_over import is_off_the_way
from pacetag.tagger.library.stalls import Asking, Walked
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.output.report import note_song
from pacetag.tagger.scanning.known import stalled
from pacetag.tagger.scanning.leftovers import Tidying
from pacetag.tagger.scanning.missing import mark_vanished
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.watch.dirty import DirtyFolders, FolderMarker
from pacetag.tagger.watch.lines import WatchLines
from pacetag.tagger.watch.observing import OVERFLOW, Observing
from pacetag.tagger.workers.judging import JudgeRef

BETWEEN_STAMPS = 1.0  # seconds; a copy that pauses longer is noticed again when it goes on


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
    ) -> None:
        """`settle`: silence before a folder is visited; `sweep`: time between two sweeps over all
        folders; both in seconds.
        """
        self._roots, self._index, self._judge, self._options = roots, index, judge, options
        self._every, self._stop, self._lines = sweep, stop, lines
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._dirty = DirtyFolders(settle=settle, wake=self._wake)
        self._asking = Asking(stop)
        self._stamp_pause = min(settle, BETWEEN_STAMPS)
        self._tidying = Tidying(index.path)
        self._refused: dict[Path, str] = {}  # folders that cannot be listed, as reported

    def run(self) -> None:
        """Sweep, then visit and sweep until the stop; songs under way are still stored then."""
        observing = Observing(
            self._roots,
            FolderMarker(self._dirty),
            complain=self._lines.complain,
            overflowed=self._overflowed,
        )
        with self._stop.waking(partial(self._wake.put, None)), observing:
            self._lines.watching(self._roots)
            self._sweep(everything=True)
            next_sweep = time.monotonic() + self._every
            while not self._stop.requested:
                self._wait_until(min(next_sweep, self._dirty.next_due() or next_sweep))
                if time.monotonic() >= next_sweep:
                    observing.renew()
                    self._sweep(everything=False)
                    next_sweep = time.monotonic() + self._every
                self._visit(self._dirty.take_due(time.monotonic()))

    def _wait_until(self, moment: float) -> None:
        with suppress(Empty):
            self._wake.get(timeout=max(0.0, moment - time.monotonic()))

    def _overflowed(self) -> None:
        self._lines.complain(OVERFLOW)
        for root in self._roots:
            self._dirty.mark(root, deep=True)

    def _sweep(self, *, everything: bool) -> None:
        """Scan all songs; with `everything` also those that have not changed, as `scan` does."""
        self._settle(self._asking.walk(self._roots), self._roots, everything=everything)

    def _visit(self, due: dict[Path, bool]) -> None:
        """Scan the folders that are due, together, so that moves between them are noticed."""
        if not due or self._stop.requested:
            return
        due = {
            folder: deep for folder, deep in due.items() if not is_off_the_way(folder, self._roots)
        }
        deep = [folder for folder, with_below in due.items() if with_below]
        shallow = [folder for folder, with_below in due.items() if not with_below]
        both = self._asking.walk(deep), self._asking.walk(shallow, deep=False)
        found = Walked(
            songs=tuple(sorted({song for walked in both for song in walked.songs})),
            leftovers=tuple(path for walked in both for path in walked.leftovers),
            stalled=tuple(place for walked in both for place in walked.stalled),
            refused=tuple(each for walked in both for each in walked.refused),
        )
        self._settle(found, sorted(due), everything=False)

    def _settle(self, found: Walked, folders: Sequence[Path], *, everything: bool) -> None:
        self._tidying.tidy(found.leftovers)
        self._tell_refused(found, folders)
        silent = set(found.stalled) | self._asking.stalled(found.songs)
        for place in sorted(silent):  # the next sweep asks again
            self._lines.song(stalled(place))
        songs = [song for song in found.songs if song not in silent]
        known = {
            path: known_stamp
            for folder in folders
            for path, known_stamp in self._index.stamps_under(str(folder)).items()
        }
        changed = changed_songs(songs, known)
        ready, growing = settled(changed, self._pause)
        for song in growing:
            self._dirty.mark(song.parent)
        if everything:
            waiting = set(growing)
            ready = [song for song in songs if song not in waiting]
        if ready:
            scan = Scan(self._index, self._judge, self._options, self._stop)
            for outcome in scan.songs(ready):
                self._lines.song(outcome)
                note_song(outcome)
        if not self._stop.requested:
            seen = frozenset(map(str, {*songs, *silent}))
            lost = mark_vanished(
                self._index, folders, roots=self._roots, seen=seen, stop=self._stop
            )
            for path in lost.gone:
                self._lines.missing(path)
            for path in lost.binned:
                self._lines.binned(path)

    def _tell_refused(self, found: Walked, folders: Sequence[Path]) -> None:
        """Report each folder that cannot be listed once, until the reason changes."""
        now = dict(found.refused)
        for place, why in now.items():
            if self._refused.get(place) != why:
                self._lines.refused(place, why)
        for place in list(self._refused):
            if place not in now and any(place.is_relative_to(folder) for folder in folders):
                del self._refused[place]
        self._refused |= now

    def _pause(self) -> None:
        self._stop.sleep(self._stamp_pause)


def changed_songs(songs: Iterable[Path], known: Mapping[str, Stamp]) -> list[Path]:
    """The songs whose stamps differ from those in the index."""
    return [song for song in songs if _stamp(song) != known.get(str(song))]


def settled(songs: Iterable[Path], pause: Callable[[], None]) -> tuple[list[Path], list[Path]]:
    """The songs whose stamps stay the same during a pause, and those whose stamps change.

    `pause` waits meanwhile. Songs that went away are in neither list.
    """
    first = {song: _stamp(song) for song in songs}
    if first:
        pause()
    second = {song: _stamp(song) for song in first}
    there = [song for song, now in second.items() if now is not None]
    ready = [song for song in there if first[song] == second[song]]
    return ready, [song for song in there if first[song] != second[song]]


def _stamp(song: Path) -> Stamp | None:
    try:
        return stamp(song)
    except OSError:
        return None
