"""The log's writes of one file, which may have, or have had, other names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.runs import FileId, TagWrite
from pacetag.tagger.library.walk import is_gone
from pacetag.tagger.scanning.probe import FileProbe


@dataclass(frozen=True, kw_only=True)
class SongWrites:
    """The history of a file."""

    writes: Sequence[TagWrite]  # the first one first
    gone: Sequence[str]  # its former names, the likeliest to be the latest first
    stale: Sequence[int]  # writes of a file that is gone and whose inode number this one got

    @property
    def is_undone(self) -> bool:
        """Whether pacetag's writes were undone, and nothing was written since."""
        return bool(self.writes) and self.writes[-1].undoing


def writes_of(probe: FileProbe, index: SongIndex) -> SongWrites:
    """Return what the log knows of the probed file, by its path and by its inode number.

    Writes under another name count if that is a name of the same file, or if the file lay there and
    was moved, or the name was given to another file. A new file may get the inode number of one
    that is gone: a file with a history under its own name, and only other numbers in it, is not the
    one that was moved.
    """
    path, log = str(probe.path), index.writes
    found = log.history(path, probe.fingerprint, probe.file)
    writes = [write for write in found if write.path == path]
    was_here = any(write.file == probe.file for write in writes)
    may_have_moved = was_here or not writes
    elsewhere = {name: file_at(name) for name in dict.fromkeys(w.path for w in found)}
    elsewhere.pop(path, None)
    gone = [name for name in elsewhere if may_have_moved and is_gone(name)]
    is_known = was_here or bool(gone) or probe.file in elsewhere.values()
    for name in gone:
        last = max(write.id for write in found if write.path == name)
        there = log.history(name, probe.fingerprint)
        writes += [write for write in there if write.id <= last]  # later ones are another file's
    others = [w for w in found if w.path in elsewhere and w.path not in gone]
    if is_known:
        writes += others
    return SongWrites(
        writes=sorted(writes, key=lambda write: write.id),
        gone=sorted(gone, key=lambda name: _unlikeness(Path(name), probe.path)),
        stale=[] if is_known else [write.id for write in others],
    )


def _unlikeness(old: Path, new: Path) -> tuple[bool, bool]:
    return old.name != new.name, old.parent != new.parent


def file_at(path: str) -> FileId | None:
    """The identity of the file at a path; None if there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return FileId(device=status.st_dev, inode=status.st_ino)
