"""Walk folders for songs: which files count, and the stamp that tells whether one has changed."""

import os
import stat as modes
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pacetag.db.records import Stamp
from pacetag.db.urls import is_url
from pacetag.tagger.errors import UsageError
from pacetag.tagger.library.passed_over import TARGET_LIST, is_bin, is_hidden, may_hold_music
from pacetag.tagger.library.song_names import is_named_song, is_song
from pacetag.tagger.library.trail import Trail
from pacetag.tagger.tags.safety.replace import stamp_of


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
