"""Find earlier analyses in the index and in songs' tags, so that no song is judged twice."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, SongStatus, Stamp
from pacetag.db.runs import TagState
from pacetag.model.judgement import Analysis
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.stalls import NO_ANSWER, Asking
from pacetag.tagger.library.walk import is_gone, stamp
from pacetag.tagger.scanning.moved import lay_before
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.reasons import FAILED_BEFORE, TRIED_AGAIN, indexed_only, is_failure
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.scanning.wanted_tags import present_fields
from pacetag.tagger.tags.history import before_copied
from pacetag.tagger.tags.writable import forbidden

AHEAD = 256  # songs that one query of the index covers


@dataclass(frozen=True, kw_only=True)
class CachedAnalysis:
    """An earlier analysis of a song, and where it was found."""

    analysis: Analysis
    reason: str | None  # where it was found, for the user; None: at the song's own place


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a file comes from, as far as the index can tell."""

    moved_from: str | None = None  # a path that is gone; its record moves along
    old_tags: Mapping[str, list[str]] | None = None  # of the song that this one is a copy of


class Memory:
    """The index's knowledge of songs, for one scan."""

    def __init__(
        self, index: SongIndex, bundle: str, options: ScanOptions, stop: Stop | None = None
    ) -> None:
        self._index, self._bundle, self._options = index, bundle, options
        self._ahead: dict[str, SongStatus] = {}  # the status of the songs that come next
        self._stalled: set[Path] = set()  # those among them whose file system does not answer
        self._asking = Asking(stop)

    def ahead(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield the paths; query the index for the next ones before `at_rest` needs them."""
        coming = iter(paths)
        while part := list(islice(coming, AHEAD)):
            found = self._index.statuses([str(path) for path in part])
            self._ahead = {song.path: song for song in found}
            self._stalled = self._asking.stalled(part)
            yield from part
        self._ahead = {}
        self._stalled = set()

    def at_rest(self, path: Path) -> SongOutcome | None:
        """The outcome of a song whose file is as it was when it was last handled.

        It rests on the index's answer of a moment ago. None, for any other song, means that the
        index must be asked again.
        """
        if self._stalled and path in self._stalled:
            return stalled(path)
        song = self._ahead.get(str(path))
        if song is None or song.missing:
            return None
        try:
            now = stamp(path)
        except OSError:
            return None
        return self._rest(song, now, lambda: song.tags)

    def resting(self, song: SongRecord, stamp: Stamp) -> SongOutcome | None:
        """The outcome of a song whose file need not be probed; None for any other."""
        rest = self._rest(song, stamp, lambda: self._state(song))
        if rest is not None and song.missing:
            self._index.store(replace(song, missing=False))
        return rest

    def _rest(
        self, song: SongRecord | SongStatus, stamp: Stamp, state: Callable[[], TagState]
    ) -> SongOutcome | None:
        """As `resting`; `state` returns whether its tags were handled, so that undo knows them."""
        if self._options.force or song.stamp != stamp or song.bundle != self._bundle:
            return None
        failure = song.failure or self._overlooked(song)
        if failure is not None and self._options.retry:
            return None
        if failure is not None:
            overlooked = song.too_short or self._options.ignore_failed
            outcome = Outcome.SKIPPED if overlooked else Outcome.FAILED
            reason = f"{failure} ({FAILED_BEFORE})"
            return SongOutcome(
                path=song.path,
                outcome=outcome,
                reason=reason,
                too_short=song.too_short,
                at_rest=True,
            )
        if song.year is None:  # an earlier pacetag did not read it
            return None
        untagged = song.untagged if self._options.tags else None
        if self._options.tags and not self._seen_to(state):
            untagged = _refused(song.path)
            if untagged is None:
                return None
        reasons = ("is back" if song.missing else None, untagged)
        return SongOutcome(
            path=song.path,
            outcome=Outcome.UNCHANGED,
            paces=song.paces,
            reason="; ".join(filter(None, reasons)) or None,
            untagged=untagged,
            at_rest=True,
        )

    def _overlooked(self, song: SongRecord | SongStatus) -> str | None:
        """Why its tags could not be written, where --ignore-failed passes over such songs."""
        if not (self._options.ignore_failed and self._options.tags) or song.untagged is None:
            return None
        return song.untagged if is_failure(song.untagged) else None

    def _seen_to(self, state: Callable[[], TagState]) -> bool:
        """Whether its tags need not be read."""
        if self._options.watching and state() is TagState.UNDONE:
            return True
        return not self._options.may_differ and state() is TagState.SEEN_TO

    def _state(self, song: SongRecord) -> TagState:
        if song.fingerprint is None:
            return TagState.UNSEEN
        return self._index.writes.state(song.path, song.fingerprint)

    def recall(self, probe: FileProbe) -> CachedAnalysis | None:
        """An earlier analysis of the same fingerprint by the same network, or None."""
        if self._options.force:
            return None
        path = str(probe.path)
        song = self._same_audio(probe)
        if song is not None and (song.listener is None or song.analysis.paces):
            reason = None if song.path == path else _kinship(song)
            return CachedAnalysis(analysis=song.analysis, reason=reason)
        note = probe.pacetag
        if note is None or note.bundle != self._bundle or note.fingerprint != probe.fingerprint:
            return None
        analysis = note.analysis.with_duration(probe.tags.duration)
        return CachedAnalysis(analysis=analysis, reason="paces taken over from its tags")

    def origin(self, probe: FileProbe) -> Origin:
        """Whether the file was moved or copied, and which tags `undo` would restore in a copy."""
        path = str(probe.path)
        source = self._same_audio(probe)
        known = writes_of(probe, self._index)
        stayed = source is not None and source.path == path
        here = any(write.path == path for write in known.writes)
        if here or (stayed and probe.pacetag is None):
            return Origin()
        if known.writes:
            return Origin(moved_from=next(iter(known.gone), None))
        judged_at = source.path if source is not None else None
        moved_from = lay_before(probe, self._index, judged_at)
        if moved_from is not None:
            return Origin(moved_from=moved_from)
        return Origin(old_tags=self._elsewhere(probe) if probe.pacetag is not None else None)

    def _elsewhere(self, probe: FileProbe) -> Mapping[str, list[str]] | None:
        """The tags before pacetag wrote them into a file with the same fingerprint elsewhere.

        For instance at the path that it had before two songs swapped their names.
        """
        log, fingerprint = self._index.writes, probe.fingerprint
        paths = log.paths_by_fingerprint(fingerprint)
        histories = (log.history(path, fingerprint) for path in paths)
        return before_copied(histories, present_fields(probe)) or None

    def _same_audio(self, probe: FileProbe) -> SongRecord | None:
        own = self._index.song(str(probe.path))
        if (
            own is not None
            and own.failure is None
            and (own.fingerprint, own.bundle) == (probe.fingerprint, self._bundle)
        ):
            return own
        return self._index.by_fingerprint(probe.fingerprint, self._bundle)


def stalled(path: Path) -> SongOutcome:
    """The outcome of a song whose file system does not answer; the index does not note it."""
    reason = f"{NO_ANSWER}; {TRIED_AGAIN}"
    return SongOutcome(path=str(path), outcome=Outcome.FAILED, reason=reason, may_pass=True)


def _refused(path: str) -> str | None:
    """Why the file of a song that lacks its tags cannot be written now; it is not read."""
    try:
        reason = forbidden(Path(path))
    except OSError:
        return None
    return None if reason is None else indexed_only(reason)


def permitted_again(
    index: SongIndex, places: Iterable[Path], *, among: Iterable[Path]
) -> list[Path]:
    """The songs at or below the places whose files could not be written before, and now can.

    Their stamps may be the same, as after their disk was mounted for reading only. Only songs that
    are `among` the given ones are looked at.
    """
    noted = [song for place in places for song in index.noted_under(str(place))]
    barred = {song.path for song in noted if (song.untagged or "").startswith(indexed_only(""))}
    return [song for song in among if str(song) in barred and _refused(str(song)) is None]


def _kinship(song: SongRecord) -> str:
    if is_gone(song.path):
        return f"moved from {song.path}"
    return f"same audio as {Path(song.path).name}"
