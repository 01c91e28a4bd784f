"""Whether a scan changed anything in a folder but tags: a record before, and one after."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.audit.tree import Facts, record_tree
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.song_names import is_named_song
from pacetag.tagger.scanning.options import BpmMode, ScanOptions
from pacetag.tagger.settings import journals_beside
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.ownership import foreign_pace
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.temp_files import DRAFT, is_temp_file

_SHOWN = ("the kind", "the mode", "the owner", "the number of names")  # the others are digests


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A change that is not one of tags."""

    path: Path
    what: str  # a clause for the user


class ReadOnlyCheck:
    """Records a folder, and tells later what has changed in it besides tags."""

    def __init__(self, top: Path, index_file: Path, options: ScanOptions, stop: Stop) -> None:
        """`index_file`: the scan's own, which does not count if it lies in the folder."""
        self._top, self._stop = top, stop
        self._fields = _may_write(options)
        own = [index_file.with_name(index_file.name + end) for end in ("", "-wal", "-shm")]
        self._own = set(_as_reached_from(top, [*own, journals_beside(index_file)]))
        self._holding = {each.parent for each in self._own}
        self._before: dict[Path, Facts] = {}
        self._foreign: set[Path] = set()  # songs whose PACE was set by others

    @property
    def files(self) -> int:
        """How many files and folders were recorded before the scan."""
        return len(self._before)

    def record(self) -> None:
        """Record the folder as it is; ends early when a stop is requested."""
        self._before = dict(self._record())

    def differences(self) -> Iterator[Difference]:
        """Record it again, and yield each change."""
        left = dict(self._before)
        for path, facts in self._record():
            before = left.pop(path, None)
            if before is None:
                yield Difference(path=path, what="is new")
            else:
                yield from (Difference(path=path, what=what) for what in _compare(before, facts))
        for path in () if self._stop.requested else left:
            yield Difference(path=path, what="is gone")

    def _record(self) -> Iterator[tuple[Path, Facts]]:
        tree = record_tree(self._top, fields=self._fields_of, passed_over=self._is_own)
        for path, facts in tree:
            if self._stop.requested:
                return
            if path in self._holding:  # a folder has one more name for each folder in it
                facts.pop("the number of names", None)
            yield path, facts

    def _is_own(self, path: Path) -> bool:
        """Whether it belongs to the index, or is a draft that a scan makes and removes."""
        return path in self._own or (is_temp_file(path.name) and path.suffix == DRAFT)

    def _fields_of(self, path: Path) -> frozenset[str]:
        """The fields that the scan may write into a file; who set PACE is decided before it."""
        if not self._fields or not is_named_song(path.name):
            return frozenset()
        if path not in self._before and _has_foreign_pace(path):
            self._foreign.add(path)
        return self._fields - {"pace"} if path in self._foreign else self._fields


def _as_reached_from(top: Path, files: Iterable[Path]) -> Iterator[Path]:
    """The files that really lie below a folder, by their paths from there."""
    real = Path(os.path.realpath(top))
    return (top / each.relative_to(real) for each in files if each.is_relative_to(real))


def _has_foreign_pace(path: Path) -> bool:
    try:
        return foreign_pace(read_tags(path))
    except TagError:
        return False


def _may_write(options: ScanOptions) -> frozenset[str]:
    """The fields that a scan with these options may write."""
    if options.dry_run or not options.tags:
        return frozenset()
    return frozenset(
        {"pace", "pacetag", "quodlibet"} | ({"bpm"} if options.bpm is not BpmMode.NEVER else set())
    )


def _compare(before: Facts, now: Facts) -> Iterator[str]:
    for what in before | now:
        old, new = before.get(what), now.get(what)
        if old is None:
            yield f"{what} is new"
        elif new is None:
            yield f"{what} is gone"
        elif old != new and what in _SHOWN:
            yield f"{what} was {old.decode()}, is {new.decode()}"
        elif old != new:
            yield f"{what} is not what it was"
