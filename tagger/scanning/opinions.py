"""What a person says of songs, in their tags and in the index."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, Opinion
from pacetag.db.runs import TagChange
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.scanning.listener import known_song, opinion_of, said_opinion, word_of
from pacetag.tagger.scanning.noted_write import TaggingRun
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.scanning.reasons import indexed_only
from pacetag.tagger.scanning.set_paces import judged_before, moved_from_where
from pacetag.tagger.scanning.song_records import record_of
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.scanning.wanted_tags import Fields, present_fields, values_to_restore
from pacetag.tagger.tags.changes import FieldChange, field_changes
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.pacetag import format_pacetag
from pacetag.tagger.workers.judging import without_path

WOULD_BE = "would be written (dry run)"
WITH_PACES = "the index alone has it, until `pacetag scan` writes its tags"


class Saying(StrEnum):
    """What happened to a song."""

    SAID = "said"  # the opinion is another now, or would be in a dry run
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class OpinionOutcome:
    """One song after a person said something of it."""

    path: str  # absolute
    outcome: Saying
    opinion: Opinion | None = None  # the one that stands now
    reason: str | None = None  # a clause for a person; None where there is nothing to say
    changes: tuple[FieldChange, ...] = ()  # to its tags: were made, or would be


class OpinionSetter:
    """Notes one opinion of songs, as one run that can be undone."""

    def __init__(
        self,
        index: SongIndex,
        opinion: Opinion,
        *,
        command: str,
        remove: bool = False,
        dry_run: bool = False,
    ) -> None:
        """`remove`: withdraw the opinion, where it stands. `command` names the run."""
        self._index, self._opinion = index, opinion
        self._remove, self._dry_run = remove, dry_run
        self._run = TaggingRun(index, command)

    def song(self, path: Path) -> OpinionOutcome:
        """Say it of a song, in its index and its PACETAG. Raises SongIndexError only.

        Where the tags cannot be written, or pacetag never wrote them, the index alone has it.
        """
        with index_lock(self._index.path):
            try:
                song = self._index.song(str(path))
                known = (song.stamp, song.fingerprint) if song is not None else ()
                return self._say(examine(path, *known))
            except (TagError, OSError) as error:
                reason = without_path(error, path)
        return OpinionOutcome(path=str(path), outcome=Saying.FAILED, reason=reason)

    def _say(self, probe: FileProbe) -> OpinionOutcome:
        before = opinion_of(probe, self._index)
        wanted: Opinion | None = self._opinion
        if self._remove:
            wanted = None if before is self._opinion else before
        self._index.listening.say(said_opinion(probe, wanted))
        reason, changes = self._into_tags(probe, wanted)
        return OpinionOutcome(
            path=str(probe.path),
            outcome=Saying.UNCHANGED if wanted is before and not changes else Saying.SAID,
            opinion=wanted,
            reason=reason,
            changes=changes,
        )

    def _into_tags(
        self, probe: FileProbe, opinion: Opinion | None
    ) -> tuple[str | None, tuple[FieldChange, ...]]:
        """Write it into PACETAG, where there is one. Returns why not, if so, and what was changed.

        A file that pacetag did not tag stays as it is.
        """
        note = probe.pacetag
        if not probe.tags.writable:
            return indexed_only(probe.tags.why_not or "tags are not written"), ()
        if note is None or note.fingerprint != probe.fingerprint:
            return WITH_PACES if opinion is not None else None, ()
        if note.opinion == opinion:
            return None, ()
        line = format_pacetag(replace(note, opinion=opinion))
        held = held_fields(probe.path, {"pacetag": []})
        changes = field_changes(held, {"pacetag": [line]})
        if self._dry_run:
            return WOULD_BE, changes
        try:
            self._write(probe, held, line)
        except (TagError, OSError) as error:
            return f"the index alone has it: {without_path(error, probe.path)}", ()
        return None, changes

    def _write(self, probe: FileProbe, held: Fields, line: str) -> None:
        """Write that PACETAG as a part of the run, and store the song as it is then."""
        known = writes_of(probe, self._index)
        moved_from = moved_from_where(probe, known, self._index)
        song = known_song(probe, self._index, moved_from)
        bundle, judged = judged_before(probe, song)
        word = word_of(probe, judged.paces, self._index, moved_from)
        record = replace(record_of(probe, judged, word, bundle), untagged=word.untagged)
        if known.stale:
            self._index.writes.disown(known.stale)
        found = None
        if not known.writes and moved_from is None:
            old = values_to_restore(probe, {"pacetag": [line]}, None)
            found = TagChange(old=old, new=present_fields(probe))
        self._run.write_and_store(
            probe, held, {"pacetag": [line]}, record, moved_from=moved_from, found=found
        )
        if song is None or song.stamp != probe.stamp:  # the next scan has more to see to
            self._index.store(replace(record, path=str(probe.path), stamp=NEVER))
