"""Keep native libraries from writing on the user's screen."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

_LISTENING = Lock()
MOST_LINES = 20  # handed over; a decoder can complain of every frame of a song


@contextmanager
def native_silence() -> Iterator[None]:
    """Drop what C and C++ code writes straight to file descriptor 2, which Python never sees."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def native_noise(tell: Callable[[str], None]) -> Iterator[None]:
    """Keep the same from the screen, and pass its first lines to `tell` when the block has ended.

    What exceeds the capacity of a pipe is dropped. Works in one thread at a time: the descriptor is
    the whole process's, and another thread's lines go to the first thread's `tell`.
    """
    if not _LISTENING.acquire(blocking=False):
        yield
        return
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    try:
        kept, (reading, writing) = os.dup(2), os.pipe()
    except OSError:  # out of descriptors: the lines are shown, and all else works
        _LISTENING.release()
        yield
        return
    try:
        for end in (reading, writing) if hasattr(os, "set_blocking") else ():
            os.set_blocking(end, False)
        os.dup2(writing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        for descriptor in (kept, writing):
            os.close(descriptor)
        said = b""
        with suppress(BlockingIOError), os.fdopen(reading, "rb", buffering=0) as pipe:
            said = pipe.read(1 << 16) or b""
        _LISTENING.release()
    for line in said.decode("utf-8", "replace").splitlines()[:MOST_LINES]:
        if line.strip():
            tell(line)
