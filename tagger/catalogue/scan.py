"""Scan a catalogue: a stream of listed songs becomes records and a stream of outcomes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.catalogue.songs import CatalogueSong, Known, SongResult, State
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.reasons import FAILED_BEFORE, TRIED_AGAIN
from pacetag.tagger.workers.judging import JudgeRef, WorkerReply
from pacetag.tagger.workers.protocol import Done, Verdict, Workers
from pacetag.tagger.workers.timeouts import seconds_allowed

AHEAD = 256  # songs that one question to the records covers
TICK = 1.0  # s between two looks at what waits to be written
DOWNLOAD = 300.0  # s more than a file of this machine gets, for a store that is slow

MakeWorkers = Callable[[JudgeRef, Done[str]], Workers[str]]


class Records(Protocol):
    """Where the results of a catalogue are kept; one process writes them."""

    def find(self, songs: Sequence[CatalogueSong]) -> list[Known | None]:
        """What is known of each song."""

    def add(self, result: SongResult, *, again: bool) -> None:
        """Record a song; `again`: there is a record of it, which this one replaces."""

    def tick(self) -> None:
        """Write what has waited long enough."""

    def close(self) -> None:
        """Write all that is left."""


@dataclass(frozen=True, kw_only=True)
class _UnderWay:
    """A song that is being judged."""

    song: CatalogueSong
    again: bool  # there is a record of it


class CatalogueScan:
    """One run over listed songs. Only the thread that iterates touches the records.

    At most two songs a slot are under way, and the listing is read no faster than they end.
    """

    def __init__(
        self,
        records: Records,
        judge: JudgeRef,
        options: ScanOptions,
        stop: Stop,
        *,
        make_workers: MakeWorkers,
    ) -> None:
        self._records, self._bundle, self._options, self._stop = (
            records,
            judge.bundle,
            options,
            stop,
        )
        self._events: SimpleQueue[tuple[str, Verdict] | None] = SimpleQueue()
        self._workers = make_workers(judge, lambda url, verdict: self._events.put((url, verdict)))
        self._under_way: dict[str, _UnderWay] = {}

    def songs(self, listed: Iterable[CatalogueSong]) -> Iterator[SongOutcome]:
        """Yield each song's outcome, not in the order of the listing.

        Ends early when a stop is requested: songs that are being judged are still recorded. Raises
        TaggerError or SongIndexError where the scan cannot go on; what was judged is recorded then.
        """
        broken: TaggerError | None = None
        try:
            with self._stop.waking(lambda: self._events.put(None)):
                try:
                    for part in _parts(listed):
                        yield from self._begin(part)
                        if self._stop.requested:
                            break
                except TaggerError as error:  # of the listing; what it named so far is finished
                    if not self._under_way:
                        raise
                    broken = error
                while self._under_way:
                    yield from self._next()
                if broken is not None:
                    raise broken
        finally:
            try:
                self._workers.close()
            finally:
                self._records.close()

    def _begin(self, part: Sequence[CatalogueSong]) -> Iterator[SongOutcome]:
        """Settle songs that are recorded, and have the others judged."""
        named: set[str] = set()
        for song, known in zip(part, self._records.find(part), strict=True):
            if song.url in named or song.url in self._under_way:  # a manifest may name it twice
                continue
            named.add(song.url)
            resting = None if known is None else self._resting(song, known)
            if resting is not None:
                yield resting
                continue
            while len(self._under_way) >= 2 * self._workers.slots + 2:
                yield from self._next()
            if self._stop.requested:
                return
            self._under_way[song.url] = _UnderWay(song=song, again=known is not None)
            limit = DOWNLOAD + seconds_allowed(None, song.size or 0, nice=self._options.nice)
            self._workers.submit(song.url, limit=limit)

    def _resting(self, song: CatalogueSong, known: Known) -> SongOutcome | None:
        """The outcome of a song that is recorded; None where it must be judged again."""
        options = self._options
        changed = song.version is not None and song.version != known.version
        if options.force or changed or not known.network or known.state is State.AGAIN:
            return None
        if known.state is State.JUDGED:
            return SongOutcome(path=song.url, outcome=Outcome.UNCHANGED, at_rest=True)
        if options.retry:
            return None
        outcome = Outcome.SKIPPED if options.ignore_failed else Outcome.FAILED
        reason = f"failed before ({FAILED_BEFORE})"
        return SongOutcome(path=song.url, outcome=outcome, reason=reason, at_rest=True)

    def _next(self) -> Iterator[SongOutcome]:
        """Wait for a song, and record it."""
        try:
            event = self._events.get(timeout=TICK)
        except Empty:
            self._records.tick()
            return
        if event is None:
            self._workers.stop()
            return
        url, verdict = event
        if isinstance(verdict, Exception):
            raise verdict
        job = self._under_way.pop(url)
        if verdict is not None:
            yield self._recorded(job, verdict)

    def _recorded(self, job: _UnderWay, reply: WorkerReply) -> SongOutcome:
        result = SongResult(song=job.song, bundle=self._bundle, reply=reply)
        self._records.add(result, again=job.again)
        found, error = result.analysis, result.error
        if found is not None:
            return SongOutcome(
                path=job.song.url,
                outcome=Outcome.UNCHANGED,
                paces=found.paces,
                tempo_segments=found.tempo_segments,
                analysed=True,
            )
        if error is None:
            raise TypeError(f"{job.song.url}: neither an analysis nor an error")
        return SongOutcome(
            path=job.song.url,
            outcome=Outcome.SKIPPED if error.too_short else Outcome.FAILED,
            reason=f"{error.reason} ({TRIED_AGAIN})" if error.system_fault else error.reason,
            too_short=error.too_short,
            analysed=True,
            may_pass=error.system_fault,
        )


def _parts(listed: Iterable[CatalogueSong]) -> Iterator[list[CatalogueSong]]:
    """The listed songs, `AHEAD` at a time; also those before an error of the listing."""
    part: list[CatalogueSong] = []
    try:
        for song in listed:
            part.append(song)
            if len(part) == AHEAD:
                yield part
                part = []
    except TaggerError:
        yield part
        raise
    yield part
