"""Linux's reports of changes in folders (inotify), by the system's own calls.

Without a library between, since each refused watch and each lost event must be known exactly.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import IntFlag

_HEAD = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_AT_ONCE = 1 << 16  # bytes read at once


class Change(IntFlag):
    """What is reported of a folder or of something in it; the values are the kernel's."""

    ATTRIBUTES = 0x4
    CLOSED = 0x8  # after it was open for writing
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATED = 0x100
    DELETED = 0x200
    SELF_DELETED = 0x400
    SELF_MOVED = 0x800
    UNMOUNTED = 0x2000
    OVERFLOW = 0x4000  # events were lost
    IGNORED = 0x8000  # the watch is gone
    IS_FOLDER = 0x4000_0000


# Single writes are not asked for: a file that is being copied is reported once, when it is closed.
_WANTED = (
    Change.ATTRIBUTES
    | Change.CLOSED
    | Change.MOVED_FROM
    | Change.MOVED_TO
    | Change.CREATED
    | Change.DELETED
    | Change.SELF_DELETED
    | Change.SELF_MOVED
)
_ONLY_FOLDERS = 0x0100_0000


@dataclass(frozen=True, slots=True)
class Event:
    """One report."""

    watch: int  # number of the watch; -1 for an overflow
    change: Change
    name: str  # within the folder; empty for the folder itself


class Inotify:
    """One instance: watches on single folders, and the events that they report."""

    def __init__(self) -> None:
        """Raises OSError: EMFILE where too many programs watch, ENOSYS where there is none."""
        if sys.platform == "win32":
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        self._calls = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._calls, "inotify_init1"):
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        self._file = self._checked(self._calls.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        """The descriptor, which can be read when there are events."""
        return self._file

    def watch(self, folder: str) -> int:
        """Watch a folder, links followed, and return the number of the watch.

        A folder that is watched already, under any name, keeps its number. Raises OSError.
        """
        wanted = int(_WANTED) | _ONLY_FOLDERS
        return self._checked(
            self._calls.inotify_add_watch(self._file, os.fsencode(folder), ctypes.c_uint32(wanted))
        )

    def unwatch(self, number: int) -> None:
        """End a watch; one that has ended is no error."""
        self._calls.inotify_rm_watch(self._file, number)

    def events(self) -> list[Event]:
        """The events that have come, perhaps none; does not wait."""
        with suppress(BlockingIOError):
            return list(_parsed(os.read(self._file, _AT_ONCE)))
        return []

    def close(self) -> None:
        """End all watches."""
        os.close(self._file)

    def _checked(self, answer: int) -> int:
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer


def _parsed(data: bytes) -> Iterator[Event]:
    place = 0
    while place < len(data):
        watch, mask, _, length = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        name = data[place : place + length].rstrip(b"\0")
        place += length
        yield Event(watch, Change(mask), os.fsdecode(name))
