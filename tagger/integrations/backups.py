"""Safety copies beside a file that was changed. Their names tell what the change left there."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

_NAME = re.compile(
    r"\.pacetag-backup-(?P<date>\d{8}-\d{6})-(?P<left>[0-9a-f]{16})(?P<absent>-absent)?(?:\.\d+)?"
)


@dataclass(frozen=True, kw_only=True)
class Backup:
    """One safety copy."""

    path: Path
    date: str  # 20261126-151200, local time
    left: str  # the digest of what the change left in the file
    absent: bool  # there was no file before; the copy is empty


def digest(content: bytes) -> str:
    """Return what stands for a content in the name of a safety copy."""
    return hashlib.sha256(content).hexdigest()[:16]


def backups_of(real: Path) -> list[Backup]:
    """Return the safety copies of a file, the latest first."""
    found = []
    with suppress(OSError):
        for name in (each.name for each in real.parent.iterdir()):
            if name.startswith(f"{real.name}.") and (
                told := _NAME.fullmatch(name.removeprefix(real.name))
            ):
                path = real.with_name(name)
                absent = told["absent"] is not None
                found.append(Backup(path=path, date=told["date"], left=told["left"], absent=absent))
    return sorted(found, key=lambda backup: (backup.date, backup.path.name), reverse=True)


def make_backup(real: Path, old: bytes | None, new: bytes) -> Path:
    """Write what a file holds beside it, under a new name; return its path. Raises OSError.

    The copy has the file's mode and owner, as far as the system allows that.
    """
    from pacetag.tagger.tags.safety.disk import flush, sync_folder

    for path in _free_names(real, absent=old is None, left=digest(new)):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
                file.write(old or b"")
                file.flush()
                _look_like(real, descriptor)
                flush(descriptor)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        with suppress(OSError):
            sync_folder(path.parent)
        return path
    raise FileExistsError  # which an endless count does not reach


def _free_names(real: Path, *, absent: bool, left: str) -> Iterator[Path]:
    date = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    name = f"{real.name}.pacetag-backup-{date}-{left}{'-absent' * absent}"
    for number in count():
        yield real.with_name(f"{name}.{number}" if number else name)


def _look_like(real: Path, descriptor: int) -> None:
    """Give a copy the owner and the mode of a file; other users only read it as they did that."""
    with suppress(OSError):
        status = real.stat()
        with suppress(OSError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        own = os.fstat(descriptor)
        same = (own.st_uid, own.st_gid) == (status.st_uid, status.st_gid)
        os.fchmod(descriptor, status.st_mode & (0o777 if same else 0o700))
