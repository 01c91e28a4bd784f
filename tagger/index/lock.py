"""Processes take turns at songs, so that the log has their writes in the order in which they came.

Files are safe without: every write is claimed and checked against what was looked at. But one that
is noted before another and done after it would read as if somebody else had changed the tags, and
could not be taken back without `--force`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pacetag.tagger.tags.safety.disk import hold

PATIENCE = 30.0  # seconds; a large file on a slow disk takes that long to be copied


@contextmanager
def turn(index: Path) -> Iterator[None]:
    """Keep other processes with the same index from noting and writing tags meanwhile.

    Who waits for too long goes on all the same, and so does everybody where there are no locks.
    """
    try:
        folder = os.open(index.parent, os.O_RDONLY)  # locking it leaves nothing on the disk
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
        hold(folder, PATIENCE)
    except OSError:  # the file system has no locks
        return
