"""Tag writes as values: the runs, and what each changed in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

Fields = Mapping[str, list[str]]  # values by name of the field; [] if the file lacks the field
FIELDS = frozenset({"pace", "pacetag", "bpm", "quodlibet"})  # those that pacetag writes


class TagState(IntEnum):
    """The state of a song's tags."""

    UNSEEN = 0  # not written yet, or a write was not finished
    SEEN_TO = 1  # they are as pacetag wants them
    UNDONE = 2  # the user took back what pacetag wrote


@dataclass(frozen=True, kw_only=True, slots=True)
class FileId:
    """Identifies a file as long as it exists, under any of its names.

    A new file may get the inode of one that is gone, a file that is replaced by a copy gets a new
    inode, and the numbers of devices may change when the system starts.
    """

    device: int
    inode: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scan, pass of the watcher, `set` or `undo` that wrote tags."""

    id: int
    command: str  # "scan", "watch", "set" or "undo"
    started: float | None  # seconds since 1970; None: from before runs were counted
    files: int  # files that it wrote
    undone: int  # those of them whose write was taken back


@dataclass(frozen=True, kw_only=True)
class TagChange:
    """Fields of one file before and after."""

    old: Fields
    new: Fields | None  # None: not known any more


@dataclass(frozen=True, kw_only=True)
class TagWrite:
    """One change of a file's tags, noted before the file was touched."""

    id: int  # later writes have higher ones
    path: str  # under which the file was written, or to which it has moved since
    file: FileId | None  # after the write; None: not known
    run: int | None  # None: not written by this pacetag, but found as pacetag writes it
    change: TagChange
    finished: bool  # if not, the file may be as before or as after
    undoing: bool  # whether it took earlier writes back
    undone_by: int | None  # the run that took it back

    @property
    def undone(self) -> bool:
        """Whether a later run took it back."""
        return self.undone_by is not None
