"""Songs that are in the index but no longer on disk."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.library.passed_over import lies_in_bin
from pacetag.tagger.library.stalls import Asking
from pacetag.tagger.library.walk import is_gone


@dataclass(frozen=True, kw_only=True)
class Vanished:
    """Songs of the index that playlists no longer offer, as sorted paths."""

    gone: tuple[str, ...] = ()  # nothing lies there now
    binned: tuple[str, ...] = ()  # in the trash or a snapshot, which a scan passes over


def mark_vanished(
    index: SongIndex,
    folders: Iterable[Path],
    *,
    roots: Iterable[Path],
    seen: frozenset[str],
    stop: Stop | None = None,
) -> Vanished:
    """Mark the songs at or below `folders` that are gone as missing, and return their paths.

    Songs in the trash or the like, relative to `roots`, are marked as well, so that no playlist
    offers them. Nothing is marked below a root that holds no song at all, as a disk that is not
    mounted does. `seen` are paths known to exist, which are not checked again. A song whose disk
    does not answer is not gone.
    """
    asking = Asking(stop)
    roots = tuple(roots)
    empty = [root for root in roots if not _holds_songs(root, seen, asking)]
    unseen: set[str] = set()
    binned: set[str] = set()
    for folder in folders:
        known = {path for path in index.paths_under(str(folder)) if path not in seen}
        put_away = {path for path in known if lies_in_bin(Path(path), roots)}
        binned |= put_away
        if not any(folder == root or root in folder.parents for root in empty):
            unseen |= known - put_away
    left = sorted(unseen)
    stalled = asking.stalled([Path(path) for path in left])
    gone = [path for path in left if Path(path) not in stalled and is_gone(path)]
    index.mark_missing([*gone, *binned])
    return Vanished(gone=tuple(gone), binned=tuple(sorted(binned)))


def _holds_songs(root: Path, seen: frozenset[str], asking: Asking) -> bool:
    below = f"{root}".rstrip("/") + "/"
    known = any(path.startswith(below) for path in seen)
    return known or bool(asking.walk([root], most=1).songs)
