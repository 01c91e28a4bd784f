"""Walk folders for songs: which files count, and the stamp that tells whether one has changed."""

import errno
import os
import stat as modes
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.tagger.errors import UsageError
from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.passed_over import (
    LISTED,
    TARGET_LIST,
    is_bin,
    is_hidden,
    is_hidden_by_people,
    may_hold_music,
)
from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES, RARE_SUFFIXES
from pacetag.tagger.tags.safety.replace import stamp_of
from pacetag.tagger.tags.safety.temp_files import is_temp_file
from pacetag.tagger.text.urls import is_url


def is_song(name: str) -> bool:
    """Whether a file of this name counts as a song: an audio suffix, and not hidden.

    Temporary files of copiers and of the tag writer are hidden or end in something else.
    """
    return _ends_as_song(name) and not is_hidden(name)


def _ends_as_song(name: str) -> bool:
    stem, _, suffix = name.rpartition(".")
    return bool(stem) and suffix.lower() in AUDIO_SUFFIXES


def is_named_song(name: str) -> bool:
    """Whether a file of this name counts as a song on the command line, hidden or not."""
    _, dot, suffix = name.rpartition(".")
    return bool(dot) and suffix.lower() in AUDIO_SUFFIXES | RARE_SUFFIXES


FEW = 100  # entries of a hidden folder that are looked at
# Errors of a folder that is gone, or of a link that leads nowhere.
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Trail:
    """Where a walk is, where it must not go, and what it passed over."""

    def __init__(
        self,
        without: Iterable[Path] = (),
        *,
        bins: bool = False,
        entering: Callable[[Path], bool] | None = None,
        ignored: Ignored | None = None,
    ) -> None:
        """`bins` includes trash and snapshots, unless they are hidden.

        `entering` is asked before a folder is listed; where it returns False the walk skips it.
        """
        self._without = frozenset(without)
        self.ignored = ignored or Ignored()
        self._bins = bins
        self._entering = entering
        self.place = Path()  # that the walk is asking about
        self.steps = 0
        self.leftovers: list[Path] = []  # pacetag's own hidden files
        self.bins: list[Path] = []  # folders of trash and the like
        self.others = Counter[str]()  # files that may hold music, by suffix
        self.hidden: list[Path] = []  # songs, and folders with songs, that a person may have hidden
        self.refused: dict[Path, str] = {}  # what could not be read, and why
        self.ended = False  # the walk is to end without asking again

    def may_go(self, place: Path) -> bool:
        """Whether to go there; if so, the walk is there now."""
        if self.ended:
            return False
        self.place = place
        self.steps += 1
        return not self._without or place not in self._without  # hashing a path is slow

    def enters(self, folder: Path) -> bool:
        """Whether to list a folder that is about to be listed."""
        return self._entering is None or self._entering(folder)

    def passes_by(self, folder: Path) -> bool:
        """Whether the walk skips a folder for its name; records it if so."""
        if not is_bin(folder.name) or (self._bins and not is_hidden(folder.name)):
            return False
        self.bins.append(folder)
        return True

    def sees_hidden(self, place: Path) -> None:
        """Record a hidden file of pacetag's own, or a hidden song or folder with songs."""
        if is_temp_file(place.name):
            self.leftovers.append(place)
        elif (
            is_hidden_by_people(place.name)
            and self.may_go(place)
            and (_ends_as_song(place.name) or _holds_songs(place))
        ):
            self.hidden.append(place)

    def refuses(self, place: Path, error: OSError, what: str = LISTED) -> None:
        """Record that a folder could not be read; a missing one is not an error."""
        if error.errno not in _GONE:
            self.refused[place] = f"{what}: {error.strerror or error}"


