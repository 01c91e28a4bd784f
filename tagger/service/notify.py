"""Tell systemd, or another supervisor of its protocol, how the watcher is: sd_notify(3).

A few lines on a datagram socket; nothing is told where no supervisor listens.
"""

import os
import socket
import time
from collections.abc import Callable

from pacetag.tagger.config.environment import variable
from pacetag.tagger.logs.logger import debug

JOURNAL = "JOURNAL_STREAM"
SOCKET, TIMEOUT, TIMEOUT_OF = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


class Supervisor:
    """The program that started this process, if it wants to know how it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._address = _address(variable(SOCKET))
        self.every = _interval()  # s between two signs of life; None if none is awaited
        self._next = 0.0  # moment of the next sign of life

    @property
    def listens(self) -> bool:
        """Whether there is one."""
        return self._address is not None

    def ready(self, status: str) -> None:
        """Tell that the watcher has begun, or that it has read its settings again."""
        self._tell("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        """Tell in a sentence what is going on."""
        self._tell(f"STATUS={status}")

    def reloading(self) -> None:
        """Tell that the settings are being read again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Tell that the watcher is about to end."""
        self._tell("STOPPING=1", "STATUS=Ending")

    def alive(self) -> None:
        """Give a sign of life, unless one was given just now."""
        if self.every is None or self._clock() < self._next:
            return
        self._next = self._clock() + self.every
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        text = "\n".join(" ".join(line.split("\n")) for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(1.0)
                line.connect(self._address)
                line.sendall(text.encode("utf-8", "replace"))
        except OSError as error:  # it may have ended; the music does not depend on it
            debug("service", f"the supervisor was not reached: {error}", error=error)


def in_journal(descriptor: int = 1) -> bool:
    """Whether standard output goes into systemd's journal, as systemd.exec(5) says."""
    named = variable(JOURNAL)
    if named is None:
        return False
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return named == f"{status.st_dev}:{status.st_ino}"


def _address(named: str | None) -> str | None:
    """The socket's address; a name that begins with @ lies in no file system."""
    if named is None or named[0] not in "/@":
        return None
    return f"\0{named[1:]}" if named.startswith("@") else named


def _interval() -> float | None:
    """Half the time after which silence counts as a fault, in s, as sd_watchdog_enabled(3) says."""
    text, pid = variable(TIMEOUT), variable(TIMEOUT_OF)
    if text is None or not text.isdecimal() or not int(text) or pid not in (None, str(os.getpid())):
        return None
    return int(text) / 2e6
