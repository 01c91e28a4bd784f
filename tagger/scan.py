"""A list of songs through the whole flow, as a stream of outcomes."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.tagger.examine import Look, examine
from pacetag.tagger.library import stamp
from pacetag.tagger.memory import Known, Memory
from pacetag.tagger.options import ScanOptions
from pacetag.tagger.outcomes import Outcome, SongOutcome
from pacetag.tagger.patience import seconds_allowed
from pacetag.tagger.stopping import Stop, signals_held
from pacetag.tagger.storing import Storing
from pacetag.tagger.tags.errors import ChangedMeanwhileError, TagError
from pacetag.tagger.worker import Ear, Heard, Unheard, without_path
from pacetag.tagger.workers import JudgePool, Verdict

# A file that was looked into, a song that was judged, or the bell of `Stop`.
_Event = tuple[Path, Future[Look] | Verdict] | None


class Scan:
    """One run over songs. Only the thread that iterates touches the index and writes tags.

    Files are looked into by threads (hashing lets go of the interpreter) and judged by processes;
    both report to one queue. At most a few songs per worker are under way, so memory and loss
    stay small.
    """

    def __init__(self, index: SongIndex, ear: Ear, options: ScanOptions, stop: Stop) -> None:
        self._index, self._stop, self._options = index, stop, options
        self._memory = Memory(index, ear.bundle, options)
        self._storing = Storing(index, ear.bundle, options)
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._pool = JudgePool(ear, jobs=options.jobs, done=self._report)
        self._lookers = ThreadPoolExecutor(options.jobs, thread_name_prefix="look")
        self._looking: dict[Path, Future[Look]] = {}
        self._judging: dict[Path, Look] = {}
        self._changed: set[Path] = set()  # songs that somebody changed while they were judged
        self._leaders: dict[str, list[Path]] = {}  # fingerprint in judgement -> songs that wait

    def songs(self, paths: Iterable[Path]) -> Iterator[SongOutcome]:
        """Each song's outcome as soon as it is stored; not in the order of the paths.

        Ends early when a stop is requested: songs in judgement are still stored. Raises what
        keeps every song from being judged (ModelError, EarError) or stored (SongIndexError).
        """
        limit = 2 * self._options.jobs + 2
        try:
            with self._stop.ringing(partial(self._events.put, None)):
                for path in self._memory.ahead(paths):
                    if self._stop.requested:
                        break
                    yield from self._begin(path)
                    while self._under_way >= limit:
                        yield from self._next_event()
                if self._stop.requested:
                    self._halt()
                while self._under_way:
                    yield from self._next_event()
        finally:
            self._pool.close()
            self._lookers.shutdown(cancel_futures=True)

    @property
    def _under_way(self) -> int:
        waiting = sum(len(followers) for followers in self._leaders.values())
        return len(self._looking) + len(self._judging) + waiting

    def _report(self, path: Path, news: Future[Look] | Verdict) -> None:
        self._events.put((path, news))

    def _begin(self, path: Path) -> Iterator[SongOutcome]:
        """Settle a song from memory, or have it looked into."""
        resting = self._memory.at_rest(path)
        if resting is not None:
            yield resting
            return
        try:
            now = stamp(path)
        except OSError as error:
            yield _vanished(path, error)
            return
        song = self._index.song(str(path))
        resting = self._memory.resting(song, now) if song is not None else None
        if resting is not None:
            yield resting
        else:
            self._look(path, song, now)

    def _look(self, path: Path, song: SongRecord | None, now: Stamp) -> None:
        known = song.fingerprint if song is not None and song.stamp == now else None
        with signals_held():  # submitting is what starts the threads
            future = self._lookers.submit(examine, path, now if known else None, known)
        self._looking[path] = future
        future.add_done_callback(lambda finished: self._report(path, finished))

    def _next_event(self) -> Iterator[SongOutcome]:
        event = self._events.get()
        if event is None:
            self._halt()
            return
        path, news = event
        if isinstance(news, Future):
            del self._looking[path]
            yield from self._looked(path, news)
        else:
            yield from self._judged(path, news)

    def _looked(self, path: Path, future: "Future[Look]") -> Iterator[SongOutcome]:
        """Decide whether a song that was looked into must be judged."""
        if future.cancelled() or self._stop.requested:
            return
        try:
            look = future.result()
        except (TagError, OSError) as error:
            yield self._unreadable(path, error)
            return
        known = self._memory.recall(look)
        if known is not None:
            yield from self._store(look, known)
        elif look.fingerprint in self._leaders and not self._options.force:
            self._leaders[look.fingerprint].append(path)
        else:
            self._leaders.setdefault(look.fingerprint, [])
            self._judging[path] = look
            self._pool.submit(path, limit=self._limit(look))

    def _limit(self, look: Look) -> float:
        return seconds_allowed(look.tags.duration, look.stamp.size, nice=self._options.nice)

    def _judged(self, path: Path, verdict: Verdict) -> Iterator[SongOutcome]:
        if isinstance(verdict, Exception):
            raise verdict
        look = self._judging.pop(path)
        followers = self._leaders.pop(look.fingerprint, [])
        if verdict is None:
            return
        if isinstance(verdict, Unheard):
            yield self._storing.unheard(look, verdict)
        else:
            yield from self._store(look, verdict)
        for follower in followers:  # looked at afresh: it may be the very same file
            if not self._stop.requested:
                yield from self._begin(follower)

    def _store(self, look: Look, found: Heard | Known) -> Iterator[SongOutcome]:
        """Write and store a song; one that somebody changed meanwhile is looked at once more."""
        try:
            outcome = self._storing.paces(look, found, self._memory.origin(look))
        except ChangedMeanwhileError as error:
            if look.path not in self._changed and not self._stop.requested:
                self._changed.add(look.path)
                yield from self._begin(look.path)
                return
            reason = f"not tagged: {without_path(error, look.path)}"
            outcome = SongOutcome(path=str(look.path), outcome=Outcome.FAILED, reason=reason)
        yield outcome

    def _halt(self) -> None:
        """Give up what has not begun."""
        self._leaders.clear()
        for future in list(self._looking.values()):
            future.cancel()
        self._pool.stop()

    def _unreadable(self, path: Path, error: Exception) -> SongOutcome:
        try:
            now = stamp(path)
        except OSError as gone:
            return _vanished(path, gone)
        if isinstance(error, OSError):
            reason = f"cannot be read: {error.strerror or error}"
        else:
            reason = without_path(error, path)
        return self._storing.unreadable(str(path), now, reason)


def _vanished(path: Path, error: OSError) -> SongOutcome:
    """A song that cannot be found any more; where it is gone, the index says so at the end."""
    if isinstance(error, FileNotFoundError):
        reason = "went away during the scan"
        return SongOutcome(path=str(path), outcome=Outcome.SKIPPED, reason=reason)
    reason = f"cannot be looked at: {error.strerror or error}"
    return SongOutcome(path=str(path), outcome=Outcome.FAILED, reason=reason)
