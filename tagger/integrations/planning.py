"""What would be changed in the files of a program: found, read and compared."""

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pacetag.model.regular import NotRegularError, read_regular
from pacetag.tagger.integrations.program import CannotEditError, FileChange, Place
from pacetag.tagger.playlist.rules import Rules

MOST = 4 << 20  # bytes of a file of settings


class State(StrEnum):
    """How a file stands."""

    LACKING = "lacking"  # pacetag can change it
    DONE = "done"  # nothing lacks
    BY_HAND = "by hand"  # it is left as it is


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """One file, and what it should hold."""

    file: Path
    state: State
    old: bytes | None = None  # None: it is not there
    new: bytes = b""  # equal to `old` unless something lacks
    reason: str | None = None  # why it is left as it is, a clause

    @property
    def diff(self) -> list[str]:
        """The change as lines of a unified diff, without line ends."""
        before, after = (_shown(content) for content in (self.old or b"", self.new))
        name = str(self.file)
        return list(difflib.unified_diff(before, after, name, name, lineterm=""))


def _shown(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()


def plans_of(change: FileChange, rules: Rules, named: Path | None = None) -> list[FilePlan]:
    """Return a plan for each file of the program that is there, or for the named one.

    Where there are only folders of the program, the first of them counts.
    """
    if named is not None:
        return [plan_of(change, rules, Path(os.path.expanduser(named)).absolute())]  # noqa: PTH111
    places = tuple(change.places(rules))
    there = _files(places)
    if not there and change.created:
        there = [place.file for place in places if _is_folder(place.home)][:1]
    return [plan_of(change, rules, file) for file in there[: 1 if change.first_counts else None]]


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; False for one that may not be looked at, which Path raises for."""
    return os.path.isdir(path)  # noqa: PTH112


def _files(places: Sequence[Place]) -> list[Path]:
    """The files that are there, each once, however many names lead to it."""
    found: dict[Path, Path] = {}
    for place in places:
        if os.path.lexists(place.file):
            found.setdefault(Path(os.path.realpath(place.file)), place.file)
    return list(found.values())


def plan_of(change: FileChange, rules: Rules, file: Path) -> FilePlan:
    """Return what is to be done in one file; what cannot be read or understood is left alone."""
    if not os.path.lexists(file):
        return _new(change, rules, file)
    try:
        old = read_regular(file, most=MOST)
        text = old.decode("utf-8")
        new = change.edited(text, rules).encode("utf-8")
    except (NotRegularError, CannotEditError) as error:
        return FilePlan(file=file, state=State.BY_HAND, reason=str(error))
    except UnicodeDecodeError:
        return FilePlan(file=file, state=State.BY_HAND, reason="is no text in UTF-8")
    state = State.DONE if new == old else State.LACKING
    return FilePlan(file=file, state=state, old=old, new=new)


def _new(change: FileChange, rules: Rules, file: Path) -> FilePlan:
    if not change.created:
        return FilePlan(file=file, state=State.BY_HAND, reason="is not there")
    return FilePlan(file=file, state=State.LACKING, new=change.edited("", rules).encode("utf-8"))
