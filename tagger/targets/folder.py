"""A target's folder: whether the player is there, and what may not lie in it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.tags.safety.disk import check_locks, hold
from pacetag.tagger.targets.target import Target, faults_of

FSTAB = Path("/etc/fstab")
MARGIN = 4 << 20  # bytes that stay free, for folders and lists
_OCTAL = re.compile(r"\\(\d{3})")


def folder_of(target: Target) -> Path:
    """Return the folder of a target that is there and can be written, links in it followed.

    Raises UsageError for a fault of its settings, else TaggerError with the remedy. pacetag makes
    no such folder: where a player is mounted it would hide that there is none.
    """
    for fault in faults_of(target):
        raise UsageError(fault)
    named = Path(os.fspath(target.path or ""))
    if not os.path.lexists(named):
        raise TaggerError(
            f"{named}: there is no such folder, so nothing is copied: connect the player of target "
            f"`{target.name}`, or make the folder on it"
        )
    if not named.is_dir():
        raise TaggerError(f"{named}: is no folder; name one in [target.{target.name}]")
    folder = Path(os.path.realpath(named))
    if unmounted := _unmounted(folder):
        raise TaggerError(
            f"{unmounted}: nothing is mounted there, so nothing is copied: connect the player of "
            f"target `{target.name}`"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TaggerError(
            f"{folder}: nothing can be written there; unlock the card, or mount it for writing"
        )
    return folder


def _unmounted(folder: Path) -> Path | None:
    """The place above or at a folder where the system mounts a disk, and none is now."""
    for place in _mount_places():
        if folder.is_relative_to(place) and not place.is_mount():
            return place
    return None


def _mount_places() -> Iterator[Path]:
    with suppress(OSError, UnicodeDecodeError):
        for line in FSTAB.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if len(words) > 1 and not line.startswith("#") and words[1].startswith("/"):
                yield Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), words[1]))


def check_not_music(folder: Path, index: SongIndex, target: Target) -> None:
    """Raise TaggerError where the index knows songs in the folder: they would be lost to scans."""
    song = next(iter(index.paths_under(str(folder))), None)
    if song is not None:
        raise TaggerError(
            f"{folder}: holds songs that the index knows, such as {song}; name a folder of its "
            f"own in [target.{target.name}], or have `pacetag forget {folder}` drop them"
        )


def free_bytes(folder: Path) -> int | None:
    """Return how many bytes can be written; None where the disk does not tell."""
    usage = shutil.disk_usage(folder)
    return usage.free - MARGIN if usage.total else None


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Keep other processes of pacetag out. Raises TaggerError where one is at work there."""
    check_locks("copying songs to a target")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        free = True
        with suppress(OSError):  # not all file systems have locks
            free = hold(descriptor)
        if not free:
            raise TaggerError(f"{folder}: another pacetag is copying there; wait for its end")
        yield
    finally:
        os.close(descriptor)
