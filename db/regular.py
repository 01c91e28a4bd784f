"""Check that an index is a regular file: SQLite would wait for a pipe and write into a device."""

import os
import stat
from pathlib import Path

from pacetag.db.errors import IrregularIndexError

NEIGHBOURS = ("-wal", "-shm", "-journal")  # SQLite's own files beside one
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def beside(path: Path, suffix: str) -> Path:
    """Return SQLite's own file with that suffix; it is beside the file that a link leads to."""
    real = Path(os.path.realpath(path))
    return real.with_name(f"{real.name}{suffix}")


def check_regular(path: Path) -> None:
    """Check that the index and SQLite's files beside it are regular files or do not exist.

    Raises IrregularIndexError, also for a link into a folder that is not there, and OSError.
    """
    for each in (path, *(beside(path, suffix) for suffix in NEIGHBOURS)):
        if objection := _objection(each):
            it = "it" if each == path else each.name
            raise IrregularIndexError(path, f"the index cannot be used ({it} {objection})")


def _objection(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        real = Path(os.path.realpath(path))
        if path.is_symlink() and (path.name.endswith(NEIGHBOURS) or not real.parent.is_dir()):
            return f"is a link to {path.readlink()}, which is not there"
        return None
    if stat.S_ISREG(mode):
        return None
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    return f"is {kind}, not a file"
