"""Ctrl-C and SIGTERM as a wish that is granted between two songs, not in the middle of one."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody asked for the end, and a bell for whoever sleeps meanwhile."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None  # which one asked
        self._bells: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether to end as soon as the work in hand is stored."""
        return self.signal is not None

    def request(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ask for the end; safe in a signal handler as far as the bells are."""
        self.signal = self.signal or number
        for bell in self._bells:
            bell()

    @contextmanager
    def ringing(self, bell: Callable[[], None]) -> Iterator[None]:
        """Call `bell` when the end is asked for, in a signal handler as a rule.

        A SimpleQueue's `put` is made for that; an Event or a Queue could lock itself out.
        """
        self._bells.append(bell)
        try:
            yield
        finally:
            self._bells.remove(bell)

    def sleep(self, seconds: float) -> None:
        """Wait, but not past a request to stop."""
        rung: SimpleQueue[None] = SimpleQueue()
        with self.ringing(partial(rung.put, None)), suppress(Empty):
            if not self.requested:
                rung.get(timeout=max(0.0, seconds))


@contextmanager
def stop_on_signals(stop: Stop) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into requests while the block runs.

    A second one ends the worker processes at once: what they were judging is given up.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.requested:
            for child in multiprocessing.active_children():
                child.kill()
        stop.request(signal.Signals(number))

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold the signals back; processes and threads started meanwhile never see them.

    Ctrl-C reaches every process of the terminal's group. Workers must not die of it: the parent
    tells them to end. A thread that takes a signal would leave the main one, which handles it,
    asleep.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
