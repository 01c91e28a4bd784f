"""Ctrl-C and SIGTERM end a command between two songs, not in the middle of one.

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
HURRY = 2.0, 2.5  # s from SIGTERM until workers are killed, and from then until the process ends
_RETRY = 0.05  # s between two tries to wake the main thread
# Is never held in the main thread; interrupts the call it is in. Windows lacks it, and the main
# thread answers by itself there, once that call has returned.
_WAKE_MAIN = getattr(signal, "SIGUSR2", None)
_SHOW_CURSOR = b"\x1b[?25h"  # a live bar hides it
_LEFT = b"pacetag: stopped at once; a write that broke off is taken back by the next command\n"


class Stop:
    """Whether a stop was requested; wakes those that wait when it is."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None  # which one asked
        self._wakers: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether to end as soon as the songs under way are stored."""
        return self.signal is not None

    def request(self, number: signal.Signals = signal.SIGINT) -> None:
        """Request a stop, from any thread, or in a signal handler if all wakers allow that."""
        self.signal = self.signal or number
        for wake in list(self._wakers):
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` when a stop is requested, perhaps in a signal handler.

        A SimpleQueue's `put` is made for that; an Event or a Queue could deadlock.
        """
        self._wakers.append(wake)
        try:
            yield
        finally:
            self._wakers.remove(wake)

    def sleep(self, seconds: float) -> None:
        """Wait, at most until a stop is requested."""
        woken: SimpleQueue[None] = SimpleQueue()
        with self.waking(partial(woken.put, None)), suppress(Empty):
            if not self.requested:
                woken.get(timeout=max(0.0, seconds))


class _Guard:
    """Answers signals: the first ends the process cleanly, the second soon, the third at once."""

    def __init__(self) -> None:
        self._main = threading.get_ident()
        self._asked = 0
        self._over = False
        self._woken = False  # the main thread was interrupted
        self._timers: list[threading.Timer] = []
        self._wakers: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self.stops: list[Stop] = []  # without any, the main thread is interrupted
        self.hurry = False  # SIGTERM ends the process within 5 s

    def start(self) -> None:
        """Begin to listen. All threads must hold the signals."""
        if _WAKE_MAIN is not None:
            self._thread.start()

    def end(self) -> None:
        """Stop listening, and cancel the end of the process if it was near."""
        self._over = True
        for timer in self._timers:
            timer.cancel()
        if _WAKE_MAIN is None:
            return
        with suppress(OSError):  # it has ended already
            signal.pthread_kill(self._thread.ident or 0, signal.SIGTERM)  # to that thread alone
        self._thread.join()
        for waker in self._wakers:  # or its signal would reach a handler that ends the process
            waker.join()

    def _listen(self) -> None:
        while True:
            number = signal.sigwait(SIGNALS)
            if self._over:
                return
            self.answer(number)

    def answer(self, number: int, _frame: FrameType | None = None) -> None:
        """Do what the signal asks for. Also a handler, for signals that another thread received."""
        self._asked += 1
        for stop in self.stops:
            stop.request(signal.Signals(number))
        if not self.stops and _WAKE_MAIN is None:
            raise KeyboardInterrupt
        if not self.stops:
            self._wakers.append(threading.Thread(target=self._wake_main, daemon=True))
            self._wakers[-1].start()
        if self._asked == 1 and self.hurry and number == signal.SIGTERM:
            self._after(HURRY[0], partial(self._hasten, HURRY[1]))
        elif self._asked == 2:
            self._hasten(GRACE)
        elif self._asked > 2:
            _leave()

    def _hasten(self, seconds: float) -> None:
        """Give up the songs under way, and end the process at the latest after so long."""
        _kill_workers()
        self._after(seconds, _leave)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        self._timers.append(timer)
        if not self._over:
            timer.start()

    def _wake_main(self) -> None:
        """Interrupt the main thread, repeatedly: a call that hangs may begin just after."""
        self._woken = False
        while not (self._woken or self._over):
            signal.pthread_kill(self._main, _WAKE_MAIN or 0)
            time.sleep(_RETRY)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt in the main thread: the handler of `_WAKE_MAIN`."""
        if not self._woken:
            self._woken = True
            raise KeyboardInterrupt


_GUARDS: list[_Guard] = []  # the one that listens, if there is one


@contextmanager
def answering_signals() -> Iterator[None]:
    """Answer SIGINT and SIGTERM while the block runs: the first with a KeyboardInterrupt.

    The second ends the process within 5 s even where it hangs, the third at once. Threads and
    processes that the block starts never see the signals. Must run in the main thread.
    """
    with _guarded():
        yield


@contextmanager
def signals_let_through() -> Iterator[None]:
    """Deliver signals as usual to the main thread and to programs that the block starts."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGTERM: signal.signal(signal.SIGTERM, signal.SIG_DFL),
    }
    try:
        with signals_held(deliver=True):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_on_signals(stop: Stop, *, hurry: bool = False) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into requests while the block runs.

    A second one also kills the worker processes, and their current songs are given up. The process
    ends within 5 s then, and at once with a third one. With `hurry`, as services must, the first
    SIGTERM ends it within 5 s, too.
    """
    with _guarded() as guard:
        guard.stops.append(stop)
        guard.hurry = hurry
        try:
            yield
        finally:
            guard.hurry = False
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
    """Handlers for signals to a thread that was started before and does not hold them."""
    before = {number: signal.signal(number, guard.answer) for number in SIGNALS}
    if _WAKE_MAIN is not None:
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
def signals_held(*, deliver: bool = False) -> Iterator[None]:
    """Hold the signals while the block runs; processes and threads that it starts never see them.

    Ctrl-C reaches every process of the terminal's group. Workers must survive it: the parent ends
    them. With `deliver` the block gets them instead.
    """
    if _WAKE_MAIN is None:
        yield
        return
    how = signal.SIG_UNBLOCK if deliver else signal.SIG_BLOCK
    before = signal.pthread_sigmask(how, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
