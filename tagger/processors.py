"""How many processors this process may use."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def usable_processors() -> int:
    """Those that the system, or whoever runs a container, leaves to this process; at least 1."""
    if hasattr(os, "sched_getaffinity"):  # a container may own fewer than the machine has
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min([count, *map(math.ceil, _quotas())]))


def _quotas() -> Iterator[float]:
    """Processors' worth of time that this process's control groups (version 2) may use."""
    with suppress(OSError):
        for line in MEMBERSHIP.read_text().splitlines():
            if line.startswith("0::/"):
                group = Path(line.removeprefix("0::/"))
                for folder in (group, *group.parents):  # each may be held shorter than the last
                    yield from _quota(CGROUPS / folder / "cpu.max")


def _quota(file: Path) -> Iterator[float]:
    with suppress(OSError, ValueError):  # no such file in the root; "max" where there is no quota
        quota, period = map(int, file.read_text().split())
        yield quota / period
