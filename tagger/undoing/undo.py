"""Undo tag writes: restore the values from before pacetag wrote."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, Stamp
from pacetag.db.runs import TagChange
from pacetag.tagger.index.lock import index_lock
from pacetag.tagger.library.stalls import NO_ANSWER
from pacetag.tagger.scanning.listener import after_undo, said_opinion
from pacetag.tagger.scanning.noted_write import TaggingRun
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.tags.changes import FieldChange, field_changes
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.history import externally_changed
from pacetag.tagger.tags.pacetag import parse_pacetag
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.undoing.plan import UndoPlan, UndoPlanner
from pacetag.tagger.workers.judging import without_path

GONE = "is not there any more; if it was moved, name its new folder"


class Undone(StrEnum):
    """What happened to a song."""

    RESTORED = "restored"  # old values were put back, or would be in a dry run
    UNCHANGED = "unchanged"  # there was nothing to take back
    SKIPPED = "skipped"  # another program changed it since, or it is gone
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UndoOutcome:
    """One song after an undo."""

    path: str  # absolute
    outcome: Undone
    reason: str | None = None  # a clause for a person; None where there is nothing to say
    changes: tuple[FieldChange, ...] = ()  # that were made, or would be


class Undoing:
    """Takes back what some runs wrote, or all that pacetag ever did, as one run."""

    def __init__(
        self,
        index: SongIndex,
        *,
        runs: frozenset[int] | None = None,
        dry_run: bool = False,
        force: bool = False,
    ) -> None:
        """`runs`: those whose writes are taken back, with what came after them; None: all."""
        self._index, self._dry_run, self._force = index, dry_run, force
        self._planner = UndoPlanner(index, runs)
        self._run = TaggingRun(index, "undo")

    def song(self, path: Path) -> UndoOutcome:
        """Put back what the song's fields held; the index keeps its paces.

        Without memory (an index that was built from tags) PACE and PACETAG are removed. A song
        that another program changed since is skipped, unless forced. Raises SongIndexError only.
        """
        with index_lock(self._index.path):
            return self._song(path)

    def _song(self, path: Path) -> UndoOutcome:
        try:
            probe = self._probe(path)
            plan = self._planner.plan(probe)
            if not plan.lacking:
                self._note_undone(probe, plan)
                return _outcome(path, Undone.UNCHANGED, "nothing to undo")
            return self._restore(probe, plan)
        except FileNotFoundError:
            return _outcome(path, Undone.SKIPPED, GONE)
        except (TagError, OSError) as error:
            return _outcome(path, Undone.FAILED, without_path(error, path))

    def _probe(self, path: Path) -> FileProbe:
        song = self._index.song(str(path))
        if song is None:
            return examine(path)
        return examine(path, song.stamp, song.fingerprint)

    def _restore(self, probe: FileProbe, plan: UndoPlan) -> UndoOutcome:
        if not self._force and (objection := self._objection(plan)) is not None:
            return _outcome(probe.path, Undone.SKIPPED, objection)
        if not probe.tags.writable:
            return _outcome(probe.path, Undone.FAILED, probe.tags.why_not)
        dry = "would be restored (dry run)" if self._dry_run else None
        outcome = UndoOutcome(
            path=str(probe.path),
            outcome=Undone.RESTORED,
            reason="; ".join(filter(None, (dry, self._planner.later(plan)))) or None,
            changes=field_changes(plan.held, plan.lacking),
        )
        if not self._dry_run:
            self._write(probe, plan)
        return outcome

    def _objection(self, plan: UndoPlan) -> str | None:
        """Why the song is skipped unless forced; None where nothing speaks against its undo."""
        if later := self._planner.settings_not_chosen(plan):
            named = ", ".join(map(str, later))
            said = "its paces were set" if self._planner.settings(plan) else "you spoke of it"
            return f"{said} since, by run {named}; undo that first, or use --force"
        external = externally_changed(plan.writes, plan.held)
        if changed := [name for name in external if name in plan.lacking]:
            named = " and ".join(name.upper() for name in changed)
            return f"{named} changed since by another program; --force undoes it all the same"
        return None

    def _write(self, probe: FileProbe, plan: UndoPlan) -> None:
        """Put the old values back, and let the index know the song as it is then."""
        taken_back = bool(self._planner.settings(plan))
        with_opinion = bool(self._planner.opinions(plan))
        self._bring_along(probe, plan)
        written = self._run.write(
            probe,
            {name: plan.held[name] for name in plan.lacking},
            plan.lacking,
            lambda note, stamp: self._finish(probe, plan, note, stamp),
            found=plan.found,
            undoing=True,
        )
        tags = read_tags(probe.path)
        if with_opinion:
            note = parse_pacetag(tags.pacetag)
            opinion = Opinion(note.opinion) if note is not None and note.opinion else None
            self._index.listening.say(said_opinion(probe, opinion))
        song = self._index.song(str(probe.path))
        if song is not None and song.stamp == probe.stamp:
            restored = after_undo(song, tags, taken_back=taken_back)
            self._index.store(replace(restored, stamp=written.stamp))

    def _note_undone(self, probe: FileProbe, plan: UndoPlan) -> None:
        """Note that a song is as it was, whichever program restored it."""
        if self._dry_run or not plan.held or all(w.undone or w.undoing for w in plan.writes):
            return
        self._bring_along(probe, plan)
        note = self._run.note(probe, TagChange(old=plan.held, new=plan.held), undoing=True)
        self._finish(probe, plan, note, probe.stamp)

    def _bring_along(self, probe: FileProbe, plan: UndoPlan) -> None:
        """Have the log know the song's history where the song is, and no other file's."""
        for place in plan.places:
            self._index.writes.move(place, str(probe.path), probe.fingerprint)
        if plan.stale:
            self._index.writes.disown(plan.stale)

    def _finish(self, probe: FileProbe, plan: UndoPlan, note: int, stamp: Stamp) -> None:
        history = [each for each in writes_of(probe, self._index).writes if each.id <= note]
        self._index.writes.finish_undo(
            probe.fingerprint,
            stamp,
            write=note,
            run=self._run.number(),
            history=history,
            first=plan.first,
        )


def _outcome(path: Path, outcome: Undone, reason: str | None = None) -> UndoOutcome:
    return UndoOutcome(path=str(path), outcome=outcome, reason=reason)


def unanswered(path: Path) -> UndoOutcome:
    """The outcome of a file or folder whose file system does not answer."""
    return _outcome(path, Undone.FAILED, f"{NO_ANSWER}; `pacetag undo` it again when it does")
