"""A temporary folder for a copy of the index; removes those that killed processes left."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacetag.tagger.tags.safety.disk import hold

_PREFIX = "pacetag-"
_MARK = ".pacetag-scratch"  # the file that identifies such a folder; locked while in use


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder that only this user can enter, and remove it at the end. Raises OSError."""
    _sweep(Path(tempfile.gettempdir()))
    folder, mark = _held_folder()
    try:
        yield folder
    finally:
        os.close(mark)
        shutil.rmtree(folder, ignore_errors=True)


def _held_folder() -> tuple[Path, int]:
    """A new folder and its locked mark."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        mark = os.open(folder / _MARK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            held = hold(mark)
        except OSError:  # without locks, no process sweeps
            held = True
        if held and os.fstat(mark).st_nlink:
            return folder, mark
        os.close(mark)  # another process swept it away before it was locked


def _sweep(top: Path) -> None:
    """Remove this user's folders that no living process holds, where the system has locks."""
    if not hasattr(os, "geteuid"):
        return
    with suppress(OSError), os.scandir(top) as listing:
        for each in listing:
            if each.name.startswith(_PREFIX) and each.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_stale(Path(each.path))


def _remove_if_stale(folder: Path) -> None:
    if not _is_private(folder.lstat()):
        return
    mark = os.open(folder / _MARK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if hold(mark):
            for each in [*folder.iterdir()]:
                if each.name != _MARK:
                    each.unlink()
            (folder / _MARK).unlink()  # last, so that a later sweep can finish this one
            folder.rmdir()
    finally:
        os.close(mark)


def _is_private(status: os.stat_result) -> bool:
    """Whether it is this user's folder, into which no other user can have put anything."""
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and not stat.S_IMODE(status.st_mode) & 0o077
    )
