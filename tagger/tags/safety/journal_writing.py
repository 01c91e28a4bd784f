"""Writes journals to the disk, each before its song is touched."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from pacetag.tagger.tags.safety.disk import (
    flush,
    hold,
    make_folder,
    new_held_file,
    sync_folder,
    write_at,
)
from pacetag.tagger.tags.safety.journal import (
    COMPLETE,
    COPIES,
    OWN_INODE,
    UNFINISHED,
    Journal,
    JournalError,
    render,
    why_not_ours,
)


def copies_in(folder: Path) -> Path:
    """The folder for copies of songs whose own folders are read-only; made if it is missing.

    Raises JournalError if others could write to it.
    """
    copies = folder / COPIES
    try:
        for each in (folder, copies):
            if not os.path.lexists(each):
                make_folder(each, mode=0o700)
            reason = why_not_ours(each)
            if reason is not None:
                raise JournalError(each, reason)
    except OSError as error:
        raise JournalError(copies, error.strerror or str(error)) from error
    return copies


@contextmanager
def published(folder: Path, record: Mapping[str, Any]) -> Iterator[Journal]:
    """Write a journal with this record; it stays on the disk unless the block drops it.

    Raises JournalError if that fails, and leaves nothing behind.
    """
    try:
        if not os.path.lexists(folder):
            make_folder(folder, mode=0o700)
        reason = why_not_ours(folder)
        if reason is not None:  # recovery would not obey it
            raise JournalError(folder, reason)
        draft, descriptor = new_held_file(partial(_drawn_in, folder), hold)
    except OSError as error:
        raise JournalError(folder, error.strerror or str(error)) from error
    try:
        path = draft.with_suffix(COMPLETE)
        bound = {**record, OWN_INODE: os.fstat(descriptor).st_ino}
        _publish(draft, path, descriptor, render(bound))
        yield Journal(path=path, held=True, record=record)
    finally:
        os.close(descriptor)


def _publish(draft: Path, path: Path, descriptor: int, content: bytes) -> None:
    try:
        write_at(descriptor, 0, content)
        flush(descriptor)
        draft.replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise JournalError(path.parent, error.strerror or str(error)) from error
        raise


def _drawn_in(folder: Path) -> Path:
    return folder / f"{secrets.token_hex(6)}{UNFINISHED}"
