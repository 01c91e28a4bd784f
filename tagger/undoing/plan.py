"""What an undo would change in one file, from the log of its writes and from its tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pacetag.db.index import SongIndex
from pacetag.db.runs import TagChange, TagWrite
from pacetag.tagger.scanning.moved import lay_before
from pacetag.tagger.scanning.noted_write import OPINIONS, SET
from pacetag.tagger.scanning.probe import FileProbe
from pacetag.tagger.scanning.song_writes import writes_of
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.history import Fields, before, before_copied, standing_runs, without_own
from pacetag.tagger.tags.ownership import own_for_quodlibet

SHOWN = ("pace", "pacetag", "bpm", "quodlibet")  # in this order


@dataclass(frozen=True, kw_only=True)
class UndoPlan:
    """What to take back in one file."""

    places: Sequence[str]  # where the log knows it too: names that are gone
    stale: Sequence[int]  # writes of a file that is gone and had its number
    writes: Sequence[TagWrite]  # to be taken back, the first one first
    target: Fields  # what the fields should hold
    held: Fields  # what they hold
    joins: bool  # its tag can only hold several values joined

    @property
    def first(self) -> int:
        """The number of the first write; 0 where none is known."""
        return self.writes[0].id if self.writes else 0

    @cached_property
    def lacking(self) -> Fields:
        """The fields of the target that the file holds otherwise."""
        return {
            name: values
            for name, values in self.target.items()
            if not FIELDS[name].stands(self.held[name], values, joins=self.joins)
        }

    @property
    def found(self) -> TagChange | None:
        """The change to fields that no logged write touched; None if the log knows all fields."""
        known = {name for write in self.writes for name in write.change.old}
        unknown = [name for name in self.target if name not in known]
        if not unknown:
            return None
        return TagChange(
            old={name: self.target[name] for name in unknown},
            new={name: self.held[name] for name in unknown},
        )


class UndoPlanner:
    """Plans the undo of some runs, or of everything."""

    def __init__(self, index: SongIndex, runs: frozenset[int] | None) -> None:
        """`runs`: those whose writes are taken back, with what came after them; None: all."""
        self._index, self._runs = index, runs

    def plan(self, probe: FileProbe) -> UndoPlan:
        """Return what is to be taken back in the file. Raises TagError or OSError."""
        places, stale, history = self._history(probe)
        first = next((n for n, write in enumerate(history) if self._is_chosen(write)), None)
        writes = history[first:] if first is not None else []
        target = before(writes)
        if self._runs is None:
            target = without_own(target)
            if probe.pacetag is not None:
                known = {} if history else self._as_a_copy(probe)
                alias: Fields = {"quodlibet": []} if own_for_quodlibet(probe.tags) else {}
                target = {"pace": [], "pacetag": [], **alias, **known, **target}
        target = {name: target[name] for name in SHOWN if name in target}
        held = held_fields(probe.path, target) if target else {}
        return UndoPlan(
            places=places,
            stale=stale,
            writes=writes,
            target=target,
            held=held,
            joins=probe.tags.joins,
        )

    def settings(self, plan: UndoPlan) -> list[int]:
        """The runs that would be taken back in which a person set paces."""
        return [run for run in standing_runs(plan.writes) if run in self._set_runs]

    def opinions(self, plan: UndoPlan) -> list[int]:
        """The runs that would be taken back in which a person said something of songs."""
        return [run for run in standing_runs(plan.writes) if run in self._opinion_runs]

    def settings_not_chosen(self, plan: UndoPlan) -> list[int]:
        """Those of both that the user did not choose; undoing older runs must not undo them."""
        if self._runs is None:
            return []
        set_by_hand = sorted({*self.settings(plan), *self.opinions(plan)})
        return [run for run in set_by_hand if run not in self._runs]

    def later(self, plan: UndoPlan) -> str | None:
        """A clause that says which later runs' writes are taken back as well."""
        if self._runs is None:
            return None
        later = [run for run in standing_runs(plan.writes) if run not in self._runs]
        named = ", ".join(map(str, later))
        return f"with what run {named} wrote later" if later else None

    @cached_property
    def _set_runs(self) -> frozenset[int]:
        return frozenset(run.id for run in self._index.writes.runs() if run.command == SET)

    @cached_property
    def _opinion_runs(self) -> frozenset[int]:
        return frozenset(run.id for run in self._index.writes.runs() if run.command in OPINIONS)

    def _is_chosen(self, write: TagWrite) -> bool:
        return self._runs is None or write.run in self._runs

    def _history(self, probe: FileProbe) -> tuple[Sequence[str], Sequence[int], Sequence[TagWrite]]:
        """Where else the log has the song, as it moved, what is not its own, and its writes."""
        known = writes_of(probe, self._index)
        if known.writes:
            return known.gone, known.stale, known.writes
        other = lay_before(probe, self._index)
        if other is None:
            return (), known.stale, ()
        return (other,), known.stale, self._index.writes.history(other, probe.fingerprint)

    def _as_a_copy(self, probe: FileProbe) -> Fields:
        """What a file held before that came with pacetag's tags, as far as can be told."""
        held = held_fields(probe.path, SHOWN)
        log, fingerprint = self._index.writes, probe.fingerprint
        paths = log.paths_by_fingerprint(fingerprint)
        return before_copied((log.history(path, fingerprint) for path in paths), held)
