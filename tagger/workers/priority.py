"""Standing back: the lowest priority there is for processor and disk."""

import os
import platform
import sys
from contextlib import suppress

LAST = 19  # the nicest a process can be

# ioprio_set has no wrapper in the C library; its number depends on the machine.
_IOPRIO_SET = {"x86_64": 251, "i386": 289, "i686": 289, "armv7l": 314, "ppc64le": 273}
_IOPRIO_SET_NEWER = 30  # aarch64, riscv64 and what came after them
_THIS_PROCESS = 1, 0  # IOPRIO_WHO_PROCESS, whoever asks
_IDLE = 3 << 13  # IOPRIO_CLASS_IDLE: the disk only when nobody else wants it


def stand_back() -> None:
    """Let everybody else go first, with this process and all that it starts from now on.

    Where the system knows no such priority, or forbids it, things stay as they are.
    """
    with suppress(OSError):
        os.nice(LAST)
    if sys.platform == "linux":
        with suppress(OSError):  # even behind those who are as nice
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        _stand_back_from_disks()


def _stand_back_from_disks() -> None:
    """Only some schedulers of the kernel heed it; it does no harm with the others."""
    import ctypes  # 10 ms that other commands need not wait

    number = _IOPRIO_SET.get(platform.machine(), _IOPRIO_SET_NEWER)
    ctypes.CDLL(None).syscall(number, *_THIS_PROCESS, _IDLE)
