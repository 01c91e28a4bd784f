"""Ctrl-C and SIGTERM as a wish that is granted between two songs, not in the middle of one.

A thread takes the signals, since the main one may hang in a call that a dead disk never answers.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130  # exit code
GRACE = 4.0  # s from the second request until the process ends
_BETWEEN = 0.05  # s between two tries to wake the main thread
_WAKE_MAIN = signal.SIGUSR2  # is not held back in the main thread, and ends what it waits for
_SHOW_CURSOR = b"\x1b[?25h"  # a live bar hides it
_LEFT = b"pacetag: stopped at once; a write that broke off is taken back by the next command\n"


class Stop:
    """Whether an end was asked for, and a bell for those that sleep meanwhile."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None  # which one asked
        self._bells: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether to end as soon as the work in hand is stored."""
        return self.signal is not None

    def request(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ask for the end; from any thread, and in a signal handler as far as the bells allow."""
        self.signal = self.signal or number
        for bell in list(self._bells):
            bell()

    @contextmanager
    def ringing(self, bell: Callable[[], None]) -> Iterator[None]:
        """Call `bell` when the end is asked for, perhaps in a signal handler.

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


class _Guard:
    """Answers the signals of a process: the first cleanly, the second soon, the third at once."""

    def __init__(self) -> None:
        self._main = threading.get_ident()
        self._asked = 0
        self._over = False
        self._woken = False  # the main thread has taken notice
        self._timer: threading.Timer | None = None
        self._wakers: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self.stops: list[Stop] = []  # those to tell; without any, the main thread is interrupted

    def start(self) -> None:
        """Begin to listen. All threads must hold the signals back."""
        self._thread.start()

    def end(self) -> None:
        """Listen no more, and let a process go on that was about to be left."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        with suppress(OSError):  # it has ended already
            signal.pthread_kill(self._thread.ident or 0, signal.SIGTERM)  # to that thread alone
        self._thread.join()
        for waker in self._wakers:  # or its signal would meet a handler that ends the process
            waker.join()

    def _listen(self) -> None:
        while True:
            number = signal.sigwait(SIGNALS)
            if self._over:
                return
            self.answer(number)

    def answer(self, number: int, _frame: FrameType | None = None) -> None:
        """Do what the signal asks for; a handler, too, for what another thread was given."""
        self._asked += 1
        for stop in self.stops:
            stop.request(signal.Signals(number))
        if not self.stops:
            self._wakers.append(threading.Thread(target=self._wake_main, daemon=True))
            self._wakers[-1].start()
        if self._asked == 2:
            _kill_workers()
            self._timer = threading.Timer(GRACE, _leave)
            self._timer.daemon = True
            self._timer.start()
        elif self._asked > 2:
            _leave()

    def _wake_main(self) -> None:
        """Interrupt the main thread; again, where that came just before a call that hangs."""
        self._woken = False
        while not (self._woken or self._over):
            signal.pthread_kill(self._main, _WAKE_MAIN)
            time.sleep(_BETWEEN)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt in the main thread: the handler of what wakes it."""
        if not self._woken:
            self._woken = True
            raise KeyboardInterrupt


_GUARDS: list[_Guard] = []  # the one that listens, if there is one


@contextmanager
def answering_signals() -> Iterator[None]:
    """Have SIGINT and SIGTERM answered while the block runs: KeyboardInterrupt for the first.

    The second ends the process within 5 s even where it hangs, the third at once. What the block
    starts, threads and processes, never sees the signals. Must run in the main thread.
    """
    with _guarded():
        yield


@contextmanager
def signals_let_through() -> Iterator[None]:
    """Have the main thread take the signals as usual, and the programs that the block starts."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGTERM: signal.signal(signal.SIGTERM, signal.SIG_DFL),
    }
    held = signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_on_signals(stop: Stop) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into requests while the block runs.

    A second one also ends the worker processes: what they were judging is given up. The process
    ends within 5 s then, and at a third one at once.
    """
    with _guarded() as guard:
        guard.stops.append(stop)
        try:
            yield
        finally:
            guard.stops.remove(stop)


@contextmanager
def _guarded() -> Iterator[_Guard]:
    if _GUARDS:
        yield _GUARDS[-1]
        return
    guard = _Guard()
    with signals_held(), _handled(guard):
        guard.start()
        _GUARDS.append(guard)
        try:
            yield guard
        finally:
            _GUARDS.remove(guard)
            guard.end()


@contextmanager
def _handled(guard: _Guard) -> Iterator[None]:
    """Handlers for what a thread gets that was there before and holds nothing back."""
    before = {number: signal.signal(number, guard.answer) for number in SIGNALS}
    before[_WAKE_MAIN] = signal.signal(_WAKE_MAIN, guard.interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _kill_workers() -> None:
    multiprocessing = sys.modules.get("multiprocessing")  # most commands have no workers
    with suppress(RuntimeError):  # one was started at this very moment
        for child in multiprocessing.active_children() if multiprocessing else ():
            child.kill()


def _leave() -> None:
    """End the process at once; journals protect what is being written."""
    with suppress(OSError, ValueError):
        screen = sys.stderr.fileno()
        if sys.stderr.isatty():
            os.write(screen, _SHOW_CURSOR)
        os.write(screen, _LEFT)
    os._exit(INTERRUPTED)


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold the signals back; processes and threads started meanwhile never see them.

    Ctrl-C reaches every process of the terminal's group. Workers must not die of it: the parent
    tells them to end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
