"""What the index remembers of tag writes, as values: runs, and what each did to a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

Fields = Mapping[str, list[str]]  # values by name of the field; [] where there is no such field
FIELDS = frozenset({"pace", "pacetag", "bpm"})  # those that are written, and so noted


class TagState(IntEnum):
    """What became of a song's tags so far."""

    UNSEEN = 0  # never seen to, or a write was not finished
    SEEN_TO = 1  # they are as pacetag wants them
    UNDONE = 2  # what pacetag wrote was taken back by hand


@dataclass(frozen=True, kw_only=True, slots=True)
class FileId:
    """What tells a file from all others as long as it is there, whichever of its names is used.

    Numbers of files that are gone are given to new ones, and a file that is written as a copy gets
    a new one; those of devices may change when the system starts.
    """

    device: int
    inode: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scan, pass of the watcher, setting of paces or undo that wrote tags."""

    id: int
    command: str  # "scan", "watch", "set" or "undo"
    started: float | None  # seconds since 1970; None: from before runs were counted
    files: int  # files that it wrote
    undone: int  # those of them of which the write was taken back


@dataclass(frozen=True, kw_only=True)
class TagChange:
    """Fields of one file before and after."""

    old: Fields
    new: Fields | None  # None: not known any more


@dataclass(frozen=True, kw_only=True)
class TagWrite:
    """One change of a file's tags, as it was noted before the file was touched."""

    id: int  # later writes have higher ones
    path: str  # by which the file was written, or to which it was moved since
    file: FileId | None  # as it was left; None: not known
    run: int | None  # None: not written by pacetag here, but found as pacetag writes it
    change: TagChange
    finished: bool  # not so: the file may be as before or as after
    undoing: bool  # it took earlier writes back
    undone_by: int | None  # the run that took it back

    @property
    def undone(self) -> bool:
        """Whether a later run took it back."""
        return self.undone_by is not None
