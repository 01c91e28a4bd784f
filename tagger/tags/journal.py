"""Journals: what a song was, noted on the disk before the song is touched.

A journal is a file of two lines: a record in JSON, and a hash over it. It gets its name once it is
complete, and whoever writes the song holds it locked. So one that nobody holds was left by a
process that died, and tells how to put the song right.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.tagger.settings import JOURNALS, index_path
from pacetag.tagger.tags.disk import hold, read_at, sync_folder, write_at

FORMAT = 1
COMPLETE, UNFINISHED, ASIDE = ".journal", ".new", ".aside"  # suffixes


class JournalError(Exception):
    """Nothing could be noted, so no song was touched."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"what it was could not be noted in {folder} first ({error.strerror or error})"
        )


def journal_folder() -> Path:
    """Where journals lie: in pacetag's data folder."""
    return index_path().parent / JOURNALS


@dataclass(frozen=True, kw_only=True)
class Journal:
    """One journal."""

    path: Path
    held: bool  # whether this process holds it; else its writer lives, or another puts it right
    record: Mapping[str, Any] | None  # None where it is damaged

    def drop(self) -> None:
        """Remove it, as the song is whole. Raises OSError."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def set_aside(self) -> Path:
        """Keep it for a person to look at, under a name that is not read again."""
        aside = self.path.with_suffix(ASIDE)
        self.path.replace(aside)
        sync_folder(aside.parent)
        return aside


@contextmanager
def published(folder: Path, record: Mapping[str, Any]) -> Iterator[Journal]:
    """Put a record onto the disk; it stays there unless the block drops it.

    Raises JournalError where that cannot be done; nothing is left there then.
    """
    try:
        _make(folder)
        draft, descriptor = _held_file(folder)
    except OSError as error:
        raise JournalError(folder, error) from error
    try:
        path = draft.with_suffix(COMPLETE)
        _publish(draft, path, descriptor, _render(record))
        yield Journal(path=path, held=True, record=record)
    finally:
        os.close(descriptor)


def _publish(draft: Path, path: Path, descriptor: int, content: bytes) -> None:
    try:
        write_at(descriptor, 0, content)
        os.fsync(descriptor)
        draft.replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise JournalError(path.parent, error) from error
        raise


def journals_in(folder: Path) -> Iterator[Journal]:
    """The journals, each locked while it is looked at unless another process holds it.

    Beginnings of journals that nobody holds are removed: their songs were not touched yet.
    """
    for name in names(folder):
        path = folder / name
        with suppress(FileNotFoundError, PermissionError):  # just dropped; or of another user
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                held = hold(descriptor)
                if path.suffix == UNFINISHED:
                    if held:
                        path.unlink()
                elif os.fstat(descriptor).st_nlink:
                    content = read_at(descriptor, 0, os.fstat(descriptor).st_size)
                    yield Journal(path=path, held=held, record=_parse(content))
            finally:
                os.close(descriptor)


def names(folder: Path) -> list[str]:
    """The files in a folder of journals that may have to be looked at; cheap."""
    try:
        with os.scandir(folder) as listing:
            found = [each.name for each in listing]
    except OSError:
        return []
    return sorted(name for name in found if name.endswith((COMPLETE, UNFINISHED)))


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)


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
    record = json.loads(line)
    return record if isinstance(record, dict) else None


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).hexdigest().encode("ascii")
