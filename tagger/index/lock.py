"""A lock on the index, held per song, so that the log has all writes in their true order.

Files are safe without it: every write locks its file and compares it with what was probed. But a
write that is noted before another and made after it would look as if another program had changed
the tags, and could not be undone without `--force`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.tagger.tags.safety.disk import hold

LOCK_TIMEOUT = 30.0  # seconds; copying a large file on a slow disk takes that long


@contextmanager
def index_lock(index: Path) -> Iterator[None]:
    """Keep other processes with the same index from noting and writing tags meanwhile.

    A process that has waited for `LOCK_TIMEOUT` goes on without the lock, and so does every process
    where the file system has no locks.
    """
    try:
        folder = os.open(index.parent, os.O_RDONLY)  # a locked folder leaves no lock file behind
    except OSError:
        yield
        return
    try:
        _hold(folder)
        yield
    finally:
        os.close(folder)


def _hold(folder: int) -> None:
    try:
        hold(folder, LOCK_TIMEOUT)
    except OSError:  # the file system has no locks
        return
