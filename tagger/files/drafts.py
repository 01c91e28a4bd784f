"""Drafts of files: filled beside the place that they are for, and then given its name."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES)


def fill(draft: Path, pieces: Iterable[bytes]) -> None:
    """Write pieces into a draft. Raises OSError."""
    with draft.open("wb") as file:
        file.writelines(pieces)


def make_ordinary(draft: Path) -> None:
    """Flush a draft, and give it the mode of a new file by the user's umask."""
    from pacetag.tagger.tags.safety.disk import flush

    mask = os.umask(0o077)
    os.umask(mask)
    with draft.open("rb") as file:
        with suppress(PermissionError):  # some file systems have no modes
            os.fchmod(file.fileno(), 0o666 & ~mask)
        flush(file.fileno())


def give_name(draft: Path, real: Path) -> None:
    """Give a draft a name that is free. Raises FileExistsError, or other OSErrors."""
    try:
        os.link(draft, real)  # unlike a rename, it never replaces a file
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        draft.rename(real)
