"""Tells a supervisor and `pacetag status` how the watcher goes on."""

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pacetag.tagger.pulse import Pulse
from pacetag.tagger.service.notify import Supervisor
from pacetag.tagger.service.polite import Politeness
from pacetag.tagger.service.state import StateFile, watch_limit, watches_in_use

EVERY = 2.0  # s at least between two writes of the file
KEPT = 20  # of the last failures and complaints


class Report(Pulse):
    """Keeps what is known of a running watcher, and passes it on."""

    def __init__(
        self,
        file: StateFile,
        supervisor: Supervisor,
        *,
        index: Path,
        failed: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`failed` counts the songs of the index that failed."""
        self._file, self._supervisor, self._failed, self._clock = file, supervisor, failed, clock
        self.every = min(Pulse.every, supervisor.every or Pulse.every)
        self._told: dict[str, Any] = {
            "version": version("pacetag"),
            "index": str(index),
            "pid": os.getpid(),
            "since": _now(),
            "doing": "starting",
            "paused": None,
            "sweep": None,
            "failures": None,
            "waiting": [],
        }
        self._counts = Counter[str]()  # outcomes of songs since the start
        self._failures: deque[dict[str, str]] = deque(maxlen=KEPT)
        self._complaints: deque[dict[str, str]] = deque(maxlen=KEPT)
        self._polite: Politeness | None = None
        self._tell: Callable[[str], None] = lambda _: None
        self._changed, self._next = True, 0.0
        self._began = 0.0  # of the sweep

    def beat(self) -> None:
        """Give a sign of life, and write the file if something has changed."""
        self._supervisor.alive()
        if self._changed and self._clock() >= self._next:
            self._write()

    def begin(
        self,
        *,
        bundle: str,
        sweep: float,
        polite: Politeness | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Note the network, and the seconds between two looks at everything.

        `polite` says when to wait; `tell` is told when waiting begins and ends.
        """
        self._polite, self._tell = polite, tell
        if polite is not None:
            polite.reason()  # the next measurement compares with this one
        self._told |= {"bundle": bundle, "sweep_every": sweep}
        self._write()

    def watching(self, roots: Sequence[Path]) -> None:
        """Note the roots; changes in them are noticed from now on."""
        self._told["roots"] = [{"path": str(root), "there": root.is_dir()} for root in roots]
        self._supervisor.ready(f"Watching {', '.join(map(str, roots))}")
        self._do("watching")

    def sweeping(self) -> None:
        """Note that a look at all songs has begun."""
        self._began = self._clock()
        self._told["sweep"] = {"began": _now(), "ended": None, "seconds": None, "songs": None}
        self._supervisor.status("Looking through all songs")
        self._do("sweeping")

    def swept(self, songs: int) -> None:
        """Note that it has ended."""
        seconds = round(self._clock() - self._began, 1)
        self._told["sweep"] |= {"ended": _now(), "seconds": seconds, "songs": songs}
        self._told["failures"] = self._failed()
        for root in self._told.get("roots", ()):
            root["there"] = Path(root["path"]).is_dir()
        self._supervisor.status(f"{songs} songs, {self._told['failures']} failed")
        self._do("watching")

    def waiting(self, songs: Mapping[Path, str]) -> None:
        """Note the songs that wait, and why."""
        told = [{"path": str(path), "reason": why} for path, why in songs.items()]
        if told != self._told["waiting"]:
            self._told["waiting"] = told
            self._touch()

    def song(self, path: str, outcome: str, reason: str | None, *, failed: bool) -> None:
        """Count a song that was handled."""
        self._counts[outcome] += 1
        if failed:
            self._failures.append({"at": _now(), "path": path, "reason": reason or ""})
        self._touch()

    def complain(self, sentence: str) -> None:
        """Keep a sentence about what does not work as it should."""
        self._complaints.append({"at": _now(), "text": sentence})
        self._touch()

    def must_wait(self) -> bool:
        """Whether politeness asks for it; notes when that begins and ends."""
        why = self._polite.reason() if self._polite is not None else None
        if why != self._told["paused"]:
            self._told["paused"] = why
            said = "goes on" if why is None else f"waits: {why}"
            self._supervisor.status(said.capitalize())
            self._tell(said)
            self._touch()
        return why is not None

    def _do(self, what: str) -> None:
        self._told["doing"] = what
        self._write()

    def _touch(self) -> None:
        self._changed = True
        self.beat()

    def _write(self) -> None:
        self._changed, self._next = False, self._clock() + EVERY
        self._file.write(
            self._told
            | {
                "heard": _now(),
                "watches": {"used": watches_in_use(), "limit": watch_limit()},
                "songs": dict(self._counts),
                "last_failures": list(self._failures),
                "complaints": list(self._complaints),
            }
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
