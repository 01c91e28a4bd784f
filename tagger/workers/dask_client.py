"""Dask's client as pacetag uses it: made so that it ends, with its log out of the way."""

import logging
import socket
from contextlib import suppress
from typing import Any

Client = Any  # distributed's own types are too loose to be checked

_CLOSED = 10.0  # s in which a client that cannot connect must close
_LONGEST = 1 << 20  # bytes; a scheduler's greeting has some hundred


def check_greeting(address: str, host: str, port: int, *, timeout: float) -> None:
    """Raise OSError where nothing answers within `timeout` s, or no scheduler of Dask does.

    Dask's client would try for as long, and once more when it is told to give up; and where a
    server of another kind answers, it would wait without end.
    """
    with socket.create_connection((host, port), timeout) as probe:
        if address.partition("://")[0] not in (address, "tcp"):  # others do not greet first
            return
        length = int.from_bytes(probe.recv(8), "little")  # of the message that follows
    if not 0 < length < _LONGEST:
        raise OSError("another program does")


def made_client(address: str, *, timeout: float) -> Client:
    """A client of the scheduler that answers within `timeout` s.

    Raises errors of many types, by the address and the versions there.
    """
    import distributed

    client: Client = distributed.Client.__new__(distributed.Client)
    try:
        client.__init__(address, timeout=timeout, set_as_default=False, name="pacetag-scan")
    except BaseException:
        with suppress(Exception):  # left open, it would keep this process from ending
            client.close(timeout=_CLOSED)
        raise
    return client


def tries_plugin(prefix: str) -> Any:
    """What makes the scheduler give a song up with its second lost worker, not with its fourth.

    The class is local so that it is sent by value: the scheduler need not know pacetag.
    """
    from distributed import SchedulerPlugin

    base: Any = SchedulerPlugin

    class Tries(base):  # type: ignore[misc]
        """Counts the first loss of our own tasks as the last but one that is allowed."""

        def start(self, scheduler: Any) -> None:
            self.scheduler = scheduler

        def transition(self, key: Any, start: Any, finish: Any, *_: Any, **__: Any) -> None:
            if finish == "processing" and str(key).startswith(prefix):
                task = self.scheduler.tasks[key]
                task.suspicious = max(task.suspicious, self.scheduler.allowed_failures - 1)

    return Tries()


def divert_logs() -> None:
    """Have Dask's log go where pacetag's does, and not onto the screen."""
    import distributed  # noqa: F401 - which sets its handlers when it is imported

    for name in ("distributed", "distributed.client", "distributed.gc", "tornado", "bokeh"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
