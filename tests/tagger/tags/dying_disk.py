"""A fake disk that can stop, fail or run a hook at any single step that would change it."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

WRITES = ("pwrite", "write")  # steps that can be done by half


class KilledError(BaseException):
    """The process is dead: none of its later steps has any effect."""


@dataclass
class Disk:
    """Counts the steps and stops or fails at one of them."""

    at: int | None = None  # the step, from 0; None for none
    half: bool = False  # whether half of a write is done there first
    failure: BaseException | None = None  # the error raised there; None for death
    lasting: bool = False  # whether every later step of that kind on that file fails likewise
    before: Callable[[str, str], None] | None = (
        None  # called before each step; its own steps do not count
    )
    steps: list[tuple[str, str]] = field(default_factory=list)  # kind and path of the steps so far
    target: str = ""  # the new name, during a rename
    dead: bool = False
    _elsewhere: bool = False
    _sore: tuple[str, str] | None = None

    def step(self, kind: str, path: str, do: Callable[[], Any], half: Callable[[], Any]) -> Any:
        """Do one step, or what happens in its place."""
        if self.dead:
            raise KilledError
        if self._elsewhere:
            return do()
        if self.before is not None:
            self._elsewhere = True
            try:
                self.before(kind, path)
            finally:
                self._elsewhere = False
        number = len(self.steps)
        self.steps.append((kind, path))
        if number == self.at:
            if self.half:
                half()
            if self.failure is not None:
                self._sore = (kind, path) if self.lasting else None
                raise self.failure
            self.dead = True
            raise KilledError
        if self._sore == (kind, path) and self.failure is not None:
            raise self.failure
        return do()


@contextmanager
def watched(disk: Disk) -> Iterator[Disk]:
    """Route all changes of this process to any disk through this one.

    Syncs are only counted, since nothing here cuts the power.
    """

    def by_descriptor(name: str, *, really: bool = True) -> Callable[..., Any]:
        real = getattr(os, name)

        def step(descriptor: int, *rest: Any) -> Any:
            def half() -> None:
                if name == "pwrite":
                    data, place = rest
                    real(descriptor, data[: len(data) // 2], place)

            def do() -> Any:
                return real(descriptor, *rest) if really else None

            return disk.step(name, _path_of(descriptor), do, half)

        return step

    def by_path(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def step(path: Any, *rest: Any, **named: Any) -> Any:
            disk.target = os.fsdecode(rest[0]) if name in ("replace", "rename") else ""
            return disk.step(
                name, os.fsdecode(path), lambda: real(path, *rest, **named), lambda: None
            )

        return step

    real_open, real_io_open = os.open, io.open

    def open_descriptor(path: Any, flags: int, *rest: Any, **named: Any) -> Any:
        if not flags & os.O_CREAT:
            return real_open(path, flags, *rest, **named)
        return disk.step(
            "create",
            os.fsdecode(path),
            lambda: real_open(path, flags, *rest, **named),
            lambda: None,
        )

    def open_file(path: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
        if mode != "r+b":
            return real_io_open(path, mode, buffering, *rest, **named)
        raw = _File(path, disk)
        return raw if buffering == 0 else io.BufferedRandom(raw)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("pwrite", "ftruncate", "fchmod", "fchown", "setxattr"):
            patch.setattr(os, name, by_descriptor(name))
        patch.setattr(os, "fsync", by_descriptor("fsync", really=False))
        for name in ("replace", "unlink", "mkdir", "rename"):
            patch.setattr(os, name, by_path(name))
        patch.setattr(os, "open", open_descriptor)
        patch.setattr(io, "open", open_file)
        yield disk


def _path_of(descriptor: int) -> str:
    return os.fspath(Path(f"/proc/self/fd/{descriptor}").readlink())


class _File(io.FileIO):
    """A file that makes each write and truncation a step."""

    def __init__(self, path: Any, disk: Disk) -> None:
        super().__init__(path, "r+b")
        self._path, self._disk = os.fsdecode(path), disk

    def write(self, data: Any, /) -> int:
        whole = super().write

        def half() -> None:
            whole(memoryview(data)[: len(data) // 2])

        written: int = self._disk.step("write", self._path, lambda: whole(data), half)
        return written

    def truncate(self, size: int | None = None, /) -> int:
        whole = super().truncate
        cut: int = self._disk.step("truncate", self._path, lambda: whole(size), lambda: None)
        return cut


def steps_of(action: Callable[[], object]) -> list[tuple[str, str]]:
    """Do an action and return its steps."""
    with watched(Disk()) as disk:
        action()
    return disk.steps


def moments(steps: list[tuple[str, str]]) -> list[tuple[int, bool]]:
    """Return where a process can die: before each step, within each write, and at the end."""
    found = [(number, False) for number in range(len(steps) + 1)]
    return found + [(number, True) for number, (kind, _) in enumerate(steps) if kind in WRITES]


def die(action: Callable[[], object], at: int, *, half: bool) -> None:
    """Do an action up to a step; its locks are free afterwards, as after a real death."""
    try:
        with watched(Disk(at=at, half=half)):
            action()
    except KilledError:
        pass


def leftovers(folder: Path) -> list[str]:
    """Return the names of pacetag's own files below a folder."""
    return sorted(each.name for each in folder.rglob(".pacetag-*"))
