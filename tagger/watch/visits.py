"""One look at folders and files: what changed there is scanned, what is gone is marked."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import Stamp
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.passed_over import is_off_the_way
from pacetag.tagger.library.stalls import Asking, Walked
from pacetag.tagger.output.report import note_song
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.scanning.known import permitted_again, stalled
from pacetag.tagger.scanning.leftovers import Tidying
from pacetag.tagger.scanning.missing import mark_vanished
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.scan import Scan
from pacetag.tagger.watch.dirty import Due
from pacetag.tagger.watch.lines import WatchLines
from pacetag.tagger.watch.readiness import Readiness, changed_songs
from pacetag.tagger.watch.waiting import Waiting
from pacetag.tagger.workers.judging import JudgeRef

BETWEEN_LOOKS = 1.0  # s; a copy that pauses longer is given more time when it goes on


class Visits:
    """Sweeps over all folders and visits to some, with what they leave to be done later."""

    def __init__(
        self,
        roots: Sequence[Path],
        judge: JudgeRef,
        options: ScanOptions,
        *,
        enters: Callable[..., bool],
        settle: float,
        sweep: float,
        stop: Stop,
        lines: WatchLines,
        pulse: Pulse | None = None,
    ) -> None:
        """`enters` is asked before a folder is listed; times are those of `Keeper`."""
        self._roots, self._judge, self._options = tuple(roots), judge, options
        self._enters, self._stop, self._lines = enters, stop, lines
        self._pulse = pulse or Pulse()
        self._ignored = Ignored(options.ignore)
        self._asking = Asking(stop, self._pulse, ignored=self._ignored)
        self._tidying: Tidying | None = None
        self._readiness = Readiness(pause=min(settle, BETWEEN_LOOKS))
        self.waiting = Waiting(pause=2 * settle, longest=sweep)
        self.looked = 0.0  # s that the last visit looked for songs, without judging them
        self.silent: set[Path] = set()  # what does not answer, as reported
        self._refused: dict[Path, str] = {}  # folders that cannot be listed, as reported

    def next_due(self) -> float | None:
        """The moment at which a song is to be looked at or tried again; None where none is."""
        moments = (self._readiness.next_due(), self.waiting.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    def waiting_songs(self) -> dict[Path, str]:
        """The songs that wait, and why."""
        growing = dict.fromkeys(self._readiness.growing(), "is still being written")
        return growing | {Path(path): why for path, why in self.waiting.reasons().items()}

    def sweep(self, index: SongIndex, *, whole: bool) -> bool:
        """Look through all folders; with `whole` also at songs that have not changed, as `scan`.

        Returns whether songs changed.
        """
        self._pulse.sweeping()
        found = self._asking.walk(self._roots, entering=partial(self._enters, renaming=True))
        changed = self._settle(index, found, self._roots, whole=whole)
        self._pulse.swept(len(found.songs))
        return changed

    def visit(self, index: SongIndex, due: Due, now: float) -> bool:
        """Look at what is due, together, so that moves between folders are noticed.

        Returns whether songs changed.
        """
        again = [*self.waiting.take_due(now), *self._readiness.take_due(now)]
        folders = self._on_the_way(due.folders)
        files = self._on_the_way(due.files)
        if not (folders or files or again) or self._stop.requested:
            return False
        singly, began = [*files, *again], time.monotonic()
        both = (
            self._asking.walk(folders, entering=self._enters),
            self._asking.walk(dict.fromkeys(singly)),
        )
        self.looked = time.monotonic() - began
        found = Walked(
            songs=tuple(sorted({song for walked in both for song in walked.songs})),
            leftovers=both[0].leftovers,
            stalled=tuple(place for walked in both for place in walked.stalled),
            refused=both[0].refused,
        )
        lost = sorted(set(singly) - set(found.songs))
        self.waiting.forget(map(str, lost))  # or they would stay due
        self._readiness.forget(lost)
        left_alone = self.waiting.not_due(now) - set(singly)
        places = [*sorted(folders), *lost]
        return self._settle(index, found, places, left_alone=left_alone)

    def _on_the_way(self, paths: Iterable[str]) -> list[Path]:
        return [
            path
            for path in map(Path, paths)
            if not is_off_the_way(path.parent, self._roots)
            and not self._ignored.covers(path, self._roots)
        ]

    def _settle(
        self,
        index: SongIndex,
        found: Walked,
        places: Sequence[Path],
        *,
        whole: bool = False,
        left_alone: Iterable[Path] = (),
    ) -> bool:
        """Scan the songs that changed and are complete, then mark those at the places as gone."""
        self._tidy(index, found)
        self._tell_refused(found, places)
        silent = set(found.stalled) | self._asking.stalled(found.songs)
        if self._stop.requested:  # which ends all asking, so an answer that lacks means nothing
            return False
        self._tell_silent(silent, places)
        songs = [song for song in found.songs if song not in silent]
        changed, same = changed_songs(songs, _stamps(index, places, songs))
        self._readiness.forget(same)
        spared = set(left_alone)
        growing = [song for song in changed if song not in spared]
        ready = self._readiness.ready(growing, time.monotonic())
        ready += same if whole else permitted_again(index, places, among=same)
        changes = self._scan(index, ready)
        gone = self._mark_gone(index, places, frozenset(map(str, {*songs, *silent})))
        return changes or gone

    def _scan(self, index: SongIndex, songs: Sequence[Path]) -> bool:
        if not songs:
            return False
        changed = False
        scan = Scan(index, self._judge, self._options, self._stop, self._pulse)
        for outcome in scan.songs(songs):
            if self.waiting.note(outcome):
                self._lines.song(outcome)
            note_song(outcome)
            changed = changed or not outcome.at_rest
        gc.collect()  # or pipes of the workers that ended would stay open for hours
        return changed

    def _mark_gone(self, index: SongIndex, places: Sequence[Path], seen: frozenset[str]) -> bool:
        if self._stop.requested:
            return False
        lost = mark_vanished(index, places, roots=self._roots, seen=seen, stop=self._stop)
        for path in lost.gone:
            self._lines.missing(path)
        for path in lost.binned:
            self._lines.binned(path)
        self.waiting.forget((*lost.gone, *lost.binned))
        return bool(lost.gone or lost.binned)

    def _tidy(self, index: SongIndex, found: Walked) -> None:
        if self._tidying is None:
            self._tidying = Tidying(index.path)
        self._tidying.tidy(found.leftovers)

    def _tell_silent(self, silent: set[Path], places: Sequence[Path]) -> None:
        """Report what does not answer once, until it does; the next sweep asks again."""
        for place in sorted(silent - self.silent):
            self._lines.song(stalled(place))
        old = {p for p in self.silent if not any(p.is_relative_to(each) for each in places)}
        self.silent = old | silent

    def _tell_refused(self, found: Walked, places: Sequence[Path]) -> None:
        """Report each folder that cannot be listed once, until the reason changes."""
        now = dict(found.refused)
        for place, why in now.items():
            if self._refused.get(place) != why:
                self._lines.refused(place, why)
        for place in list(self._refused):
            if place not in now and any(place.is_relative_to(folder) for folder in places):
                del self._refused[place]
        self._refused |= now


def _stamps(
    index: SongIndex, places: Sequence[Path], songs: Sequence[Path]
) -> Callable[[str], Stamp | None]:
    """What the index knows of the songs, as a function from path to stamp; none of missing ones."""
    known = {
        path: stamp for place in places for path, stamp in index.stamps_under(str(place)).items()
    }
    singly = [str(song) for song in songs if str(song) not in known]
    known |= {song.path: song.stamp for song in index.statuses(singly) if not song.missing}
    return known.get
