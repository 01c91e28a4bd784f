"""Songs that are in the index but no longer on disk."""

from collections.abc import Iterable
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.library import is_gone
from pacetag.tagger.stalls import Asking
from pacetag.tagger.stopping import Stop


def mark_vanished(
    index: SongIndex,
    folders: Iterable[Path],
    *,
    roots: Iterable[Path],
    seen: frozenset[str],
    stop: Stop | None = None,
) -> list[str]:
    """Mark the songs at or below `folders` that are gone as missing; returns their paths.

    Nothing is marked below a root that holds no song at all: a disk that is not mounted looks like
    that. `seen` are paths known to be there, which are not looked at again. A song whose disk
    does not answer is not gone.
    """
    asking = Asking(stop)
    empty = [root for root in roots if not _holds_songs(root, seen, asking)]
    unseen: set[str] = set()
    for folder in folders:
        if any(folder == root or root in folder.parents for root in empty):
            continue
        unseen.update(path for path in index.paths_under(str(folder)) if path not in seen)
    stalled = asking.stalled([Path(path) for path in sorted(unseen)])
    gone = sorted(path for path in unseen if Path(path) not in stalled and is_gone(path))
    index.mark_missing(gone)
    return gone


def _holds_songs(root: Path, seen: frozenset[str], asking: Asking) -> bool:
    below = f"{root}".rstrip("/") + "/"
    known = any(path.startswith(below) for path in seen)
    return known or bool(asking.walk([root], most=1).songs)
