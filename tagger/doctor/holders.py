"""Which processes hold locks on an index, as Linux lists them; other systems tell of none."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOCKS, PROCESSES = Path("/proc/locks"), Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process that holds a lock."""

    process: int
    name: str  # of its program


def holders(index: Path) -> list[Holder]:
    """Return the other processes that hold a lock on the index, its files or its folder."""
    locked = set(_locked(index))
    inodes = {inode for _, inode in locked}
    found = {number for number, inode in _locks() if inode in inodes} - {os.getpid()}
    return [
        Holder(process=number, name=_name(number))
        for number in sorted(found)
        if _has_open(number, locked)
    ]


def _locked(index: Path) -> Iterator[tuple[int, int]]:
    """Device and inode of what pacetag and SQLite lock: folder, file, and its shared memory."""
    for place in (index.parent, index, index.with_name(f"{index.name}-shm")):
        with suppress(OSError):
            status = place.stat()
            yield status.st_dev, status.st_ino


def _has_open(process: int, files: set[tuple[int, int]]) -> bool:
    """Whether a process has one of the files open, which tells inodes of several disks apart.

    True for a process of another user, whose files cannot be looked at.
    """
    try:
        links = list((PROCESSES / str(process) / "fd").iterdir())
    except OSError:
        return True
    for link in links:
        with suppress(OSError):  # closed meanwhile
            status = link.stat()
            if (status.st_dev, status.st_ino) in files:
                return True
    return False


def _locks() -> Iterator[tuple[int, int]]:
    """Process and inode of each lock that is held, as `1: FLOCK ADVISORY WRITE 123 fe:00:456 0`."""
    with suppress(OSError):
        for line in LOCKS.read_text().splitlines():
            with suppress(ValueError, IndexError):
                words = line.split()
                if "->" not in words:  # which waits for a lock
                    yield int(words[4]), int(words[5].rpartition(":")[2])


def _name(process: int) -> str:
    with suppress(OSError):
        return (PROCESSES / str(process) / "comm").read_text().strip() or "a program"
    return "a program"
