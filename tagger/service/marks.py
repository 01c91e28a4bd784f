"""Files of the system that pacetag writes for a service, each with a hash of what is in it.

A file without that mark, or one that was changed since, is never replaced or removed.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from pacetag.tagger.service.values import ServiceError

HASH = "sha256 "
PLACE = "0" * 32  # where the hash comes to stand
_MARK = re.compile(rf"{HASH}([0-9a-f]{{32}})")
_MOST = 1 << 20  # bytes of such a file


def marked(text: str) -> str:
    """Return the text with its hash in the first place for one."""
    return text.replace(f"{HASH}{PLACE}", f"{HASH}{_digest(text)}", 1)


def is_ours(text: str) -> bool:
    """Whether pacetag wrote the text, and nothing has changed since."""
    found = _MARK.search(text)
    return found is not None and found[1] == _digest(_MARK.sub(f"{HASH}{PLACE}", text, count=1))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def read(file: Path, encoding: str) -> str | None:
    """Return what a service's file holds; None if it is not there. Raises ServiceError."""
    from pacetag.model.regular import NotRegularError, read_regular

    if not os.path.lexists(file):
        return None
    if file.is_symlink():
        raise ServiceError(f"{file}: is a link, and was left as it is; remove it first")
    try:
        return read_regular(file, most=_MOST).decode(encoding)
    except NotRegularError as error:
        raise ServiceError(f"{file}: {error}") from error
    except UnicodeError:
        return ""  # which no mark can be in


def check(file: Path, encoding: str) -> str | None:
    """Return what the file holds, if pacetag wrote it; None if it is not there.

    Raises ServiceError for a file that must stay.
    """
    there = read(file, encoding)
    if there is not None and not is_ours(there):
        raise ServiceError(
            f"{file}: was not written by pacetag, or was changed since, and was left as it is; "
            "move it away and try again"
        )
    return there


def put(file: Path, text: str, encoding: str) -> bool:
    """Write the text whole, unless the file holds it already; return whether it was written.

    Raises ServiceError.
    """
    from pacetag.tagger.files.drafts import make_ordinary
    from pacetag.tagger.tags.safety.disk import make_folder, sync_folder
    from pacetag.tagger.tags.safety.temp_files import temp_file_beside

    if check(file, encoding) == text:
        return False
    try:
        make_folder(file.parent)
        with temp_file_beside(file) as draft:
            draft.write_bytes(text.encode(encoding))
            make_ordinary(draft)
            check(file, encoding)  # again, as late as possible
            draft.replace(file)
        with suppress(OSError):
            sync_folder(file.parent)
    except OSError as error:
        raise ServiceError(f"{file}: cannot be written ({error.strerror or error})") from error
    return True


def remove(file: Path, encoding: str) -> bool:
    """Remove the file; return whether it was there. Raises ServiceError for one that must stay."""
    if check(file, encoding) is None:
        return False
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ServiceError(f"{file}: cannot be removed ({error.strerror or error})") from error
    return True
