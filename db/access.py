"""Whether this process can write an index, and whether any process can."""

import os
from contextlib import suppress
from pathlib import Path

from pacetag.db.mounts import mount_of, mounts
from pacetag.db.regular import NEIGHBOURS, beside

# Files on a local disk that is mounted read-only cannot change; those on a server can.
_LOCAL = frozenset(
    {"btrfs", "cramfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfsplus", "iso9660"}
    | {"ntfs3", "romfs", "squashfs", "udf", "vfat", "xfs"}
)


def in_the_way(path: Path) -> str | None:
    """Return what keeps this process from writing the index at `path`, as a clause, or None.

    SQLite also writes into its folder, and into its own files beside it.
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
        if _is_read_only(place):
            return f"{it} lies on a disk that is mounted for reading only"
        owner = place.stat().st_uid
        if hasattr(os, "geteuid") and owner != os.geteuid():
            return f"{it} may not be written by you, and belongs to {_name(owner)}"
    return f"{it} may not be written"


def _is_read_only(place: Path) -> bool:
    """Whether it lies on a read-only mount, where the system tells. Raises OSError."""
    return hasattr(os, "statvfs") and bool(os.statvfs(place).f_flag & os.ST_RDONLY)


def _name(user: int) -> str:
    import pwd  # which Windows lacks

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def is_unreadable(path: Path) -> bool:
    """Whether there is something at the path that this process may not read."""
    return os.access(path, os.F_OK) and not os.access(path, os.R_OK)


def is_frozen(path: Path) -> bool:
    """Whether no process can write the file: its local file system is read-only as a whole.

    A read-only mount is not enough, since the same file system may be mounted elsewhere, too.
    """
    with suppress(OSError):
        if not _is_read_only(path):
            return False
        mount = mount_of(os.path.realpath(path), mounts())
        return mount is not None and mount.kind in _LOCAL and "ro" in mount.options
    return False
