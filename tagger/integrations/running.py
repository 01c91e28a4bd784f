"""Which programs run now, as far as the system tells."""

import os
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from pacetag.tagger.integrations.places import is_windows

_PROC = Path("/proc")
_SECONDS = 10.0  # that a listing may take
_INTERPRETERS = ("python", "sh", "bash", "env")


def running_among(names: Collection[str]) -> str | None:
    """Return the first of these programs that runs now; None where none is seen."""
    wanted = {name.lower() for name in names}
    if not wanted:
        return None
    found = (name for command in _commands() for name in _names(command) if name in wanted)
    return next(found, None)


def _names(command: list[str]) -> Iterator[str]:
    """What a process may be called: its program, or the script that an interpreter runs."""
    for place, word in enumerate(command[:3]):
        name = PurePath(word.replace("\\", "/")).name.lower().removesuffix(".exe")
        yield name.removesuffix(".py")
        if place == 0 and not name.startswith(_INTERPRETERS):
            return


def _commands() -> Iterator[list[str]]:
    """The words of each process's command line."""
    if _PROC.joinpath("self/cmdline").exists():
        yield from _from_proc()
    else:
        yield from _from_listing()


def _from_proc() -> Iterator[list[str]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = folder.joinpath("cmdline").read_bytes().split(b"\0")
            except OSError:  # it has ended
                continue
            yield [os.fsdecode(word) for word in words]


def _from_listing() -> Iterator[list[str]]:
    """By `ps`, or `tasklist` on Windows; nothing where neither can be run."""
    words = ["tasklist", "/fo", "csv", "/nh"] if is_windows() else ["ps", "-Axo", "args="]
    program = shutil.which(words[0])
    if program is None:
        return
    try:
        done = subprocess.run(
            [program, *words[1:]], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return
    for line in done.stdout.splitlines():
        yield [line.split('","')[0].strip('"')] if is_windows() else line.split()
