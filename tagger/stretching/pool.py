"""Make many copies at once, in processes; a song that ends its process costs only itself."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from pacetag.tagger.cancellation import SIGNALS, Stop, signals_held
from pacetag.tagger.stretching.copies import Copy
from pacetag.tagger.stretching.making import Made, make

MOST = 4  # processes; each holds a song in memory
TICK = 0.2  # s between two looks at whether a stop was requested
END_TIMEOUT = 5.0  # s that a process may take to end
DIED = "the process that stretched it died, perhaps for lack of memory"

# A fresh interpreter inherits no threads or locks in an unknown state.
_CONTEXT = multiprocessing.get_context("spawn")

Maker = Callable[[Copy], Made]


def make_all(
    copies: Sequence[Copy], *, jobs: int, stop: Stop, maker: Maker = make
) -> Iterator[Made]:
    """Yield the result of each copy as soon as it is there.

    Once a stop is requested no other copy is begun, and those under way are finished. Each copy has
    a process of its own: starting one takes a small part of the time that a song takes.
    """
    with signals_held():
        resource_tracker.ensure_running()  # its first start lets signals through that are held
    waiting, running = deque(copies), dict[Any, tuple[Any, Copy]]()
    try:
        while True:
            while waiting and len(running) < min(jobs, MOST) and not stop.requested:
                copy = waiting.popleft()
                pipe, process = _started(maker, copy)
                running[pipe] = process, copy
            if not running:
                return
            for pipe in wait(list(running), timeout=TICK):
                process, copy = running.pop(pipe)
                yield _result(pipe, process, copy)
    finally:
        for process, _ in running.values():
            process.kill()


def _started(maker: Maker, copy: Copy) -> tuple[Any, Any]:
    pipe, its_end = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_serve, args=(its_end, maker, copy), name="pacetag-stretch")
    with signals_held():  # Ctrl-C reaches every process of the terminal's group
        process.start()
    its_end.close()
    return pipe, process


def _serve(pipe: "Connection[Any, Any]", maker: Maker, copy: Copy) -> None:
    for number in SIGNALS:  # of the terminal's group; the parent decides
        signal.signal(number, signal.SIG_IGN)
    pipe.send(maker(copy))


def _result(pipe: Any, process: Any, copy: Copy) -> Made:
    try:
        made: Made = pipe.recv()
    except (EOFError, OSError):  # it died
        made = Made(copy=copy, reason=DIED)
    pipe.close()
    process.join(END_TIMEOUT)
    process.kill()
    return made
