"""Journals: notes on the disk of what a song was, made before the song is touched.

A journal is a file of two lines: a record in JSON, and a hash over it. It gets its name once it is
complete, and the process that writes the song keeps it locked. So an unlocked journal was left by a
process that died, and says how to restore the song.

Since what a journal says is written into a song, it is obeyed only if no other user can have
written it or its folder, and only where it was made: its record has the number of its own inode,
which a copy, or a file unpacked from an archive, does not have.
"""

import errno
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.tagger.settings import WAITING
from pacetag.tagger.tags.safety.disk import hold, read_at, sync_folder

FORMAT = 2
UNBOUND = 1  # the format before, whose records lack their own inode
COMPLETE, UNFINISHED = WAITING  # suffixes
ASIDE = ".aside"
COPIES = "copies"  # folder among them
_NAME = re.compile(r"[0-9a-f]{12}\.(journal|new)")  # of journals that pacetag made
OWN_INODE = "own_inode"
# Errors of opening a folder, a link, a pipe or another user's file: no journal of pacetag's.
_ODD = (errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM)
_MOST = 64 << 20  # bytes; several times the longest journal


class JournalError(Exception):
    """No journal could be written, so no song was touched."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"what it was could not be noted in {folder} first ({reason})")


@dataclass(frozen=True, kw_only=True)
class Journal:
    """One journal."""

    path: Path
    held: bool  # whether this process has it locked; else its writer or another recovery has
    record: Mapping[str, Any] | None  # None if it is damaged or must not be read
    objection: str | None = None  # a clause on why it is not obeyed

    @property
    def bound(self) -> bool:
        """Whether its record proves that it was made where it lies."""
        return self.record is not None and self.record.get("format") == FORMAT

    def drop(self) -> None:
        """Remove it, once the song is whole. Raises OSError."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def set_aside(self) -> Path:
        """Rename it, so that it is not read again; returns where it is kept."""
        aside = self.path.with_suffix(ASIDE)
        while os.path.lexists(aside):
            aside = aside.with_name(f"{self.path.stem}-{secrets.token_hex(2)}{ASIDE}")
        self.path.replace(aside)
        sync_folder(aside.parent)
        return aside


def why_not_ours(folder: Path) -> str | None:
    """A clause on why a folder of journals is not trusted; None if it is.

    Raises OSError if there is no such folder.
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
    """The journals in a folder, each locked while it is looked at unless another process has it.

    Unfinished journals without a lock are removed: their songs were not touched yet. A folder that
    other users may write to yields none.
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
    """The journal; none if it is a foreign file with the same suffix."""
    is_file = stat.S_ISREG(status.st_mode)
    record = _parse(read_at(descriptor, 0, min(status.st_size, _MOST))) if is_file else None
    if record is not None or _NAME.fullmatch(path.name):
        objection = _objection(status, record or {})
        yield Journal(path=path, held=held, record=record, objection=objection)


def _objection(status: os.stat_result, record: Mapping[str, Any]) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is not a file"
    if status.st_nlink > 1:  # an archive may link a journal that was set aside
        return "has several names"
    reason = _not_ours(status)
    if reason is not None:
        return f"is not to be trusted, since {reason}"
    if record.get("format") == FORMAT and record.get(OWN_INODE) != status.st_ino:
        return "is a copy of a journal, or was unpacked from an archive"
    return None


def names(folder: Path) -> list[str]:
    """Names of the files in a folder that may be journals; nothing is opened."""
    try:
        with os.scandir(folder) as listing:
            found = [each.name for each in listing]
    except OSError:
        return []
    return sorted(name for name in found if name.endswith(WAITING))


def render(record: Mapping[str, Any]) -> bytes:
    """The content of a journal with this record."""
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
