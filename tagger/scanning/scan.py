"""Scan a list of songs: a stream of paths becomes a stream of outcomes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.logs.logger import debug
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.scanning.claims import Claims
from pacetag.tagger.scanning.commit import Commit
from pacetag.tagger.scanning.failures import Failures, broke_off
from pacetag.tagger.scanning.known import CachedAnalysis, Memory
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.probe import FileProbe, StretchedCopyError
from pacetag.tagger.scanning.probe_threads import ProbeResult, ProbeThreads
from pacetag.tagger.scanning.reasons import STRETCHED
from pacetag.tagger.tags.errors import ChangedMeanwhileError
from pacetag.tagger.workers.in_process import InProcess
from pacetag.tagger.workers.judging import AnalysisError, JudgeRef, without_path
from pacetag.tagger.workers.pool import JudgePool
from pacetag.tagger.workers.protocol import Done, Verdict, Workers
from pacetag.tagger.workers.timeouts import seconds_allowed

TICK = 1.0  # s between two checks of the clock

# A file that was probed (True), a song that was judged (False), or a request to stop (None).
_Event = tuple[Path, ProbeResult | Verdict, bool] | None

# Makes the workers of a scan, which call what they are given with each song and its verdict.
MakeWorkers = Callable[[JudgeRef, Done[Path]], Workers[Path]]


class Scan:
    """One run over songs. Only the thread that iterates touches the index and writes tags.

    Threads probe files (hashing releases the interpreter's lock) and workers judge them; both
    report to one queue. At most a few songs per worker are under way, so memory and loss stay
    small.
    """

    def __init__(
        self,
        index: SongIndex,
        judge: JudgeRef,
        options: ScanOptions,
        stop: Stop,
        pulse: Pulse | None = None,
        *,
        make_workers: MakeWorkers | None = None,
    ) -> None:
        """Without `make_workers`, processes of this machine judge."""
        self._index, self._stop, self._options = index, stop, options
        self._pulse = pulse or Pulse()
        self._memory = Memory(index, judge.bundle, options, stop)
        self._commit = Commit(index, judge.bundle, options)
        self._failures = Failures(index, judge.bundle)
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._workers = (make_workers or self._local)(judge, self._judged_event)
        self._probes = ProbeThreads(max(1, options.jobs), self._probed_event)
        self._probing: set[Path] = set()
        self._judging: dict[Path, FileProbe] = {}
        self._changed: set[Path] = set()  # songs that changed while they were judged
        self._claims = Claims(index.path)
        self._leaders: dict[str, list[Path]] = {}  # fingerprint in judgement -> songs that wait

    def songs(self, paths: Iterable[Path]) -> Iterator[SongOutcome]:
        """Yield each song's outcome as soon as it is stored, not in the order of the paths.

        Ends early when a stop is requested: songs in judgement are still stored. Raises what
        keeps every song from being judged (ModelError, JudgeLoadError) or stored (SongIndexError).
        """
        try:
            with self._stop.waking(partial(self._events.put, None)):
                for path in self._memory.ahead(paths):
                    self._pulse.beat()
                    while self._pulse.must_wait() and not self._stop.requested:
                        yield from self._next_event()
                    if self._stop.requested:
                        break
                    yield from self._begin(path)
                    while self._under_way >= 2 * self._workers.slots + 2:
                        yield from self._next_event()
                if self._stop.requested:
                    self._halt()
                while self._under_way:
                    yield from self._next_event()
        finally:
            self._probes.close()
            self._workers.close()
            self._claims.close()

    def _local(self, judge: JudgeRef, done: Done[Path]) -> Workers[Path]:
        if not self._options.jobs:
            return InProcess(judge, done=done)
        return JudgePool(judge, jobs=self._options.jobs, done=done)

    @property
    def _under_way(self) -> int:
        waiting = sum(len(followers) for followers in self._leaders.values())
        return len(self._probing) + len(self._judging) + len(self._claims) + waiting

    def _probed_event(self, path: Path, result: ProbeResult) -> None:
        self._events.put((path, result, True))

    def _judged_event(self, path: Path, verdict: Verdict) -> None:
        self._events.put((path, verdict, False))

    def _begin(self, path: Path) -> Iterator[SongOutcome]:
        """Settle a song from memory, or have it probed."""
        resting = self._memory.at_rest(path)
        if resting is not None:
            yield resting
            return
        try:
            now = stamp(path)
        except OSError as error:
            yield self._failures.unseen(path, error)
            return
        song = self._index.song(str(path))
        resting = self._memory.resting(song, now) if song is not None else None
        if resting is not None:
            yield resting
        else:
            self._submit(path, song, now)

    def _submit(self, path: Path, song: SongRecord | None, now: Stamp) -> None:
        known = song.fingerprint if song is not None and song.stamp == now else None
        self._probing.add(path)
        limit = seconds_allowed(None, now.size, nice=self._options.nice)
        self._probes.submit(path, now if known else None, known, limit=limit)

    def _next_event(self) -> Iterator[SongOutcome]:
        self._pulse.beat()
        try:
            event = self._events.get(timeout=TICK)
        except Empty:
            self._probes.time_out(tick=TICK)
            yield from self._come_free()
            return
        if event is None:
            self._halt()
            return
        path, news, probed = event
        if not probed:
            yield from self._judged(path, news)  # type: ignore[arg-type]
        elif path in self._probing:  # it is gone after a request to stop
            self._probing.remove(path)
            self._probes.settle(path)
            yield from self._probed(path, news)  # type: ignore[arg-type]

    def _probed(self, path: Path, probe: ProbeResult) -> Iterator[SongOutcome]:
        """Decide whether a song that was probed must be judged."""
        if isinstance(probe, StretchedCopyError):
            yield SongOutcome(path=str(path), outcome=Outcome.SKIPPED, reason=STRETCHED)
            return
        if isinstance(probe, Exception):
            yield self._failures.unprobed(path, probe)
            return
        known = self._memory.recall(probe)
        if known is not None:
            yield from self._store(probe, known)
        elif probe.fingerprint in self._leaders and not self._options.force:
            self._leaders[probe.fingerprint].append(path)
        else:
            self._leaders.setdefault(probe.fingerprint, [])
            if self._options.force:
                self._judge(probe)
            elif self._claims.take(probe.fingerprint):
                yield from self._claimed(probe)
            else:  # another process judges it, and then the index knows it
                self._claims.wait(probe, limit=2 * self._limit(probe))

    def _claimed(self, probe: FileProbe) -> Iterator[SongOutcome]:
        """Judge a song, unless another process did so before its sound could be claimed."""
        known = self._memory.recall(probe)
        if known is None:
            self._judge(probe)
            return
        yield from self._store(probe, known)
        yield from self._release(probe)

    def _release(self, probe: FileProbe) -> Iterator[SongOutcome]:
        """Give up the claim on a sound that is settled, and go on with what waited for it."""
        self._claims.free(probe.fingerprint)
        for follower in self._leaders.pop(probe.fingerprint, []):
            if not self._stop.requested:  # probed afresh: it may be the very same file
                yield from self._begin(follower)

    def _judge(self, probe: FileProbe) -> None:
        self._judging[probe.path] = probe
        self._workers.submit(probe.path, limit=self._limit(probe))

    def _come_free(self) -> Iterator[SongOutcome]:
        """Go on with songs whose sound another process has judged meanwhile, or given up."""
        for probe in self._claims.come_free():
            yield from self._claimed(probe)

    def _limit(self, probe: FileProbe) -> float:
        return seconds_allowed(probe.tags.duration, probe.stamp.size, nice=self._options.nice)

    def _judged(self, path: Path, verdict: Verdict) -> Iterator[SongOutcome]:
        if isinstance(verdict, Exception):
            raise verdict
        probe = self._judging.pop(path)
        if verdict is None:
            self._leaders.pop(probe.fingerprint, None)
            self._claims.free(probe.fingerprint)
            return
        if isinstance(verdict.result, AnalysisError):
            yield self._failures.unheard(probe, verdict.result)
        else:
            yield from self._store(probe, verdict.result)
        yield from self._release(probe)

    def _store(
        self, probe: FileProbe, analysis: Analysis | CachedAnalysis
    ) -> Iterator[SongOutcome]:
        """Commit a song; one that changed meanwhile is probed and judged once more."""
        try:
            outcome = self._commit.paces(probe, analysis, self._memory.origin(probe))
        except ChangedMeanwhileError as error:
            if probe.path not in self._changed and not self._stop.requested:
                self._changed.add(probe.path)
                yield from self._begin(probe.path)
                return
            reason = f"not tagged: {without_path(error, probe.path)}"
            outcome = self._failures.system_fault(str(probe.path), reason)
        except SongIndexError:
            raise
        except Exception as error:  # one song must never stop a library
            debug("scan", f"{probe.path}: storing it broke off", error=error)
            outcome = self._failures.system_fault(str(probe.path), broke_off("storing", error))
        yield outcome

    def _halt(self) -> None:
        """Give up songs that are not being judged; probes change nothing, so none is awaited."""
        self._leaders.clear()
        self._probing.clear()
        self._claims.clear()
        self._probes.close()
        self._workers.stop()
