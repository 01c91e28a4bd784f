"""The entry point of the command, which imports nothing before it is needed.

Worker processes run the script that started the command once more, as far as its imports: those
must not cost each of them what the command line costs.
"""

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command and leave with its exit code."""
    signal.signal(signal.SIGINT, _leave)  # until the command answers, nothing has begun
    from pacetag.tagger.terminal.standard_streams import hold_descriptors

    hold_descriptors()
    from pacetag.tagger.cli import main as run

    run()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(130)


if __name__ == "__main__":
    main()
