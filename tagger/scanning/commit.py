"""The end of a song's way: tags into the file, then everything into the index."""

from dataclasses import dataclass, replace

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, counting_paces
from pacetag.db.runs import TagChange, TagState
from pacetag.db.write_log import NOTHING
from pacetag.model.judgement import Analysis
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.scanning.known import CachedAnalysis, Origin
from pacetag.tagger.scanning.listener import Word, word_of
from pacetag.tagger.scanning.noted_write import TaggingRun
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.reasons import NO_TAGS, NOT_TAGGED, UNDONE, changes_text, not_written
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
from pacetag.tagger.tags.errors import ChangedMeanwhileError, TagError
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.safety.replace import CHANGED
from pacetag.tagger.workers.judging import without_path


@dataclass(frozen=True, kw_only=True)
class _Marked:
    """What became of the file's tags."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    untagged: str | None = None  # why they do not carry its paces, if they should and do not
    written: bool = False
    changes: tuple[FieldChange, ...] = ()


class Commit:
    """Writes songs into their files and into the index, for one scan."""

    def __init__(self, index: SongIndex, bundle: str, options: ScanOptions) -> None:
        self._index, self._bundle, self._options = index, bundle, options
        self._run = TaggingRun(index, "watch" if options.watching else "scan")

    def paces(
        self, look: FileProbe, found: Analysis | CachedAnalysis, origin: Origin
    ) -> SongOutcome:
        """Store a song of which the paces are known.

        Raises ChangedMeanwhileError where the file is not what was looked at any more: nothing was
        written then, and it must be looked at again.
        """
        cached = found if isinstance(found, CachedAnalysis) else None
        analysis = found.analysis if isinstance(found, CachedAnalysis) else found
        with index_lock(self._index.path):
            _refuse_if_changed(look)
            word = word_of(look, analysis.paces, self._index, origin.moved_from)
            record = record_of(look, analysis, word, self._bundle)
            marked = self._mark(look, analysis, record, origin, word)
        known = cached.reason if cached is not None else None
        reasons = (known, changes_text(analysis.tempo_segments), *marked.reasons, marked.untagged)
        return SongOutcome(
            path=record.path,
            outcome=marked.outcome,
            paces=counting_paces(analysis.paces, word.paces),
            reason="; ".join(filter(None, reasons)) or None,
            untagged=marked.untagged,
            tempos=analysis.tempo_segments,
            word="; ".join(word.reasons) or None,
            analysed=cached is None,
            written=marked.written,
            changes=marked.changes,
        )

    def _mark(
        self,
        look: FileProbe,
        analysis: Analysis,
        record: SongRecord,
        origin: Origin,
        word: Word,
    ) -> _Marked:
        """Write what differs and store the record."""
        moved_from = origin.moved_from
        bundle, bpm = self._bundle, self._options.bpm
        wanted = wanted_fields(look, analysis, bundle=bundle, bpm=bpm, word=word)
        lacking = {} if word.cleared else differing(look, wanted)
        refusal = not_written(look, lacking)
        record = replace(record, untagged=refusal or word.untagged)
        if not self._options.tags:
            self._index.store(record, moved_from=moved_from)
            return _Marked(outcome=Outcome.UNCHANGED, reasons=(NO_TAGS,))
        if refusal is not None:
            return self._only_index(look, lacking, record, moved_from)
        if word.cleared:
            self._index.store(record, moved_from=moved_from)
            return _Marked(outcome=Outcome.UNCHANGED, untagged=record.untagged)
        present = present_fields(look)
        known = writes_of(look, self._index)
        if known.stale:
            self._index.writes.disown(known.stale)
        before = TagChange(old=values_to_restore(look, wanted, origin.old_tags), new=present)
        if not lacking:
            seen = NOTHING if known.writes else before
            self._index.store(record, found=seen, moved_from=moved_from, file=look.file)
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
        came_with_tags = look.pacetag is not None and not known.writes
        marked = self._write(look, lacking, record, before if came_with_tags else None, moved_from)
        return replace(marked, reasons=word.reasons, changes=changes)

    def _only_index(
        self, look: FileProbe, lacking: Fields, record: SongRecord, moved_from: str | None
    ) -> _Marked:
        """Store a song of which the file must not be written."""
        # What the file is stays so until it changes; what is allowed does not.
        seen_to = None if look.tags.forbidden else NOTHING
        self._index.store(record, found=seen_to, moved_from=moved_from, file=look.file)
        if look.tags.forbidden:
            self._want(look, lacking)
        return _Marked(outcome=Outcome.UNCHANGED, untagged=record.untagged)

    def _want(self, look: FileProbe, lacking: Fields) -> None:
        """Note what the tags of a song lack that was seen to before, so that it still gets it."""
        path, fingerprint, log = str(look.path), look.fingerprint, self._index.writes
        if log.state(path, fingerprint) is TagState.SEEN_TO:
            self._run.note(look, TagChange(old=held_fields(look.path, lacking), new=lacking))

    def _was_undone(self, record: SongRecord, known: SongWrites, moved_from: str | None) -> bool:
        """Whether somebody took back what pacetag wrote into this song."""
        if known.writes or moved_from is None:
            return known.is_undone
        state = self._index.writes.state(moved_from, record.fingerprint or "")
        return state is TagState.UNDONE

    def _write(
        self,
        look: FileProbe,
        lacking: Fields,
        record: SongRecord,
        found: TagChange | None,
        moved_from: str | None,
    ) -> _Marked:
        """Write the tags and store the record; a failure is stored as the reason for no tags."""
        known = moved_from and self._index.writes.history(moved_from, look.fingerprint)
        try:
            written = self._run.write_and_store(
                look,
                held_fields(look.path, lacking),
                lacking,
                record,
                moved_from=moved_from,
                found=None if known else found,
            )
        except ChangedMeanwhileError:
            raise
        except (TagError, OSError) as error:
            reason = NOT_TAGGED + without_path(error, look.path)
            self._index.store(replace(record, untagged=reason), moved_from=moved_from)
            return _Marked(outcome=Outcome.FAILED, untagged=reason)
        outcome = Outcome.TAGGED if written.changed else Outcome.UNCHANGED
        return _Marked(outcome=outcome, untagged=record.untagged, written=written.changed)


def _refuse_if_changed(look: FileProbe) -> None:
    """Raise ChangedMeanwhileError where the file is not what was looked at any more."""
    try:
        now = stamp(look.path)
    except OSError:  # whoever has to touch it will say so
        return
    if now != look.stamp:
        raise ChangedMeanwhileError(look.path, CHANGED)
