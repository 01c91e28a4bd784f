"""Whether a song may be written: by its content and by its permissions."""

import os
import stat
from pathlib import Path

from pacetag.tagger.tags.containers.layouts import check_all, read_layout
from pacetag.tagger.tags.errors import (
    LayoutError,
    NotWritableError,
    UnreadableError,
    system_reason,
)
from pacetag.tagger.tags.mutagen_io import Audio
from pacetag.tagger.tags.safety.replace import may_access


def why_not_writable(path: Path, audio: Audio) -> str | None:
    """A clause on why write_tags would refuse the file for its content; None if it would not.

    Permissions are checked by `forbidden`. Raises UnreadableError.
    """
    try:
        with path.open("rb") as source:
            read_layout(source, path, type(audio))
            check_all(source, type(audio))
    except NotWritableError as error:
        return error.reason
    except LayoutError as error:
        return str(error)
    except OSError as error:
        raise UnreadableError(path, system_reason(error)) from error
    return None


def forbidden(path: Path) -> str | None:
    """A clause on which permission is missing and how to give it; None if none is.

    A read-only mark counts for the superuser, too. The answer can change without the file. The
    folder need not be writable, since the file can be written in place. Raises OSError.
    """
    real = Path(os.path.realpath(path))
    status = real.stat()
    marked = not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if not marked and may_access(real, os.W_OK):
        return None
    if hasattr(os, "statvfs") and os.statvfs(real).f_flag & os.ST_RDONLY:
        return "its disk is mounted read-only"
    own = is_own(status)
    if own and status.st_mode & stat.S_IWUSR:  # no bit of the mode forbids it
        return "the file is locked (`chattr -i` unlocks it)"
    if marked or own:
        return "the file is read-only (`chmod u+w` changes that)"
    return "it belongs to another user, who lets you read it only (`chmod g+w` changes that)"


def is_own(status: os.stat_result) -> bool:
    """Whether a file belongs to this user, or to none, or this user is the superuser."""
    return not hasattr(os, "geteuid") or os.geteuid() in (0, status.st_uid)
