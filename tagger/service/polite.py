"""Whether the watcher should wait: on battery, and while other programs keep the machine busy."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pacetag.tagger.errors import MissingExtraError

EVERY = 5.0  # s between two measurements
BUSY, CALM = 0.5, 0.25  # shares of all processors at which waiting begins and ends
ON_BATTERY = "the machine runs on battery"
OTHERS = "other programs keep the machine busy"


@dataclass(frozen=True, kw_only=True)
class Load:
    """Seconds of all processors since some moment."""

    total: float
    others: float  # of them, those that other programs used


class Machine(Protocol):
    """What can be measured of a machine."""

    def on_battery(self) -> bool:
        """Whether it runs on battery."""

    def load(self) -> Load:
        """How busy its processors have been."""


@dataclass(kw_only=True)
class Politeness:
    """Measures now and then, and says why to wait."""

    machine: Machine
    clock: Callable[[], float] = time.monotonic
    why: str | None = None  # as measured last
    _next: float = 0.0
    _before: Load | None = field(default=None)
    _busy: bool = False

    def reason(self) -> str | None:
        """Why to wait; None: go on. Measures at most once in `EVERY` seconds."""
        if self.clock() >= self._next:
            self._next = self.clock() + EVERY
            self._measure()
        return self.why

    def _measure(self) -> None:
        now, before = self.machine.load(), self._before
        self._before = now
        if before is not None and now.total > before.total:
            share = (now.others - before.others) / (now.total - before.total)
            self._busy = share > (CALM if self._busy else BUSY)
        self.why = ON_BATTERY if self.machine.on_battery() else OTHERS if self._busy else None


class ThisMachine:
    """Measures this machine by psutil. Raises MissingExtraError where that is not installed."""

    def __init__(self) -> None:
        try:
            import psutil
        except ImportError as error:
            raise MissingExtraError("--polite", "polite") from error
        self._psutil = psutil
        self._own = psutil.Process()
        self._children: dict[int, float] = {}  # seconds of each, as measured last
        self._ended = 0.0  # seconds of those that have ended since

    def on_battery(self) -> bool:
        """Whether there is a battery, and no other power."""
        read = getattr(self._psutil, "sensors_battery", None)  # not on every system
        try:
            battery = read() if read is not None else None
        except (OSError, ValueError, self._psutil.Error):  # as some drivers answer
            return False
        return battery is not None and battery.power_plugged is False

    def load(self) -> Load:
        """Seconds of all processors, and those of other programs."""
        times = self._psutil.cpu_times()
        guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # in user time
        total = sum(times) - guests
        idle = times.idle + getattr(times, "iowait", 0.0)
        return Load(total=total, others=total - idle - self._own_seconds())

    def _own_seconds(self) -> float:
        """Seconds of this process and its workers, those that ended included."""
        found: dict[int, float] = {}
        for child in self._own.children(recursive=True):
            try:
                found[child.pid] = _seconds(child.cpu_times())
            except self._psutil.Error:  # it ended just now
                continue
        self._ended += sum(seconds for pid, seconds in self._children.items() if pid not in found)
        self._children = found
        return _seconds(self._own.cpu_times()) + sum(found.values()) + self._ended


def _seconds(times: Any) -> float:
    seconds: float = times.user + times.system
    return seconds
