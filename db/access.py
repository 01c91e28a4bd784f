"""Whether an index can be written where it lies, and whether anything can."""

import os
import pwd
from contextlib import suppress
from pathlib import Path

from pacetag.db.mounts import mount_of, mounts
from pacetag.db.regular import NEIGHBOURS, beside

# On a local disk that is mounted for reading only, files stay as they are; a server's may change.
_LOCAL = frozenset(
    {"btrfs", "cramfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfsplus", "iso9660"}
    | {"ntfs3", "romfs", "squashfs", "udf", "vfat", "xfs"}
)


def in_the_way(path: Path) -> str | None:
    """What keeps this process from writing the index at `path`, as a clause; None for nothing.

    SQLite writes into the folder, too, and into the files that lie beside the index already.
    """
    real = Path(os.path.realpath(path))
    if not os.access(real.parent, os.W_OK | os.X_OK) and os.access(real.parent, os.F_OK):
        return _objection(real.parent, "its folder")
    for each in (real, *(beside(real, suffix) for suffix in NEIGHBOURS)):
        if os.access(each, os.F_OK) and not os.access(each, os.W_OK):
            return _objection(each, "it" if each == real else each.name)
    return None


def _objection(place: Path, it: str) -> str:
    with suppress(OSError):
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            return f"{it} lies on a disk that is mounted for reading only"
        owner = place.stat().st_uid
        if owner != os.geteuid():
            return f"{it} may not be written by you, and belongs to {_name(owner)}"
    return f"{it} may not be written"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def is_unreadable(path: Path) -> bool:
    """Whether something lies at the path that this process may not read."""
    return os.access(path, os.F_OK) and not os.access(path, os.R_OK)


def is_frozen(path: Path) -> bool:
    """Whether nothing at all can write the file: its whole file system, on this machine, is so.

    A single mount that is read-only says nothing of others of the same file system.
    """
    with suppress(OSError):
        if not os.statvfs(path).f_flag & os.ST_RDONLY:
            return False
        mount = mount_of(os.path.realpath(path), mounts())
        return mount is not None and mount.kind in _LOCAL and "ro" in mount.options
    return False
