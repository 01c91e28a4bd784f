"""Songs that are in the index but no longer on disk."""

from collections.abc import Iterable
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.library import is_gone, walk


def mark_vanished(
    index: SongIndex, folders: Iterable[Path], *, roots: Iterable[Path], seen: frozenset[str]
) -> list[str]:
    """Mark the songs at or below `folders` that are gone as missing; returns their paths.

    Nothing is marked below a root that holds no song at all: a disk that is not mounted looks like
    that. `seen` are paths known to be there, which are not looked at again.
    """
    empty = [root for root in roots if next(walk([root]), None) is None]
    gone: set[str] = set()
    for folder in folders:
        if any(folder == root or root in folder.parents for root in empty):
            continue
        known = index.paths_under(str(folder))
        gone.update(path for path in known if path not in seen and is_gone(path))
    index.mark_missing(sorted(gone))
    return sorted(gone)