def walk(paths: Iterable[Path], *, deep: bool = True, trail: Trail | None = None) -> Iterator[Path]:
    """Every song under the paths, once, as absolute paths sorted within their folder.

    A path may be a file. Links to folders are followed after the real folders, so that a song that
    can be reached both ways is found where it lies; loops end because no folder is entered twice.
    `deep=False` skips sub-folders. The `trail` tells another thread where the walk is, and records
    what was passed over and pacetag's own hidden files.
    """
    entered: set[tuple[int, int]] = set()
    named: set[Path] = set()
    trail = trail or Trail()
    for path in paths:
        start = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would replace links
        if not trail.may_go(start):
            continue
        if _leads_to(start, modes.S_ISDIR, trail):
            yield from _walk_folder(start, entered, trail, deep=deep)
        elif start not in named and _leads_to(start, modes.S_ISREG, trail):
            named.add(start)
            if is_named_song(start.name):
                yield start
            elif suffix := may_hold_music(start.name):
                trail.others[suffix] += 1


def _leads_to(place: Path, kind: Callable[[int], bool], trail: Trail) -> bool:
    """Whether something of that kind lies there, links followed."""
    try:
        return kind(place.stat().st_mode)
    except OSError as error:
        trail.refuses(place, error, "cannot be looked at")
        return False


def _walk_folder(
    top: Path, entered: set[tuple[int, int]], trail: Trail, *, deep: bool
) -> Iterator[Path]:
    """The songs under one folder: real folders first, then those that links lead to."""
    real, linked = [top], list[Path]()
    while real or linked:
        folder = real.pop() if real else linked.pop(0)
        if folder != top and not trail.may_go(folder):
            continue
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            if not trail.enters(folder):
                continue
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            trail.refuses(folder, error)
            continue
        if any(entry.name == TARGET_LIST for entry in entries):  # copies, whose songs are known
            continue
        below: list[Path] = []
        for entry in entries:
            place = folder / entry.name
            if is_hidden(entry.name) and not is_bin(entry.name):
                trail.sees_hidden(place)
                continue
            if place in trail.ignored or not trail.may_go(place):
                continue
            if _is_folder(entry, place, trail):
                if not trail.passes_by(place):
                    (linked if entry.is_symlink() else below).append(place)
            elif is_song(entry.name):
                if _is_file(entry):
                    yield place
            elif (suffix := may_hold_music(entry.name)) and _is_file(entry):
                trail.others[suffix] += 1
        if deep:
            real.extend(reversed(below))
        else:
            linked.clear()


def _holds_songs(folder: Path, *, deep: bool = True) -> bool:
    """Whether songs lie in a folder or right below it, by its first entries."""
    try:
        with os.scandir(folder) as listing:
            names = [entry.name for entry in islice(listing, FEW)]
    except OSError:  # a file, usually
        return False
    if any(map(is_song, names)):
        return True
    return deep and any(
        _holds_songs(folder / name, deep=False) for name in names if not is_hidden(name)
    )


def _is_folder(entry: os.DirEntry[str], place: Path, trail: Trail) -> bool:
    try:
        return entry.is_dir()
    except OSError as error:  # a link to itself, or into a folder without permission
        trail.refuses(place, error, "cannot be looked at")
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def check_paths(paths: Iterable[Path]) -> list[Path]:
    """The paths, absolute. Raises UsageError for one that does not exist."""
    checked = []
    for path in paths:
        absolute = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100
        try:
            absolute.stat()
        except OSError as error:
            raise UsageError(f"{path}: {_why(error)}; name a folder or a song") from error
        checked.append(absolute)
    return checked


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    return f"cannot be looked at ({error.strerror})"


def stamp(path: Path) -> Stamp:
    """The stamp that tells whether a file has changed. Raises OSError."""
    status = path.stat()
    if not modes.S_ISREG(status.st_mode):
        raise FileNotFoundError(f"{path}: not a file")
    return stamp_of(status)


def is_gone(path: str) -> bool:
    """Whether nothing lies at the path; False where its folder cannot be read, and for a URL."""
    if is_url(path):
        return False
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
