"""Change a program's file, with a safety copy beside it, and take such a change back."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pacetag.model.regular import NotRegularError, read_regular
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.integrations.backups import Backup, backups_of, digest, make_backup
from pacetag.tagger.integrations.planning import MOST, FilePlan
from pacetag.tagger.integrations.running import running_among


class SetupError(TaggerError):
    """A file could not be changed, and is as it was."""


def apply(plan: FilePlan, processes: Sequence[str] = ()) -> Path:
    """Give a file its new content, whole or not at all; return its safety copy.

    Links are followed; mode, owner and attributes stay. Raises SetupError where one of `processes`
    runs, which would write the file anew when it ends, and where the file cannot be written.
    """
    _refuse_while_running(processes, plan.file)
    real = _real(plan.file)
    try:
        if plan.old is None:
            _make_folder(real.parent)
        copy = make_backup(real, plan.old, plan.new)
    except OSError as error:
        raise SetupError(f"{plan.file}: {_why(error)}; {_REMEDY}") from error
    try:
        _put(plan.file, real, plan.old, plan.new)
    except BaseException:
        _remove_if_needless(copy, real, plan.old)
        raise
    return copy


def _remove_if_needless(copy: Path, real: Path, old: bytes | None) -> None:
    """Remove a safety copy, unless the file no longer holds all that is in it."""
    with suppress(OSError, NotRegularError):
        if old is None or read_regular(real, most=MOST) == old:
            copy.unlink()


def undo(file: Path, processes: Sequence[str] = ()) -> Backup:
    """Put the safety copy back that belongs to what a file holds now; return that copy.

    A file that was not there before is removed. Raises SetupError where the file was changed since.
    """
    from pacetag.tagger.tags.safety.disk import sync_folder

    _refuse_while_running(processes, file)
    real = _real(file)
    now = _read(file)
    copy = _copy_for(file, real, now)
    before = None if copy.absent else _read(copy.path)
    if before is None:
        _check_still(file, now)
        try:
            real.unlink()
        except OSError as error:
            raise SetupError(f"{file}: {_why(error)}") from error
    else:
        _put(file, real, now, before)
    with suppress(OSError):
        sync_folder(real.parent)
    _remove_if_needless(copy.path, real, before)
    return copy


_REMEDY = "run it with the rights that this needs, or add the lines by hand"


def _refuse_while_running(processes: Sequence[str], file: Path) -> None:
    name = running_among(processes)
    if name is not None:
        raise SetupError(
            f"{file}: {name} runs now, and would write its own state over the change; end it first"
        )


def _real(file: Path) -> Path:
    """The file that a path leads to. Raises SetupError for one with several names."""
    real = Path(os.path.realpath(file))
    with suppress(OSError):
        status = real.stat()
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            raise SetupError(
                f"{file}: has several names, and a change would reach one of them only; "
                "add the lines by hand"
            )
    return real


def _read(file: Path) -> bytes:
    try:
        return read_regular(file, most=MOST)
    except NotRegularError as error:
        said = "is not there" if str(error) == "missing" else str(error)
        raise SetupError(f"{file}: {said}; there is nothing to take back") from error


def _copy_for(file: Path, real: Path, now: bytes) -> Backup:
    copies = backups_of(real)
    left = digest(now)
    found = next((copy for copy in copies if copy.left == left), None)
    if found is not None:
        return found
    if not copies:
        raise SetupError(f"{file}: pacetag has no safety copy of it; there is nothing to take back")
    raise SetupError(
        f"{file}: was changed since pacetag did, and was left as it is; its safety copies are "
        + ", ".join(copy.path.name for copy in copies)
    )


def _check_still(file: Path, expected: bytes | None) -> None:
    """Raise SetupError unless the file holds what was read from it before."""
    there = os.path.lexists(file)
    if there != (expected is not None) or (there and _read(file) != expected):
        raise SetupError(f"{file}: was changed just now, and was left as it is; try again")


def _put(file: Path, real: Path, expected: bytes | None, content: bytes) -> None:
    """Write the content into a draft, and rename that to the file. Raises SetupError."""
    from pacetag.tagger.files.drafts import give_name, make_ordinary
    from pacetag.tagger.tags.errors import TagError
    from pacetag.tagger.tags.safety.disk import sync_folder
    from pacetag.tagger.tags.safety.replace import put_in_place
    from pacetag.tagger.tags.safety.temp_files import temp_file_beside

    try:
        before = real.stat() if expected is not None else None
        if before is not None and not (before.st_mode & 0o222 and os.access(real, os.W_OK)):
            raise SetupError(f"{file}: is read-only; {_REMEDY}")
        with temp_file_beside(real) as draft:
            draft.write_bytes(content)
            _check_still(file, expected)
            if before is not None:
                put_in_place(file, real, draft, before)
            else:
                make_ordinary(draft)
                give_name(draft, real)
        with suppress(OSError):
            sync_folder(real.parent)
    except TagError as error:
        raise SetupError(f"{file}: cannot be replaced ({error.reason}); {_REMEDY}") from error
    except OSError as error:
        raise SetupError(f"{file}: {_why(error)}; {_REMEDY}") from error


def _make_folder(folder: Path) -> None:
    from pacetag.tagger.tags.safety.disk import make_folder

    make_folder(folder)


def _why(error: OSError) -> str:
    return f"cannot be written ({error.strerror or error})"
