"""Taking tag writes back: the values from before pacetag's writing return."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import Stamp
from pacetag.db.runs import TagChange, TagWrite
from pacetag.tagger.index.lock import turn
from pacetag.tagger.index.run import SET, TaggingRun
from pacetag.tagger.library.stalls import NO_ANSWER
from pacetag.tagger.scanning.listener import after_undo
from pacetag.tagger.scanning.moved import lay_before
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.settings import journals_beside
from pacetag.tagger.tags.changes import FieldChange, field_changes
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.history import (
    Fields,
    before,
    before_copied,
    standing_runs,
    strangers,
    without_own,
)
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.writer import write_tags
from pacetag.tagger.workers.judging import without_path

SHOWN = ("pace", "pacetag", "bpm")  # in this order
GONE = "is not there any more; if it was moved, name its new folder"


class Undone(StrEnum):
    """How a song fared."""

    RESTORED = "restored"  # old values were put back, or would be in a dry run
    UNCHANGED = "unchanged"  # there was nothing to take back
    SKIPPED = "skipped"  # somebody else changed it since, or it is gone
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UndoOutcome:
    """One song after an undo."""

    path: str  # absolute
    outcome: Undone
    reason: str | None = None  # a clause for a person; None where there is nothing to say
    changes: tuple[FieldChange, ...] = ()  # that were made, or would be


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What there is to take back in one file."""

    places: Sequence[str]  # where the log knows it too: names that are gone
    stale: Sequence[int]  # writes of a file that is gone and had its number
    writes: Sequence[TagWrite]  # to be taken back, the first one first
    target: Fields  # what the fields should hold

    @property
    def first(self) -> int:
        """The number of the first write; 0 where none is known."""
        return self.writes[0].id if self.writes else 0


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
        self._index, self._runs = index, runs
        self._dry_run, self._force = dry_run, force
        self._run = TaggingRun(index, "undo")

    def song(self, path: Path) -> UndoOutcome:
        """Put back what the song's fields held; the index keeps its paces.

        Without memory (an index that was built from tags) PACE and PACETAG are removed. A song
        that somebody else changed since is skipped, unless forced. Raises SongIndexError only.
        """
        with turn(self._index.path):
            return self._song(path)

    def _song(self, path: Path) -> UndoOutcome:
        try:
            look = self._look(path)
            plan = self._plan(look)
            held = held_fields(path, plan.target) if plan.target else {}
            lacking = {
                name: values
                for name, values in plan.target.items()
                if not FIELDS[name].same(held[name], values)
            }
            if not lacking:
                self._note_undone(look, plan, held)
                return _outcome(path, Undone.UNCHANGED, "nothing to undo")
            return self._restore(look, plan, held, lacking)
        except FileNotFoundError:
            return _outcome(path, Undone.SKIPPED, GONE)
        except (TagError, OSError) as error:
            return _outcome(path, Undone.FAILED, without_path(error, path))

    def _look(self, path: Path) -> FileProbe:
        song = self._index.song(str(path))
        if song is None:
            return examine(path)
        return examine(path, song.stamp, song.fingerprint)

    def _plan(self, look: FileProbe) -> _Plan:
        places, stale, history = self._history(look)
        first = next((n for n, write in enumerate(history) if self._is_chosen(write)), None)
        writes = history[first:] if first is not None else []
        target = before(writes)
        if self._runs is None:
            target = without_own(target)
            if look.pacetag is not None:
                known = {} if history else self._as_a_copy(look)
                target = {"pace": [], "pacetag": [], **known, **target}
        ordered = {name: target[name] for name in SHOWN if name in target}
        return _Plan(places=places, stale=stale, writes=writes, target=ordered)

    def _is_chosen(self, write: TagWrite) -> bool:
        return self._runs is None or write.run in self._runs

    def _history(self, look: FileProbe) -> tuple[Sequence[str], Sequence[int], Sequence[TagWrite]]:
        """Where else the log has the song, as it moved, what is not its own, and its writes."""
        known = writes_of(look, self._index)
        if known.writes:
            return known.gone, known.stale, known.writes
        other = lay_before(look, self._index)
        if other is None:
            return (), known.stale, ()
        return (other,), known.stale, self._index.writes.history(other, look.fingerprint)

    def _as_a_copy(self, look: FileProbe) -> Fields:
        """What a file held before that came with pacetag's tags, as far as can be told."""
        held = held_fields(look.path, SHOWN)
        log, audio = self._index.writes, look.fingerprint
        return before_copied((log.history(path, audio) for path in log.paths_of_audio(audio)), held)

    def _restore(self, look: FileProbe, plan: _Plan, held: Fields, lacking: Fields) -> UndoOutcome:
        if (later := self._set_later(plan)) and not self._force:
            named = ", ".join(map(str, later))
            reason = f"its paces were set since, by run {named}; undo that first, or use --force"
            return _outcome(look.path, Undone.SKIPPED, reason)
        changed = [name for name in strangers(plan.writes, held) if name in lacking]
        if changed and not self._force:
            named = " and ".join(name.upper() for name in changed)
            reason = f"{named} changed since by another program; --force undoes it all the same"
            return _outcome(look.path, Undone.SKIPPED, reason)
        if not look.tags.writable:
            return _outcome(look.path, Undone.FAILED, look.tags.why_not)
        changes = field_changes(held, lacking)
        reasons = filter(None, ("would be restored (dry run)" * self._dry_run, self._later(plan)))
        outcome = UndoOutcome(
            path=str(look.path),
            outcome=Undone.RESTORED,
            reason="; ".join(reasons) or None,
            changes=changes,
        )
        if not self._dry_run:
            self._write(look, plan, held, lacking)
        return outcome

    @cached_property
    def _settings(self) -> frozenset[int]:
        """The runs in which a person set paces."""
        return frozenset(run.id for run in self._index.writes.runs() if run.command == SET)

    def _set_in(self, plan: _Plan) -> list[int]:
        """Those of them that would be taken back."""
        return [run for run in standing_runs(plan.writes) if run in self._settings]

    def _set_later(self, plan: _Plan) -> list[int]:
        """Those that were not chosen: a person's word is not taken back along with older writes."""
        return [] if self._runs is None else [n for n in self._set_in(plan) if n not in self._runs]

    def _later(self, plan: _Plan) -> str | None:
        """That what other runs wrote since is taken back as well."""
        if self._runs is None:
            return None
        later = [run for run in standing_runs(plan.writes) if run not in self._runs]
        named = ", ".join(map(str, later))
        return f"with what run {named} wrote later" if later else None

    def _write(self, look: FileProbe, plan: _Plan, held: Fields, lacking: Fields) -> None:
        """The change into the log, then the tags, then that it was taken back.

        A crash in between leaves a song that `undo` finds as it is, and that the watcher spares.
        """
        log = self._index.writes
        change = TagChange(old={name: held[name] for name in lacking}, new=lacking)
        known = {name for each in plan.writes for name in each.change.old}
        unknown = [name for name in plan.target if name not in known]
        found = TagChange(
            old={name: plan.target[name] for name in unknown},
            new={name: held[name] for name in unknown},
        )
        taken_back = bool(self._set_in(plan))
        write = self._note(look, plan, change, found if unknown else None)
        try:
            written = write_tags(
                look.path,
                lacking,
                expected=look.stamp,
                sound=look.fingerprint,
                journals=journals_beside(self._index.path),
            )
        except (TagError, OSError):
            log.forget(write)
            raise
        self._finish(look, plan, write, written.stamp)
        song = self._index.song(str(look.path))
        if song is not None and song.stamp == look.stamp:
            restored = after_undo(song, read_tags(look.path), taken_back=taken_back)
            self._index.store(replace(restored, stamp=written.stamp))

    def _note_undone(self, look: FileProbe, plan: _Plan, held: Fields) -> None:
        """Note that a song is as it was, whoever saw to that."""
        if self._dry_run or not held or all(w.undone or w.undoing for w in plan.writes):
            return
        write = self._note(look, plan, TagChange(old=held, new=held))
        self._finish(look, plan, write, look.stamp)

    def _note(
        self, look: FileProbe, plan: _Plan, change: TagChange, found: TagChange | None = None
    ) -> int:
        """Note what is about to be written, once the history is where the song is."""
        path, log = str(look.path), self._index.writes
        for place in plan.places:
            log.move(place, path, look.fingerprint)
        if plan.stale:
            log.disown(plan.stale)
        return log.note(
            path,
            look.fingerprint,
            change,
            run=self._run.number(),
            undoing=True,
            found=found,
            file=look.file,
        )

    def _finish(self, look: FileProbe, plan: _Plan, write: int, stamp: Stamp) -> None:
        history = [each for each in writes_of(look, self._index).writes if each.id <= write]
        self._index.writes.finish_undo(
            look.fingerprint,
            stamp,
            write=write,
            run=self._run.number(),
            history=history,
            first=plan.first,
        )


def _outcome(path: Path, outcome: Undone, reason: str | None = None) -> UndoOutcome:
    return UndoOutcome(path=str(path), outcome=outcome, reason=reason)


def unanswered(path: Path) -> UndoOutcome:
    """The outcome of a file or folder whose file system does not answer."""
    return _outcome(path, Undone.FAILED, f"{NO_ANSWER}; `pacetag undo` it again when it does")
