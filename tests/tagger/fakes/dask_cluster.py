"""A Dask cluster of one worker with two threads, until standard input ends.

The first line that it prints is the scheduler's address. With the argument `process` the worker is
a process of its own, which is started again when it dies.
"""

import logging
import sys
from typing import Any

from distributed import LocalCluster

if __name__ == "__main__":
    logging.disable()
    make: Any = LocalCluster
    with make(
        n_workers=1,
        threads_per_worker=2,
        processes=sys.argv[1:] == ["process"],
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        sys.stdout.write(f"{cluster.scheduler_address}\n")
        sys.stdout.flush()
        sys.stdin.read()
