"""Which copies are wanted, which are there already, and how much room the others take."""

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.records import SongRecord
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.stretching.factor import factor_of
from pacetag.tagger.stretching.formats import Format, bytes_needed
from pacetag.tagger.stretching.mark import Mark, marks_in
from pacetag.tagger.tags.safety.replace import RESERVE

_LONGEST_NAME = 180  # bytes of the original's name; a file system takes 255 in all
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')  # in names on a phone's card


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A song that is wanted at a cadence."""

    song: SongRecord
    pace: float  # of the song, steps a minute
    cadence: float  # steps a minute

    @property
    def factor(self) -> float:
        """The copy's length as a share of the song's; 1 where the song is near enough."""
        return factor_of(self.pace, self.cadence)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copy of a song, there or to be made."""

    song: SongRecord
    factor: float  # length of the copy as a share of the song's
    form: Format
    path: Path
    is_there: bool

    @property
    def mark(self) -> Mark:
        """What its tags must say."""
        return Mark(source=self.song.fingerprint or "0", factor=self.factor, format=self.form)

    @property
    def bytes(self) -> int:
        """How large it gets, roughly."""
        return bytes_needed(self.form, (self.song.duration or 0.0) * self.factor)


def copies_of(wanted: Iterable[Wanted], folder: Path, form: Format) -> dict[Wanted, Copy]:
    """Return the copy of each song that must be stretched; those in the folder are kept.

    A new copy gets a name that is free. Raises TaggerError where the folder cannot be read.
    """
    try:
        there = dict(marks_in(folder))
        taken = _names(folder)
    except OSError as error:
        raise TaggerError(f"{folder}: {error.strerror or error}; name another folder") from error
    known: dict[str, Copy] = {}
    found: dict[Wanted, Copy] = {}
    for one in wanted:
        if one.factor == 1.0:
            continue
        mark = Mark(source=one.song.fingerprint or "0", factor=one.factor, format=form).text
        if mark not in known:
            path = there.get(mark) or folder / _free_name(one, form, taken)
            taken.add(path.name.casefold())
            known[mark] = Copy(
                song=one.song, factor=one.factor, form=form, path=path, is_there=mark in there
            )
        found[one] = known[mark]
    return found


def _names(folder: Path) -> set[str]:
    return {each.name.casefold() for each in folder.iterdir()} if folder.is_dir() else set()


def _free_name(one: Wanted, form: Format, taken: set[str]) -> str:
    """A name such as "Song @165.flac", or "Song @165 (2).flac"."""
    stem = os.fsencode(Path(one.song.path).stem)[:_LONGEST_NAME].decode("utf-8", "ignore")
    base = f"{_FORBIDDEN.sub('_', stem).lstrip('.') or 'song'} @{one.cadence:.5g}"
    number, name = 1, f"{base}.{form}"
    while name.casefold() in taken:
        number += 1
        name = f"{base} ({number}).{form}"
    return name


def check_folder(folder: Path) -> None:
    """Raise TaggerError unless copies can be put into the folder, which may not exist yet."""
    nearest = _nearest(folder)
    if not nearest.is_dir():
        raise TaggerError(f"{nearest}: is no folder; name another place with --copies")
    if nearest not in (folder, folder.parent):
        raise TaggerError(f"{folder}: there is no such folder; make it, or name another")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise TaggerError(f"{nearest}: nothing can be written there; name a place with --copies")


def check_room(copies: Sequence[Copy], folder: Path) -> None:
    """Raise TaggerError unless the copies that must be made fit on the disk of the folder."""
    needed = sum(copy.bytes for copy in copies if not copy.is_there)
    usage = shutil.disk_usage(_nearest(folder))
    if needed and usage.total and usage.free < needed + RESERVE:  # some network disks do not tell
        raise TaggerError(
            f"{folder}: the disk is nearly full: the copies need {(needed + RESERVE) >> 20} MiB, "
            f"{usage.free >> 20} are free; name another place with --copies, or --copies-format "
            "opus"
        )


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(each for each in (folder, *folder.parents) if os.path.lexists(each))
