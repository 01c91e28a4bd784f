"""Commit a song: write its tags, then its index row."""

from dataclasses import dataclass, replace
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord, counting_paces
from pacetag.db.runs import TagChange, TagState
from pacetag.db.write_log import NOTHING
from pacetag.model.judgement import Analysis
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.scanning.known import CachedAnalysis, Origin
from pacetag.tagger.scanning.listener import Word, said_opinion, word_of
from pacetag.tagger.scanning.noted_write import TaggingRun
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.reasons import (
    NO_TAGS,
    NOT_TAGGED,
    TRIED_AGAIN,
    UNDONE,
    not_written,
    segments_text,
)
from pacetag.tagger.scanning.song_records import record_of
from pacetag.tagger.scanning.song_writes import SongWrites, writes_of
from pacetag.tagger.scanning.wanted_tags import (
    Fields,
    differing,
    present_fields,
    values_to_restore,
    wanted_fields,
)
from pacetag.tagger.tags.changes import FieldChange, field_changes
from pacetag.tagger.tags.errors import (
    ChangedMeanwhileError,
    ObstacleError,
    TagError,
    UnreadableError,
)
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.safety.replace import CHANGED
from pacetag.tagger.workers.judging import without_path


@dataclass(frozen=True, kw_only=True)
class _Marked:
    """What happened to the file's tags."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    untagged: str | None = None  # why they do not carry its paces, if they should and do not
    written: bool = False
    may_pass: bool = False  # what kept them from being written
    changes: tuple[FieldChange, ...] = ()


class Commit:
    """Commits the songs of one scan."""

    def __init__(self, index: SongIndex, bundle: str, options: ScanOptions) -> None:
        self._index, self._bundle, self._options = index, bundle, options
        self._run = TaggingRun(index, "watch" if options.watching else "scan")

    def paces(
        self, probe: FileProbe, found: Analysis | CachedAnalysis, origin: Origin
    ) -> SongOutcome:
        """Commit a song whose paces are known.

        Raises ChangedMeanwhileError where the file is no longer what was probed: nothing was
        written then, and it must be probed again.
        """
        cached = found if isinstance(found, CachedAnalysis) else None
        analysis = found.analysis if isinstance(found, CachedAnalysis) else found
        with index_lock(self._index.path):
            _refuse_if_changed(probe)
            word = word_of(probe, analysis.paces, self._index, origin.moved_from)
            record = record_of(probe, analysis, word, self._bundle)
            self._learn(probe, word)
            marked = self._mark(probe, analysis, record, origin, word)
        known = cached.reason if cached is not None else None
        reasons = (known, segments_text(analysis.tempo_segments), *marked.reasons, marked.untagged)
        return SongOutcome(
            path=record.path,
            outcome=marked.outcome,
            paces=counting_paces(analysis.paces, word.paces),
            reason="; ".join(filter(None, reasons)) or None,
            untagged=marked.untagged,
            tempo_segments=analysis.tempo_segments,
            word="; ".join(word.reasons) or None,
            analysed=cached is None,
            written=marked.written,
            may_pass=marked.may_pass,
            changes=marked.changes,
        )

    def _learn(self, probe: FileProbe, word: Word) -> None:
        """Take an opinion over from the tags, where the index was lost or never had it."""
        listening = self._index.listening
        if word.opinion is not None and listening.opinion(probe.fingerprint) is None:
            listening.say(said_opinion(probe, word.opinion))

    def _mark(
        self,
        probe: FileProbe,
        analysis: Analysis,
        record: SongRecord,
        origin: Origin,
        word: Word,
    ) -> _Marked:
        """Write the tags that differ and store the record."""
        moved_from = origin.moved_from
        wanted = wanted_fields(
            probe, analysis, bundle=self._bundle, options=self._options, word=word
        )
        lacking = {} if word.cleared else differing(probe, wanted)
        refusal = not_written(probe, lacking)
        record = replace(record, untagged=refusal or word.untagged)
        if not self._options.tags:
            self._index.store(record, moved_from=moved_from)
            return _Marked(outcome=Outcome.UNCHANGED, reasons=(NO_TAGS,))
        if refusal is not None:
            return self._only_index(probe, lacking, record, moved_from)
        if word.cleared:
            self._index.store(record, moved_from=moved_from)
            return _Marked(outcome=Outcome.UNCHANGED, untagged=record.untagged)
        present = present_fields(probe)
        known = writes_of(probe, self._index)
        if known.stale:
            self._index.writes.disown(known.stale)
        before = TagChange(old=values_to_restore(probe, wanted, origin.old_tags), new=present)
        if not lacking:
            seen = NOTHING if known.writes else before
            self._index.store(record, found=seen, moved_from=moved_from, file=probe.file)
            reasons = word.reasons
            return _Marked(outcome=Outcome.UNCHANGED, reasons=reasons, untagged=record.untagged)
        if self._options.watching and self._was_undone(record, known, moved_from):
            self._index.store(replace(record, untagged=UNDONE), moved_from=moved_from)
            return _Marked(outcome=Outcome.UNCHANGED, untagged=UNDONE)
        changes = field_changes(present, lacking)
        if self._options.dry_run:
            self._index.store(record, moved_from=moved_from)
            return _Marked(
                outcome=Outcome.TAGGED,
                reasons=("would be written", *word.reasons),
                untagged=record.untagged,
                changes=changes,
            )
        came_with_tags = probe.pacetag is not None and not known.writes
        marked = self._write(probe, lacking, record, before if came_with_tags else None, moved_from)
        return replace(marked, reasons=word.reasons, changes=changes)

    def _only_index(
        self, probe: FileProbe, lacking: Fields, record: SongRecord, moved_from: str | None
    ) -> _Marked:
        """Store a song whose file must not be written."""
        # The kind of a file stays the same until the file changes; permissions may not.
        seen_to = None if probe.tags.forbidden else NOTHING
        self._index.store(record, found=seen_to, moved_from=moved_from, file=probe.file)
        if probe.tags.forbidden:
            self._want(probe, lacking)
        return _Marked(outcome=Outcome.UNCHANGED, untagged=record.untagged)

    def _want(self, probe: FileProbe, lacking: Fields) -> None:
        """Note what the tags of a song that was settled before lack, for a later scan to write."""
        path, fingerprint, log = str(probe.path), probe.fingerprint, self._index.writes
        if log.state(path, fingerprint) is TagState.SEEN_TO:
            self._run.note(probe, TagChange(old=held_fields(probe.path, lacking), new=lacking))

    def _was_undone(self, record: SongRecord, known: SongWrites, moved_from: str | None) -> bool:
        """Whether pacetag's tags in this song were undone."""
        if known.writes or moved_from is None:
            return known.is_undone
        state = self._index.writes.state(moved_from, record.fingerprint or "")
        return state is TagState.UNDONE

    def _write(
        self,
        probe: FileProbe,
        lacking: Fields,
        record: SongRecord,
        found: TagChange | None,
        moved_from: str | None,
    ) -> _Marked:
        """Write the tags and store the record; a failure is stored as the reason for no tags."""
        known = moved_from and self._index.writes.history(moved_from, probe.fingerprint)
        try:
            written = self._run.write_and_store(
                probe,
                held_fields(probe.path, lacking),
                lacking,
                record,
                moved_from=moved_from,
                found=None if known else found,
            )
        except ChangedMeanwhileError:
            raise
        except (TagError, OSError) as error:
            return self._refused(error, record, moved_from)
        outcome = Outcome.TAGGED if written.changed else Outcome.UNCHANGED
        return _Marked(outcome=outcome, untagged=record.untagged, written=written.changed)

    def _refused(self, error: Exception, record: SongRecord, moved_from: str | None) -> _Marked:
        """Store a song that could not be written; one that met an obstacle is looked at again."""
        may_pass = isinstance(error, ObstacleError | UnreadableError | OSError)
        reason = NOT_TAGGED + without_path(error, Path(record.path))
        if may_pass:
            reason = f"{reason} ({TRIED_AGAIN})"
        stamp = NEVER if may_pass else record.stamp
        self._index.store(replace(record, stamp=stamp, untagged=reason), moved_from=moved_from)
        return _Marked(outcome=Outcome.FAILED, untagged=reason, may_pass=may_pass)


def _refuse_if_changed(probe: FileProbe) -> None:
    """Raise ChangedMeanwhileError where the file is no longer what was probed."""
    try:
        now = stamp(probe.path)
    except OSError:  # the next step that touches it says why
        return
    if now != probe.stamp:
        raise ChangedMeanwhileError(probe.path, CHANGED)
