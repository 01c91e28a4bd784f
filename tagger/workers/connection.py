"""The connection to a Dask cluster: made, checked, watched, and made anew."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from pacetag.model.extras import missing_modules
from pacetag.tagger.errors import MissingExtraError, TaggerError, UsageError
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.workers.dask_client import (
    Client,
    check_greeting,
    divert_logs,
    made_client,
    tries_plugin,
)
from pacetag.tagger.workers.judging import JudgeRef, WorkerReply
from pacetag.tagger.workers.station import Card, card_of

Future = Any  # of distributed, as is Client

TIMEOUT = 30.0  # s in which a scheduler must answer, and the first worker appear
ANSWER = 10.0  # s in which a question to the scheduler, or a result from it, must come
PAUSE = 1.0  # s between two tries to connect
LOOK = 2.0  # s between two questions for the number of threads
NAMED = 3  # workers that a sentence names
KEPT = "what was done is kept"


class ClusterError(TaggerError):
    """The cluster cannot be used, or not any more."""


class Connection:
    """A client of a cluster whose workers judge as this machine does."""

    def __init__(self, address: str, card: Card, judge: JudgeRef) -> None:
        """Raises ClusterError, with a sentence for the user, and MissingExtraError."""
        if missing_modules("cluster"):
            raise MissingExtraError("`--cluster`", "cluster")
        self._host, self._port = _place_of(address)
        self._address, self._card, self._judge = address, card, judge
        self._prefix = f"pacetag-{uuid.uuid4().hex}"
        self._numbers = count()
        self._lost = False
        self._looked = 0.0  # monotonic
        self.threads = 0  # of all workers
        divert_logs()
        self._client = self._connect()
        try:
            self.remarks = self._check_workers()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Client:
        try:
            check_greeting(self._address, self._host, self._port, timeout=TIMEOUT)
            client = made_client(self._address, timeout=TIMEOUT)
        except Exception as error:  # of many types, by the address and the versions there
            debug("cluster", f"{self._address}: cannot be reached", error=error)
            raise ClusterError(
                f"{self._address}: no scheduler of Dask answers there ({error}); start one with "
                "`dask scheduler`, and workers with `dask worker ADDRESS`"
            ) from error
        try:  # where a scheduler takes no plugins, its own number of tries holds
            client.register_plugin(tries_plugin(self._prefix), name=self._prefix)
        except Exception as error:
            info("cluster", f"{self._address}: takes no plugin: {error}")
        return client

    def _check_workers(self) -> tuple[str, ...]:
        """Wait for workers; return how they differ from this machine without that deciding.

        Raises ClusterError for what decides.
        """
        try:
            self._client.wait_for_workers(1, timeout=TIMEOUT)
        except Exception as error:
            raise ClusterError(
                f"{self._address}: the scheduler has no workers; start some with `dask worker "
                f"{self._address}`"
            ) from error
        cards = self._client.run(card_of, self._judge, on_error="return")
        self.threads = sum(self._client.nthreads().values())
        info("cluster", f"{self._address}: {len(cards)} workers, {self.threads} threads")
        wrong = [f"{name}: {why}" for name, each in cards.items() if (why := self._differs(each))]
        if wrong:
            raise ClusterError(
                f"{len(wrong)} of {len(cards)} workers cannot judge as this machine does: "
                + "; ".join(wrong[:NAMED])
            )
        return tuple(
            f"{name}: {remark}" for name, each in cards.items() for remark in self._remarks(each)
        )

    def _remarks(self, card: Card) -> Iterator[str]:
        """How a worker with this card differs without that deciding."""
        if others := _other_libraries(card, self._card):
            said = ", ".join(others)
            yield f"other libraries than here ({said}), so last digits of its results may differ"
        if card.no_gpu is not None:
            yield f"{card.no_gpu}, so its processor judges"

    def _differs(self, card: object) -> str | None:
        """Why a worker with this card, or this error instead of one, would judge otherwise."""
        if "No module named 'pacetag'" in str(card):  # in an error that Dask has wrapped
            return f"pacetag is not installed; install {self._card.pacetag} there"
        if not isinstance(card, Card):
            return f"it cannot say what it judges with ({card})"
        if card.pacetag != self._card.pacetag:
            return f"it has pacetag {card.pacetag}, and {self._card.pacetag} is needed"
        if card.network != self._card.network:
            return "its trained network is another; copy the same bundle to the same place"
        return None

    def submit(self, work: Callable[..., Any], task: object) -> Future:
        """Have a worker do some work. The song's future ends as cancelled with its scheduler."""
        return self._client.submit(work, task, key=f"{self._prefix}-{next(self._numbers)}")

    def answer(self, future: Future) -> WorkerReply | Exception | None:
        """The reply or error of a future that ended; None where that was lost."""
        from distributed.client import FutureCancelledError

        try:
            if future.status == "error":
                error = future.exception(timeout=ANSWER)
                return error if isinstance(error, Exception) else RuntimeError(repr(error))
            reply: WorkerReply = future.result(timeout=ANSWER)
            return reply
        except (TimeoutError, FutureCancelledError, OSError) as error:
            debug("cluster", "a result was lost on its way", error=error)
            return None

    def is_lost_worker(self, error: Exception) -> bool:
        """Whether Dask gave a song up since its workers were lost."""
        from distributed import KilledWorker

        return isinstance(error, KilledWorker)

    def mark_lost(self) -> None:
        """Note that a future ended with its scheduler, though another may answer already."""
        self._lost = True

    def is_alive(self) -> bool:
        """Whether the scheduler is the one that has the songs; counts its threads now and then."""
        if self._lost or self._client.status != "running":
            return False
        if time.monotonic() - self._looked > LOOK:
            try:
                threads = self._client.nthreads(callback_timeout=ANSWER)
            except Exception as error:
                debug("cluster", "the scheduler does not answer", error=error)
                return False
            self.threads, self._looked = sum(threads.values()), time.monotonic()
        return True

    def renew(self, patience: float, *, given_up: Callable[[], bool]) -> None:
        """Connect to the scheduler that runs now, within `patience` s. Raises ClusterError."""
        until = time.monotonic() + patience
        self.close()
        while not given_up():
            try:
                self._client = self._connect()
            except ClusterError as error:
                if time.monotonic() > until:
                    raise ClusterError(
                        f"{self._address}: the scheduler has been away for {patience:.0f} s; start "
                        f"it, then scan again: {KEPT}"
                    ) from error
                time.sleep(PAUSE)
            else:
                self._lost, self.threads, self._looked = False, 0, 0.0
                return

    def close(self) -> None:
        """Leave the cluster; what is under way there is taken back."""
        with suppress(Exception):  # it may be gone
            if self._client.status == "running":
                self._client.sync(
                    self._client.scheduler.unregister_scheduler_plugin,
                    name=self._prefix,
                    callback_timeout=ANSWER,
                )
        with suppress(Exception):
            self._client.close(timeout=ANSWER)


def _place_of(address: str) -> tuple[str, int]:
    """Host and port of a scheduler's address. Raises UsageError."""
    try:
        split = urlsplit(address if "://" in address else f"tcp://{address}")
        if split.hostname and split.port:
            return split.hostname, split.port
    except ValueError:  # a port that is no number
        pass
    raise UsageError(
        f"--cluster {address!r}: is no address of a scheduler; write it as tcp://HOST:8786"
    )


def _other_libraries(card: Card, own: Card) -> list[str]:
    pairs = zip(card.libraries, own.libraries, strict=True)
    return [f"{name} {theirs}, not {ours}" for (name, theirs), (_, ours) in pairs if theirs != ours]
