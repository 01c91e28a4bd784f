"""Hidden files beside a song: drafts of its next content, and copies of its last."""

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacetag.tagger.tags.safety.disk import hold

# Which no player takes for a song. Earlier versions wrote playlists with 16 digits.
_NAME = re.compile(r"\.pacetag-[0-9a-f]{12}(?:[0-9a-f]{4})?\.(tmp|new|bak)")
DRAFT, FRESH, BACKUP = ".tmp", ".new", ".bak"


@contextmanager
def hidden_sibling(real: Path) -> Iterator[Path]:
    """An empty file beside the file, ours alone; it goes at the end, whatever happens.

    Those of processes that were killed go before. Raises OSError.
    """
    sweep(real.parent)
    sibling, descriptor = _held_file(real)
    try:
        yield sibling
    finally:
        try:
            with suppress(OSError):  # the next draft's maker sweeps it away
                sibling.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _held_file(real: Path) -> tuple[Path, int]:
    """A new hidden file, locked for as long as its descriptor is open."""
    while True:
        sibling = real.with_name(f".pacetag-{secrets.token_hex(6)}{DRAFT}")
        # Nobody else's, until it has the file's mode.
        descriptor = os.open(sibling, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if _is_ours(descriptor):
                return sibling, descriptor
        except BaseException:
            os.close(descriptor)
            sibling.unlink(missing_ok=True)
            raise
        os.close(descriptor)  # somebody swept it away before it was locked


def _is_ours(descriptor: int) -> bool:
    try:
        held = hold(descriptor)
    except OSError:  # a file system without locks: nobody can sweep there either
        held = True
    return held and os.fstat(descriptor).st_nlink > 0


def is_sibling(name: str) -> bool:
    """Whether a name is one that only this package gives."""
    return _NAME.fullmatch(name) is not None


def sweep(folder: Path) -> None:
    """Remove the drafts that no living process holds. Whatever a journal may speak of stays."""
    with suppress(OSError), os.scandir(folder) as listing:
        for name in [each.name for each in listing if is_sibling(each.name)]:
            if name.endswith(DRAFT):
                remove_if_stale(folder / name)


def remove_if_stale(draft: Path) -> None:
    """Remove a draft unless a living process holds it."""
    with _held_if_stale(draft) as stale, suppress(OSError):
        if stale:
            draft.unlink(missing_ok=True)


def is_stale(sibling: Path) -> bool:
    """Whether it is a file that no living process holds, as far as can be told."""
    with _held_if_stale(sibling) as stale:
        return stale


@contextmanager
def _held_if_stale(sibling: Path) -> Iterator[bool]:
    try:
        descriptor = os.open(sibling, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
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
    except OSError:  # a file system without locks: nobody can tell there
        return False
