"""What `pacetag setup` knows of one program, as values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pacetag.tagger.errors import TaggerError
from pacetag.tagger.playlist.rules import Rules

NEEDS_BPM = (  # a step of programs that read no custom fields
    "It needs the ordinary BPM field: `pacetag scan --bpm-range 140-190` writes the pace that lies "
    "there."
)


class CannotEditError(TaggerError):
    """A file is not understood well enough to be changed; the text says why, without the path."""


class Source(StrEnum):
    """What the facts about a program rest on."""

    TRIED = "tried with the program"
    DOCUMENTS = "from its documents"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a file of the program lies, if it is used there."""

    file: Path
    home: Path  # a folder that only the program makes


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One file of the program that pacetag can change."""

    places: Callable[[Rules], Iterable[Place]]  # the usual ones; the first that counts comes first
    lines: Callable[[Rules], str]  # what to add by hand, with line ends
    edited: Callable[[str, Rules], str]  # the changed text; the same where nothing lacks.
    # `edited` raises CannotEditError; "" stands for a file that is not there.
    created: bool = False  # whether the file is made where it is not there
    first_counts: bool = False  # whether the program reads the first of several files alone
    processes: Sequence[str] = ()  # programs that would write the file anew from memory
    then: str = ""  # what to do after the change, a sentence


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program."""

    name: str  # as it is typed
    title: str
    sees: str  # what it shows of PACE and BPM, a sentence
    source: Source
    steps: Callable[[Rules], Iterable[str]]  # what a person does, a sentence or a command each
    change: FileChange | None = None
