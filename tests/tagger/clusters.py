"""Dask clusters in processes of their own, for tests."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FAKES = Path(__file__).parent / "fakes"


@dataclass(frozen=True, kw_only=True)
class SmallCluster:
    """A scheduler with one worker, in one process."""

    address: str  # of the scheduler
    pid: int
    kill: Callable[[], None]


@contextmanager
def small_cluster(*how: str, **environment: str) -> Iterator[SmallCluster]:
    """Yield a cluster whose worker finds the fake judge, in a process of its own if `process`."""
    found = os.pathsep.join([str(FAKES), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, FAKES / "dask_cluster.py", *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment, "PYTHONPATH": found},
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            yield SmallCluster(address=address, pid=process.pid, kill=process.kill)
            process.stdin.close()
            process.wait(timeout=20)
        finally:
            process.kill()
