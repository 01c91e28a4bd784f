"""What a running watcher tells of itself: a file beside the index, replaced whole.

It is written when something has changed, never while the watcher is idle, so that disks may sleep.
A lock tells a living watcher from one that was killed: the system releases it in either case.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pacetag.tagger.logs.logger import debug

LATE = 900.0  # s that a look at everything may be late
FOLDER = "watchers"  # beside the index
_STATE, _LOCK, _DRAFT = ".json", ".lock", ".draft"
_MOST = 1 << 22  # bytes


@dataclass(frozen=True, kw_only=True)
class WatcherState:
    """What a watcher told last, and whether it lives."""

    told: dict[str, Any]
    lives: bool

    def is_late(self) -> bool:
        """Whether a living watcher has not looked through its songs when it should have."""
        sweep, every = self.told.get("sweep"), self.told.get("sweep_every")
        if not self.lives or self.told.get("doing") != "watching" or not isinstance(sweep, dict):
            return False
        try:
            ended = datetime.fromisoformat(str(sweep["ended"]))
            return (datetime.now(UTC) - ended).total_seconds() > float(str(every)) + LATE
        except (KeyError, ValueError, TypeError):
            return False


class StateFile:
    """The file of one watcher, as a context that holds its lock."""

    def __init__(self, index: Path) -> None:
        self._folder = index.parent / FOLDER
        self._name = str(os.getpid())
        self._lock: int | None = None

    def __enter__(self) -> "StateFile":
        with suppress(OSError):  # a folder that cannot be written costs only the status
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = _locked(self._folder / f"{self._name}{_LOCK}")
            _sweep(self._folder)
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is None:
            return
        with suppress(OSError):
            for end in (_STATE, _DRAFT, _LOCK):
                (self._folder / f"{self._name}{end}").unlink(missing_ok=True)
            self._folder.rmdir()  # unless another watcher runs
        os.close(self._lock)

    def write(self, told: dict[str, Any]) -> None:
        """Replace what was told before; a full disk costs only the status."""
        if self._lock is None:
            return
        draft = self._folder / f"{self._name}{_DRAFT}"
        try:
            draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            draft.replace(draft.with_suffix(_STATE))
        except OSError as error:
            debug("service", f"{draft}: cannot be written ({error})", error=error)


def _locked(file: Path) -> int:
    """Return a descriptor of the file, locked. Raises OSError."""
    import fcntl

    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(folder: Path) -> None:
    """Remove what watchers that were killed left."""
    for lock in folder.glob(f"*{_LOCK}"):
        if not _lives(lock):
            for end in (_STATE, _DRAFT, _LOCK):
                lock.with_suffix(end).unlink(missing_ok=True)


def _lives(lock: Path) -> bool:
    """Whether a process holds the lock."""
    try:
        import fcntl

        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except (OSError, ImportError):  # Windows has no watcher
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # held, or the file system has no locks
        return True
    finally:
        os.close(descriptor)
    return False


def watchers(index: Path) -> list[WatcherState]:
    """Return what the watchers of an index told, the living first; what cannot be read is none."""
    found = list(_read(index.parent / FOLDER))
    return sorted(found, key=lambda each: (not each.lives, str(each.told.get("since"))))


def _read(folder: Path) -> Iterator[WatcherState]:
    from pacetag.model.regular import NotRegularError, read_regular

    with _listed(folder) as files:
        for file in files:
            lives = _lives(file.with_suffix(_LOCK))
            with suppress(NotRegularError, ValueError):
                told = json.loads(read_regular(file, most=_MOST))
                if isinstance(told, dict):
                    yield WatcherState(told=told, lives=lives)


@contextmanager
def _listed(folder: Path) -> Iterator[list[Path]]:
    try:
        yield sorted(folder.glob(f"*{_STATE}"))
    except OSError:
        return


def watches_in_use(*, every: bool = False) -> int | None:
    """How many folders this process has the kernel watch; None where that cannot be told.

    `every` counts those of all processes of this user, whose limit they share.
    """
    folders = [Path("/proc/self/fdinfo")]
    if not folders[0].is_dir():
        return None
    if every:
        folders = [each for each in Path("/proc").glob("[0-9]*/fdinfo") if _is_own(each)]
    return sum(map(_watches_of, folders))


def _is_own(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.geteuid()
    except OSError:  # the process has ended
        return False


def _watches_of(folder: Path) -> int:
    count = 0
    with suppress(OSError):  # of another user
        for file in folder.iterdir():
            with suppress(OSError):  # the descriptor of the listing itself is closed by then
                count += file.read_text().count("inotify wd:")
    return count


def watch_limit() -> int | None:
    """How many folders the programs of one user can watch; None where there is no such limit."""
    try:
        return int(Path("/proc/sys/fs/inotify/max_user_watches").read_text())
    except (OSError, ValueError):
        return None
