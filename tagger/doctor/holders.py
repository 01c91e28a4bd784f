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
    inodes = set(_inodes(index))
    found = {number for number, inode in _locks() if inode in inodes} - {os.getpid()}
    return [Holder(process=number, name=_name(number)) for number in sorted(found)]


def _inodes(index: Path) -> Iterator[int]:
    """The inodes that pacetag and SQLite lock: the folder, the file, and its shared memory."""
    for place in (index.parent, index, index.with_name(f"{index.name}-shm")):
        with suppress(OSError):
            yield place.stat().st_ino


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
