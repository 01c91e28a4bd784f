"""The list that a target keeps of what pacetag put there, with a hash of each file.

Only files of this list are ever renamed, replaced or removed, and only while they are as they were
put. A file is listed before it gets its name, so none is there that the list does not know.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pacetag.model.regular import NotRegularError, read_regular
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.library.passed_over import TARGET_LIST
from pacetag.tagger.tags.safety.disk import flush, sync_folder
from pacetag.tagger.tags.safety.temp_files import temp_file_beside
from pacetag.tagger.targets.hashing import file_hash
from pacetag.tagger.targets.names import is_plain

VERSION = 1
MOST = 64 << 20  # bytes of the list
_FAULTS = (NotRegularError, OSError, ValueError, KeyError, TypeError, AttributeError)
SLACK = 2_000_000_000  # ns by which FAT rounds the time of a file


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file that pacetag put into a target."""

    source: str  # what it was made of, and how: the same text means the same content
    origin: str  # the same without the state of the song: another source replaces this one
    size: int  # bytes
    mtime_ns: int  # when it was written, as the target tells it
    hash: str  # of its content


@dataclass(kw_only=True)
class Manifest:
    """The list of a target, in a hidden file of its folder."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)  # by name

    def save(self) -> None:
        """Write the list. Raises OSError; an earlier one stays as it was then."""
        value = {
            "made by": "pacetag; files that are not listed here are never touched",
            "version": VERSION,
            "files": {name: asdict(entry) for name, entry in self.entries.items()},
        }
        place = self.folder / TARGET_LIST
        with temp_file_beside(place) as draft:
            draft.write_text(json.dumps(value, indent=1), encoding="utf-8")
            with draft.open("rb") as file:
                flush(file.fileno())
            draft.replace(place)
        with suppress(OSError):
            sync_folder(self.folder)

    def forget_gone(self) -> None:
        """Drop the files that are no longer there from the list. Raises OSError."""
        gone = [name for name in self.entries if not os.path.lexists(self.folder / name)]
        for name in gone:
            del self.entries[name]
        if gone:
            self.save()

    def ours(self) -> Iterator[tuple[str, Entry]]:
        """Yield the files that lie there as they were put, as far as size and time tell."""
        for name, entry in self.entries.items():
            if is_as_put(self.folder / name, entry):
                yield name, entry


def is_as_put(path: Path, entry: Entry, *, surely: bool = False) -> bool:
    """Whether a file is as pacetag put it; `surely` reads all of it.

    Without, it is read only where its time differs: some players set times of their own.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != entry.size:
            return False
        if not surely and abs(status.st_mtime_ns - entry.mtime_ns) <= SLACK:
            return True
        return file_hash(path) == entry.hash
    except OSError:
        return False


def read_manifest(folder: Path) -> Manifest:
    """Return the list of a target; an empty one where there is none yet.

    Raises TaggerError where it cannot be understood.
    """
    place = folder / TARGET_LIST
    if not os.path.lexists(place):
        return Manifest(folder=folder)
    try:
        return Manifest(folder=folder, entries=_entries(json.loads(read_regular(place, most=MOST))))
    except _FAULTS as error:
        raise TaggerError(
            f"{place}: the list of what pacetag put there cannot be read; remove it to begin "
            "anew: what lies in the folder is yours then, and stays"
        ) from error


def _entries(value: Mapping[str, Any]) -> dict[str, Entry]:
    if value["version"] != VERSION:
        raise ValueError("another version")
    return {
        name: Entry(
            source=str(each["source"]),
            origin=str(each["origin"]),
            size=int(each["size"]),
            mtime_ns=int(each["mtime_ns"]),
            hash=str(each["hash"]),
        )
        for name, each in value["files"].items()
        if is_plain(name)  # so that no list leads out of the folder
    }
