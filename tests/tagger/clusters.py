"""Dask clusters in processes of their own, for tests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAKES = Path(__file__).parent / "fakes"


@contextmanager
def small_cluster(**environment: str) -> Iterator[str]:
    """Yield the address of a scheduler with one worker, which finds the fake judge."""
    found = os.pathsep.join([str(FAKES), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, FAKES / "dask_cluster.py"],
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
            yield process.stdout.readline().strip()
            process.stdin.close()
            process.wait(timeout=20)
        finally:
            process.kill()
