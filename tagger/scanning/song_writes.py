"""Which writes in the log are those of one file, which may have other names, or had."""

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
    gone: Sequence[str]  # names that it had, the likeliest to be the last one first
    stale: Sequence[int]  # writes of a file that is gone, whose number this one was given

    @property
    def is_undone(self) -> bool:
        """Whether what pacetag wrote was taken back by hand, and nothing was written since."""
        return bool(self.writes) and self.writes[-1].undoing


def writes_of(look: FileProbe, index: SongIndex) -> SongWrites:
    """What the log knows of the file that was looked at, by its path and by the file itself.

    What was noted under another name counts if that is a name of the same file, or if the file lay
    there and was moved, or the name was given to another one. The number of a file that is gone may
    be given to the next one: a file that has a history under its own name, and only other numbers
    in it, is not the one that was moved.
    """
    path, log = str(look.path), index.writes
    found = log.history(path, look.fingerprint, look.file)
    writes = [write for write in found if write.path == path]
    was_here = any(write.file == look.file for write in writes)
    may_have_moved = was_here or not writes
    elsewhere = {name: file_at(name) for name in dict.fromkeys(w.path for w in found)}
    elsewhere.pop(path, None)
    gone = [name for name in elsewhere if may_have_moved and is_gone(name)]
    is_known = was_here or bool(gone) or look.file in elsewhere.values()
    for name in gone:
        last = max(write.id for write in found if write.path == name)
        there = log.history(name, look.fingerprint)
        writes += [write for write in there if write.id <= last]  # later ones are another file's
    others = [w for w in found if w.path in elsewhere and w.path not in gone]
    if is_known:
        writes += others
    return SongWrites(
        writes=sorted(writes, key=lambda write: write.id),
        gone=sorted(gone, key=lambda name: _unlikeness(Path(name), look.path)),
        stale=[] if is_known else [write.id for write in others],
    )


def _unlikeness(old: Path, new: Path) -> tuple[bool, bool]:
    return old.name != new.name, old.parent != new.parent


def file_at(path: str) -> FileId | None:
    """What tells the file at a path from others; None where there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return FileId(device=status.st_dev, inode=status.st_ino)
