"""The lowest priority for processor and disk."""

import os
import platform
import sys
from contextlib import suppress

LOWEST = 19  # the largest nice value

# ioprio_set has no wrapper in the C library; its number depends on the architecture.
_IOPRIO_SET = {"x86_64": 251, "i386": 289, "i686": 289, "armv7l": 314, "ppc64le": 273}
_IOPRIO_SET_NEWER = 30  # aarch64, riscv64 and what came after them
_THIS_PROCESS = 1, 0  # IOPRIO_WHO_PROCESS, the caller
_IDLE = 3 << 13  # IOPRIO_CLASS_IDLE: the disk only when no other process wants it


def lower_priority() -> None:
    """Give this process, and all that it starts from now on, the lowest priority.

    Where the system has no such priority, or forbids it, nothing changes.
    """
    with suppress(OSError):
        os.nice(LOWEST)
    if sys.platform == "linux":
        with suppress(OSError):  # behind other processes with that nice value, too
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        _lower_disk_priority()


def _lower_disk_priority() -> None:
    """Only some of the kernel's schedulers heed it; the others ignore it."""
    import ctypes  # 10 ms that other commands save

    number = _IOPRIO_SET.get(platform.machine(), _IOPRIO_SET_NEWER)
    ctypes.CDLL(None).syscall(number, *_THIS_PROCESS, _IDLE)
