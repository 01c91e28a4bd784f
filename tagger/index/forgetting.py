"""Which songs of the index may be forgotten, since they are gone for good.

Songs on a disk that is not mounted look gone: their folder is empty, or does not exist. A scan
marks songs as missing only below a folder in which it found others, which is proof enough for a
folder whose songs are all marked. Other songs are gone only if songs of the index still lie beside
them.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.library.presence import Place, Presence

EMPTY = "the folder is empty, as that of a disk that is not mounted"
NO_FOLDER = "the folder is not there, as that of a disk that is not mounted"
NO_SONGS = "no other song is left there, as where a disk is not mounted"
LINK = "what is left there leads nowhere"
SILENT = "the disk does not answer"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Songs that are not where they were but stay in the index."""

    folder: str  # to name on the command line
    songs: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """The songs to forget."""

    songs: tuple[str, ...]  # paths, sorted
    kept: tuple[Kept, ...] = ()
    unknown: tuple[Path | str, ...] = ()  # named paths and URLs that are not in the index


def songs_at(index: SongIndex, places: Sequence[Path | str]) -> Forgetting:
    """All songs of the index at or below the paths and URLs, which need not exist."""
    found: set[str] = set()
    unknown = []
    for place in places:
        songs = dict(index.songs_under(place)) if isinstance(place, str) else _below(index, place)
        found.update(songs)
        unknown += [] if songs else [place]
    return Forgetting(songs=tuple(sorted(found)), unknown=tuple(unknown))


def songs_gone(index: SongIndex, places: Sequence[Path], presence: Presence) -> Forgetting:
    """The songs at or below the places, or of the whole index, that are gone for good."""
    known: dict[str, bool] = {}
    unknown = []
    for place in places or [Path(os.sep)]:
        songs = _below(index, place)
        known.update(songs)
        unknown += [place] if places and not songs else []
    found = presence.of(known)
    gone = _Gone(known, found, [os.path.abspath(place) for place in places])  # noqa: PTH100
    kept: Counter[tuple[str, str]] = Counter()
    gone_for_good = []
    for path in sorted(known):
        if found[path] is Place.SILENT:
            kept[os.path.dirname(path), SILENT] += 1  # noqa: PTH120 - for many songs
        elif found[path] is Place.GONE:
            why = gone.objection(path, missing=known[path])
            gone_for_good += [path] if why is None else []
            kept.update([why] if why is not None else [])
    return Forgetting(
        songs=tuple(gone_for_good),
        kept=tuple(
            Kept(folder=folder, songs=count, reason=reason)
            for (folder, reason), count in sorted(kept.items())
        ),
        unknown=tuple(unknown),
    )


def _below(index: SongIndex, place: Path) -> dict[str, bool]:
    """Each song there and whether it is missing, by the given path or else by the real one."""
    named = os.path.abspath(place)  # noqa: PTH100 - songs are known by the names they had
    return dict(index.songs_under(named)) or dict(index.songs_under(os.path.realpath(named)))


class _Gone:
    """Decides whether songs that are not there are gone for good."""

    def __init__(
        self, known: Mapping[str, bool], found: Mapping[str, Place], named: Sequence[str]
    ) -> None:
        """`known`: each path, and whether a scan found it missing."""
        self._named = named
        unseen = [path for path, missing in known.items() if not missing]
        self._doubtful = set(_folders(path for path in unseen if found[path] is Place.GONE))
        there = [path for path, place in found.items() if place is Place.THERE]
        self._alive = set(_folders(there))  # that hold a song somewhere below
        self._direct = {os.path.dirname(path) for path in there}  # noqa: PTH120
        self._devices: dict[str, int | None] = {}
        self._living: dict[str, set[int | None]] = {}
        for folder in self._direct:
            for above in _folders([folder + os.sep]):
                self._living.setdefault(above, set()).add(self._device(folder))
        self._judged: dict[tuple[str, bool], tuple[str, str] | None] = {}

    def objection(self, path: str, *, missing: bool) -> tuple[str, str] | None:
        """The folder to name and the reason to keep the song; None if it is gone."""
        key = os.path.dirname(path), missing  # noqa: PTH120
        if path in self._named:
            return None
        if os.path.lexists(path):
            return path, LINK
        if key not in self._judged:
            self._judged[key] = self._objection(*key)
        return self._judged[key]

    def _objection(self, folder: str, missing: bool) -> tuple[str, str] | None:
        there = lost = folder  # the nearest folder that exists, and the one below that does not
        while not os.path.isdir(there) and there != os.sep:  # noqa: PTH112
            lost, there = there, os.path.dirname(there)  # noqa: PTH120
        why = self._unmounted(there, lost)
        roots = [root for root in self._named if _is_in(folder, root)]
        if roots:  # what lies below a named folder may still be another disk's
            inside = [_is_in(there, root) and root not in (there, lost) for root in roots]
            return why if all(inside) else None
        if why is not None:
            return why
        seen = missing and (there == folder or lost not in self._doubtful)
        if there in self._direct or (there in self._alive and (seen or there == folder)):
            return None
        return lost, NO_SONGS if there == folder else NO_FOLDER

    def _unmounted(self, there: str, lost: str) -> tuple[str, str] | None:
        """The folder from which a disk seems unmounted, and the reason; None if none does."""
        if there not in self._alive and _is_empty(there):
            return there, EMPTY
        elsewhere = self._living.get(there, set()) - {self._device(there)}
        if lost != there and (elsewhere or os.path.lexists(lost)):
            return lost, NO_FOLDER  # others are mounted beside it, or a link leads nowhere
        return None

    def _device(self, folder: str) -> int | None:
        if folder not in self._devices:
            try:
                self._devices[folder] = os.stat(folder).st_dev  # noqa: PTH116
            except OSError:
                self._devices[folder] = None
        return self._devices[folder]


def _folders(paths: Iterable[str]) -> Iterable[str]:
    """All folders above the paths."""
    seen: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)  # noqa: PTH120
        while folder not in seen:
            seen.add(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120
    return seen


def _is_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as listing:
            return all(each.name.startswith(".") for each in listing)
    except OSError:  # its contents are not known
        return True


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
