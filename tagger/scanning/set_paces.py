"""Set the paces of songs by hand, in their tags and in the index."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.db.runs import TagChange
from pacetag.db.write_log import NOTHING
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.scanning.listener import Word, known_song, opinion_of
from pacetag.tagger.scanning.moved import lay_before
from pacetag.tagger.scanning.noted_write import SET, TaggingRun
from pacetag.tagger.scanning.options import PaceValues, TagOptions
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.scanning.reasons import indexed_only
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
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.history import was_tagged
from pacetag.tagger.workers.judging import without_path

WOULD_BE = "would be written (dry run)"
JUDGED_NEXT = "the next `pacetag scan` judges it"
NO_PACES: Fields = {"pace": [], "pacetag": []}


class Setting(StrEnum):
    """What happened to a song."""

    SET = "set"  # it has these paces now, or would have in a dry run
    UNCHANGED = "unchanged"  # it had them already
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SetOutcome:
    """One song after its paces were set."""

    path: str  # absolute
    outcome: Setting
    paces: tuple[Pace, ...] = ()  # that count now
    listener: bool = True  # they are a person's, and not the network's
    reason: str | None = None  # a clause for a person; None where there is nothing to say
    changes: tuple[FieldChange, ...] = ()  # to its tags: were made, or would be


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is known of one file, and what it should hold."""

    probe: FileProbe
    word: Word
    song: SongRecord | None  # what the index knew of it
    known: SongWrites
    moved_from: str | None  # where the index knew it
    record: SongRecord  # what the index is to know
    wanted: Fields
    lacking: Fields  # those of them that differ

    @property
    def judged_next(self) -> bool:
        """Whether the network's paces count from now on but are not known yet."""
        return self.word.paces is None and self.record.bundle is None

    @property
    def found(self) -> TagChange | None:
        """What a file that came with pacetag's tags held before them; None if the log knows it."""
        if self.known.writes or self.moved_from or self.probe.pacetag is None:
            return None
        old = values_to_restore(self.probe, self.wanted, None)
        return TagChange(old=old, new=present_fields(self.probe))


class PaceSetter:
    """Sets the paces of songs, as one run that can be undone."""

    def __init__(
        self, index: SongIndex, *, dry_run: bool = False, form: PaceValues = PaceValues.KEEP
    ) -> None:
        """`form`: how several paces are to stand in PACE."""
        self._index, self._dry_run = index, dry_run
        self._options = TagOptions(pace_values=form)
        self._run = TaggingRun(index, SET)

    def song(self, path: Path, paces: tuple[float, ...] | None) -> SetOutcome:
        """Set these paces, or no paces, or (None) the network's. Raises SongIndexError only.

        Where tags cannot be written the index alone has them. The network is not asked: a song
        that it has not judged yet is judged by the next scan.
        """
        with index_lock(self._index.path):
            try:
                return self._song(path, paces)
            except (TagError, OSError) as error:
                reason = without_path(error, path)
        return SetOutcome(path=str(path), outcome=Setting.FAILED, reason=reason)

    def _song(self, path: Path, paces: tuple[float, ...] | None) -> SetOutcome:
        song = self._index.song(str(path))
        known = (song.stamp, song.fingerprint) if song is not None else ()
        probe = examine(path, *known)
        plan = self._plan(probe, Word(paces=paces, opinion=opinion_of(probe, self._index)))
        if plan.probe.tags.writable:
            return self._into_tags(plan)
        self._into_index(plan)
        return _outcome(plan, indexed_only(plan.probe.tags.why_not or "tags are not written"))

    def _plan(self, probe: FileProbe, word: Word) -> _Plan:
        known = writes_of(probe, self._index)
        moved_from = moved_from_where(probe, known, self._index)
        song = known_song(probe, self._index, moved_from)
        bundle, judged = judged_before(probe, song)
        record = record_of(probe, judged, word, bundle)
        wanted = dict(NO_PACES)
        if word.paces is not None or bundle is not None:
            wanted = wanted_fields(probe, judged, bundle=bundle, options=self._options, word=word)
        return _Plan(
            probe=probe,
            word=word,
            song=song,
            known=known,
            moved_from=moved_from,
            record=record,
            wanted=wanted,
            lacking=differing(probe, wanted),
        )

    def _into_tags(self, plan: _Plan) -> SetOutcome:
        if plan.known.stale:
            self._index.writes.disown(plan.known.stale)
        # Tags that were cleared stay so until the log says that pacetag has given them up, too.
        given_up = plan.judged_next and was_tagged(plan.known.writes)
        if not plan.lacking and not given_up:
            return self._as_it_is(plan)
        held = held_fields(plan.probe.path, plan.lacking or plan.wanted)
        if not self._dry_run:
            self._run.write_and_store(
                plan.probe,
                held,
                {name: plan.wanted[name] for name in held},
                plan.record,
                moved_from=plan.moved_from,
                found=plan.found,
            )
        changes = field_changes(held, plan.lacking)
        return replace(_outcome(plan, WOULD_BE if self._dry_run else None), changes=changes)

    def _as_it_is(self, plan: _Plan) -> SetOutcome:
        """Store a song whose tags are right already."""
        same = plan.song is not None and plan.song.listener == plan.word.paces
        if not (plan.judged_next and plan.song is None):
            seen = NOTHING if plan.known.writes else plan.found
            self._index.store(
                plan.record, found=seen, moved_from=plan.moved_from, file=plan.probe.file
            )
        return replace(_outcome(plan), outcome=Setting.UNCHANGED if same else Setting.SET)

    def _into_index(self, plan: _Plan) -> None:
        """Store it in the index alone; note what the tags lack if they may be writable later."""
        probe = plan.probe
        if probe.tags.forbidden and plan.lacking and not self._dry_run:
            held = held_fields(probe.path, plan.lacking)
            self._run.note(probe, TagChange(old=held, new=plan.lacking))
        seen_to = None if probe.tags.forbidden else NOTHING
        self._index.store(
            plan.record, found=seen_to, moved_from=plan.moved_from, file=plan.probe.file
        )


def moved_from_where(probe: FileProbe, known: SongWrites, index: SongIndex) -> str | None:
    """Where the index knew a file that was moved; None for one that was not."""
    path = str(probe.path)
    if known_song(probe, index) or any(write.path == path for write in known.writes):
        return None
    return next(iter(known.gone), None) if known.writes else lay_before(probe, index)


def judged_before(probe: FileProbe, song: SongRecord | None) -> tuple[str | None, Analysis]:
    """The bundle and the network's analysis, from the index or else from the tags."""
    if song is not None and song.failure is None and (song.listener is None or song.analysis.paces):
        known = song.analysis
        return song.bundle, known if song.bundle is not None else replace(known, paces=())
    note = probe.pacetag
    if note is None or note.fingerprint != probe.fingerprint:
        return None, Analysis(paces=(), duration=None)
    return note.bundle, note.analysis.with_duration(probe.tags.duration)


def _outcome(plan: _Plan, reason: str | None = None) -> SetOutcome:
    clauses = (reason, JUDGED_NEXT if plan.judged_next else None)
    return SetOutcome(
        path=plan.record.path,
        outcome=Setting.SET,
        paces=plan.record.paces,
        listener=plan.word.paces is not None,
        reason="; ".join(filter(None, clauses)) or None,
    )
