"""Mounted file systems, as Linux lists them; other systems give none."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# File systems whose contents change without this system: on servers, hosts and in other processes.
_REMOTE = frozenset(
    {"9p", "afs", "ceph", "cifs", "coda", "davfs", "fuse", "gfs2", "glusterfs", "gpfs"}
    | {"lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs", "sshfs", "vboxsf", "virtiofs"}
    | {"vmhgfs", "drvfs"}
)


@dataclass(frozen=True, kw_only=True)
class Mount:
    """One mount; if several are on the same folder, the last one is on top."""

    place: str  # the folder, absolute
    kind: str  # of file system
    options: frozenset[str]  # of the whole file system, not of this mount alone
    device: int = 0  # as st_dev of what lies there


def is_remote(kind: str) -> bool:
    """Whether a file system of this kind may change without this system being told."""
    return kind in _REMOTE or kind.startswith("fuse.")


def mounts() -> list[Mount]:
    """Return all mounts in their order; none if they are not known."""
    with suppress(OSError):
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return list(_parsed(lines))
    return []


def remote_kind(path: Path) -> str | None:
    """Return the kind of file system that a path leads to, if it is remote; else None."""
    mount = mount_of(os.path.realpath(path), mounts())
    return mount.kind if mount is not None and is_remote(mount.kind) else None


def _parsed(lines: list[str]) -> Iterator[Mount]:
    for line in lines:
        with suppress(ValueError, IndexError):
            left, right = line.split(" - ", 1)
            fields = left.split()
            place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4])
            kind, _, options = right.split(" ", 2)
            yield Mount(
                place=place,
                kind=kind,
                options=frozenset(options.split(",")),
                device=os.makedev(*map(int, fields[2].split(":"))),
            )


def mount_of(path: str, known: list[Mount]) -> Mount | None:
    """Return the mount that contains a path, by its name alone, without access to a disk."""
    found = None
    for mount in known:
        inside = path == mount.place or path.startswith(mount.place.rstrip("/") + "/")
        if inside and (found is None or len(mount.place) >= len(found.place)):
            found = mount
    return found
