"""How long the commands that only ask take to start, whole processes, minimum and median of ten.

`python tests/benchmarks/start_up.py`; needs `pacetag` on the path and prints, asserts nothing.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console

from pacetag.db.index import SongIndex

COMMANDS = (["--help"], ["playlist", "--cadence", "165"], ["stats"], ["problems"])


def main() -> int:
    """Print a line for each command."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index.sqlite3")
        SongIndex.open(index).close()
        for command in COMMANDS:
            where = [] if command == ["--help"] else ["--index", str(index)]
            times = []
            for _ in range(10):
                before = time.perf_counter()
                subprocess.run(["pacetag", *command, *where], capture_output=True, check=True)
                times.append(time.perf_counter() - before)
            Console().print(
                f"{' '.join(command)}: {min(times):.3f} s at best, {median(times):.3f} s median"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
