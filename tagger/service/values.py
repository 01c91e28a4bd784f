"""What is installed as a service: a command, its environment, and what it may write."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.config.environment import variable
from pacetag.tagger.config.file import FILE_VARIABLE
from pacetag.tagger.config.kinds import PATH
from pacetag.tagger.config.table import SETTINGS
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.text.formatting import is_utf8

NAME = "pacetag"
SENTENCE = "pacetag keeps tags and index up to date with folders of music"
PROGRAM = (sys.executable, "-m", "pacetag.tagger")
BASE_MEMORY, WORKER_MEMORY = 512, 512  # MiB; docs/service.md says what was measured
SILENCE = 300  # s without a sign of life after which the service is started again
PATIENCE = 10  # s from the request to end until the process is killed; it needs 5
_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")  # where settings and index lie by default


class ServiceError(TaggerError):
    """The service cannot be installed, removed, started or stopped."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A watcher that the system keeps running."""

    command: tuple[str, ...]  # the program, and its arguments
    environment: Mapping[str, str]
    writable: tuple[Path, ...]  # folders in which it may write, absolute
    memory: int  # MiB that it may use
    confined: bool = True  # it sees all other folders read-only, where the system can do that

    def refuse(self, unfit: str, where: str, *, of_folders: str = "") -> None:
        """Raise ServiceError if a path or variable holds one of the `unfit` characters.

        `of_folders` are further ones, for folders that may be written.
        """
        folders = tuple(map(str, self.writable))
        for text in (*self.command, *self.environment.values(), *folders):
            signs = unfit + of_folders * (text in folders)
            if any(sign in text for sign in signs) or not is_utf8(text):
                raise ServiceError(
                    f"{text}: {where} cannot hold such a name; give it another, or link to it"
                )


def watching(
    roots: Sequence[Path],
    *,
    typed: bool,
    index: Path,
    index_typed: bool,
    jobs: int,
    more: Sequence[Path] = (),
    confined: bool = True,
) -> Service:
    """Return the service that watches `roots`.

    Roots and index that were not `typed` stand in the file of settings, and the command leaves them
    to it. `more` are further folders that it may write.
    """
    arguments = ["watch", "--wait"]
    if index_typed:
        arguments += ["--index", str(index)]
    if typed:
        arguments += ["--", *map(str, roots)]
    return Service(
        command=(*PROGRAM, *arguments),
        environment=_environment(),
        writable=_outermost([*roots, index.parent, *more]),
        memory=BASE_MEMORY + jobs * WORKER_MEMORY,
        confined=confined,
    )


def _environment() -> dict[str, str]:
    """The variables that name files and settings, which a service would not inherit."""
    found: dict[str, str] = {}
    paths = {each.variable for each in SETTINGS if each.kind is PATH} | {FILE_VARIABLE, *_FOLDERS}
    for name in (FILE_VARIABLE, *_FOLDERS, *(each.variable for each in SETTINGS)):
        text = variable(name) if name else None
        if name and text is not None:
            found[name] = os.path.abspath(os.path.expanduser(text)) if name in paths else text  # noqa: PTH100, PTH111
    return found


def _outermost(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The folders without those that lie in others, in the order given."""
    unique = list(dict.fromkeys(folders))
    return tuple(
        each
        for each in unique
        if not any(each != other and each.is_relative_to(other) for other in unique)
    )
