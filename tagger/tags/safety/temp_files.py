"""Hidden files beside a song: drafts of its next content, and copies of its last."""

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from pacetag.tagger.tags.safety.disk import hold, new_held_file

# Names that no player takes for songs. Earlier versions wrote playlists with 16 digits.
_NAME = re.compile(r"\.pacetag-[0-9a-f]{12}(?:[0-9a-f]{4})?\.(tmp|new|bak)")
DRAFT, FRESH, BACKUP = ".tmp", ".new", ".bak"


@contextmanager
def temp_file_beside(real: Path) -> Iterator[Path]:
    """An empty hidden file beside the file, readable by this user only; removed at the end.

    Files that killed processes left are removed first. Raises OSError.
    """
    sweep(real.parent)
    # Readable by this user only, until it gets the file's mode.
    temp_file, descriptor = new_held_file(partial(_drawn_beside, real), _hold_if_possible)
    try:
        yield temp_file
    finally:
        try:
            with suppress(OSError):  # the next write into this folder removes it
                temp_file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _drawn_beside(real: Path) -> Path:
    return real.with_name(f".pacetag-{secrets.token_hex(6)}{DRAFT}")


def _hold_if_possible(descriptor: int) -> bool:
    try:
        return hold(descriptor)
    except OSError:  # without locks no other process removes it either
        return True


def is_temp_file(name: str) -> bool:
    """Whether a name is that of a temporary file of pacetag's."""
    return _NAME.fullmatch(name) is not None


def sweep(folder: Path) -> None:
    """Remove the drafts that no living process holds; what a journal may need stays."""
    with suppress(OSError), os.scandir(folder) as listing:
        for name in [each.name for each in listing if is_temp_file(each.name)]:
            if name.endswith(DRAFT):
                remove_if_stale(folder / name)


def remove_if_stale(draft: Path) -> None:
    """Remove a draft unless a living process holds it."""
    with _held_if_stale(draft) as stale, suppress(OSError):
        if stale:
            draft.unlink(missing_ok=True)


def is_stale(temp_file: Path) -> bool:
    """Whether it is a file that no living process has locked, as far as can be told."""
    with _held_if_stale(temp_file) as stale:
        return stale


@contextmanager
def _held_if_stale(temp_file: Path) -> Iterator[bool]:
    try:
        descriptor = os.open(temp_file, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield False
        return
    try:
        yield _is_free(descriptor)
    finally:
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and hold(descriptor)
    except OSError:  # without locks it cannot be told
        return False
