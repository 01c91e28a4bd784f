"""Journals: what a song was, noted on the disk before the song is touched.

A journal is a file of two lines: a record in JSON, and a hash over it. It gets its name once it is
complete, and whoever writes the song holds it locked. So one that nobody holds was left by a
process that died, and tells how to put the song right.

Anybody could write such a file, and what it says is written into a song. So it is obeyed only in a
folder and a file that nobody but this user can have written, and only where it was written: its
record has the number of its own inode, which a copy, or what is unpacked from an archive, has not.
"""

import errno
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.tagger.settings import WAITING
from pacetag.tagger.tags.safety.disk import flush, hold, make_folder, read_at, sync_folder, write_at

FORMAT = 2
UNBOUND = 1  # the format before, whose records do not tell their own inode
COMPLETE, UNFINISHED = WAITING  # suffixes
ASIDE = ".aside"
COPIES = "copies"  # folder among them
_NAME = re.compile(r"[0-9a-f]{12}\.(journal|new)")  # that is given here
_OWN_INODE = "own_inode"
# A folder, a link, a pipe, a file of another user: nothing that pacetag puts there.
_ODD = (errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM)
_MOST = 64 << 20  # bytes; what the longest journal takes several times


class JournalError(Exception):
    """Nothing could be noted, so no song was touched."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"what it was could not be noted in {folder} first ({reason})")


@dataclass(frozen=True, kw_only=True)
class Journal:
    """One journal."""

    path: Path
    held: bool  # whether this process holds it; else its writer lives, or another puts it right
    record: Mapping[str, Any] | None  # None where it is damaged, or must not be read
    objection: str | None = None  # a clause why it is not obeyed, whatever it says

    @property
    def bound(self) -> bool:
        """Whether it is known to have been written where it lies."""
        return self.record is not None and self.record.get("format") == FORMAT

    def drop(self) -> None:
        """Remove it, as the song is whole. Raises OSError."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def set_aside(self) -> Path:
        """Keep it for a person to look at, under a name that is not read again."""
        aside = self.path.with_suffix(ASIDE)
        while os.path.lexists(aside):
            aside = aside.with_name(f"{self.path.stem}-{secrets.token_hex(2)}{ASIDE}")
        self.path.replace(aside)
        sync_folder(aside.parent)
        return aside


def copies_in(folder: Path) -> Path:
    """Where copies of songs lie whose own folders may not be written, made if need be.

    Raises JournalError where it would not be this user's alone.
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
    """Put a record onto the disk; it stays there unless the block drops it.

    Raises JournalError where that cannot be done; nothing is left there then.
    """
    try:
        if not os.path.lexists(folder):
            make_folder(folder, mode=0o700)
        reason = why_not_ours(folder)
        if reason is not None:  # it would not be obeyed there
            raise JournalError(folder, reason)
        draft, descriptor = _held_file(folder)
    except OSError as error:
        raise JournalError(folder, error.strerror or str(error)) from error
    try:
        path = draft.with_suffix(COMPLETE)
        bound = {**record, _OWN_INODE: os.fstat(descriptor).st_ino}
        _publish(draft, path, descriptor, _render(bound))
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


def why_not_ours(folder: Path) -> str | None:
    """A clause why nothing in a folder of journals may be believed; None where it may be.

    Raises OSError where there is no such folder.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a folder, or a link to one"
    return _not_ours(status)


def _not_ours(status: os.stat_result) -> str | None:
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "other users may write to it"
    return None


def journals_in(folder: Path) -> Iterator[Journal]:
    """The journals, each locked while it is looked at unless another process holds it.

    Beginnings of journals that nobody holds are removed: their songs were not touched yet. A folder
    that others may write to yields none.
    """
    try:
        reason = why_not_ours(folder)
    except OSError:  # there is no such folder
        return
    for name in names(folder) if reason is None else ():
        yield from _journal(folder / name)


def _journal(path: Path) -> Iterator[Journal]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:  # just dropped
        return
    except OSError as error:
        if error.errno not in _ODD:
            raise
        if _NAME.fullmatch(path.name):
            reason = f"cannot be opened ({error.strerror})"
            yield Journal(path=path, held=True, record=None, objection=reason)
        return
    try:
        held, status = hold(descriptor), os.fstat(descriptor)
        if path.suffix == UNFINISHED:
            if held and _NAME.fullmatch(path.name):
                path.unlink()
        elif status.st_nlink:
            yield from _read(path, descriptor, status, held=held)
    finally:
        os.close(descriptor)


def _read(path: Path, descriptor: int, status: os.stat_result, *, held: bool) -> Iterator[Journal]:
    """The journal; none where it is somebody's file that only ends like one."""
    is_file = stat.S_ISREG(status.st_mode)
    record = _parse(read_at(descriptor, 0, min(status.st_size, _MOST))) if is_file else None
    if record is not None or _NAME.fullmatch(path.name):
        objection = _objection(status, record or {})
        yield Journal(path=path, held=held, record=record, objection=objection)


def _objection(status: os.stat_result, record: Mapping[str, Any]) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is not a file"
    if status.st_nlink > 1:  # an archive may give a new name to what was set aside
        return "has several names"
    reason = _not_ours(status)
    if reason is not None:
        return f"is not to be trusted, since {reason}"
    if record.get("format") == FORMAT and record.get(_OWN_INODE) != status.st_ino:
        return "is a copy of a journal, or was unpacked from an archive"
    return None


def names(folder: Path) -> list[str]:
    """The files in a folder of journals that may have to be looked at; cheap."""
    try:
        with os.scandir(folder) as listing:
            found = [each.name for each in listing]
    except OSError:
        return []
    return sorted(name for name in found if name.endswith(WAITING))


def _held_file(folder: Path) -> tuple[Path, int]:
    while True:
        draft = folder / f"{secrets.token_hex(6)}{UNFINISHED}"
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if hold(descriptor) and os.fstat(descriptor).st_nlink:
                return draft, descriptor
        except BaseException:
            os.close(descriptor)
            draft.unlink(missing_ok=True)
            raise
        os.close(descriptor)  # another process took it for abandoned


def _render(record: Mapping[str, Any]) -> bytes:
    line = json.dumps({"format": FORMAT, **record}).encode("ascii")
    return line + b"\n" + _digest(line) + b"\n"


def _parse(content: bytes) -> Mapping[str, Any] | None:
    line, _, digest = content.partition(b"\n")
    if digest != _digest(line) + b"\n":
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).hexdigest().encode("ascii")
