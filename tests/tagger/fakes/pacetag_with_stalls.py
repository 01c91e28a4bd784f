"""The `pacetag` command with the judge of fake_judge.py, on a disk that stops answering.

FAKE_STALL names where: "argument PATH", "scandir PATH", "stat PATH", "look PATH", "write PATH" or
"bundle". What is asked there sleeps for ten minutes in the system, and lets go of the interpreter,
as a dead network does. A file named by FAKE_STALLED appears when it begins. FAKE_GRACE is how long
the second request to stop waits, in seconds.
"""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pacetag.tagger import __main__ as entry
from pacetag.tagger import cancellation
from pacetag.tagger.library import stalls
from pacetag.tagger.scanning import noted_write, probe_threads
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

KIND, _, PLACE = os.environ["FAKE_STALL"].partition(" ")


def stall() -> None:
    """Hang as the system does: no signal that is held back ends it."""
    Path(os.environ["FAKE_STALLED"]).touch()
    ctypes.CDLL(None).sleep(600)


def stalling(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, which hangs where it is asked about PLACE."""

    def asked(path: Any, *arguments: Any, **options: Any) -> Any:
        if os.fspath(path) == PLACE:
            stall()
        return call(path, *arguments, **options)

    return asked


def stalled_ear() -> JudgeRef:
    """A bundle on a dead disk."""
    stall()
    return JudgeRef(bundle="fake-1", factory="fake_judge:load")


CALLS: dict[str, tuple[Any, str]] = {
    "argument": (os, "stat"),
    "scandir": (os, "scandir"),
    "stat": (stalls, "stat"),
    "look": (probe_threads, "examine"),
    "write": (noted_write, "write_tags"),
}


def set_up() -> None:
    """Have the place stall that FAKE_STALL names."""
    stalls.TIMEOUTS, stalls.LAST_TIMEOUT = (0.5,), 0.5
    cancellation.GRACE = float(os.environ.get("FAKE_GRACE", cancellation.GRACE))
    ref = JudgeRef(bundle="fake-1", factory="fake_judge:load")
    pool.shipped_judge = stalled_ear if KIND == "bundle" else lambda: ref
    if KIND in CALLS:
        module, name = CALLS[KIND]
        setattr(module, name, stalling(getattr(module, name)))


if __name__ == "__main__":
    set_up()
    entry.main()
