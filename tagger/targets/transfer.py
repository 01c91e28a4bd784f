"""Carry a plan out on a target: remove, rename, copy, encode; each step can break off anywhere."""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.stretching.pool import make_all
from pacetag.tagger.tags.errors import system_reason
from pacetag.tagger.targets.hashing import SourceError, StoppedError, copy_checked
from pacetag.tagger.targets.items import Item
from pacetag.tagger.targets.manifest import Manifest, is_as_put
from pacetag.tagger.targets.planning import Plan
from pacetag.tagger.targets.staging import Stage

Tell = Callable[[str], None]  # takes the name of a file that is done


@dataclass(kw_only=True)
class Transfer:
    """One command's work on a target."""

    plan: Plan
    manifest: Manifest
    stop: Stop
    jobs: int  # processes that encode
    tell: Tell
    done: list[str] = field(default_factory=list)  # names of files that were put
    failed: list[tuple[str, str]] = field(default_factory=list)  # paths of songs, and why

    def run(self) -> None:
        """Do what the plan says, as far as no stop is requested.

        Raises TaggerError where the target fails, full or unplugged; what is done then stays.
        """
        stage = Stage(manifest=self.manifest)
        try:
            stage.open()
            try:
                self._remove()
                self._rename(stage)
                self._copy(stage)
                self._encode(stage)
            finally:
                stage.close()
            self.manifest.forget_gone()
        except OSError as error:
            raise TaggerError(self._broken(error)) from error

    def _remove(self) -> None:
        for name in self.plan.remove:
            path = self.manifest.folder / name
            if not self.stop.requested and is_as_put(path, self.manifest.entries[name]):
                path.unlink()
        self.manifest.forget_gone()

    def _rename(self, stage: Stage) -> None:
        """Rename files; where each waits for another's name, one of them steps aside."""
        waiting = dict(self.plan.rename)
        self._rename_free(waiting)
        while waiting and not self.stop.requested:
            old, new = waiting.popitem()
            aside = stage.place(0, Path(old).suffix)
            (self.manifest.folder / old).rename(aside)
            entry = self.manifest.entries.pop(old)
            self._rename_free(waiting)
            stage.settle(aside, new, source=entry.source, origin=entry.origin, known=entry.hash)

    def _rename_free(self, waiting: dict[str, str]) -> None:
        """Rename files in an order in which every name is free when its turn comes."""
        while free := [old for old, new in waiting.items() if self._is_free(old, new)]:
            for old in free:
                self._give(old, waiting.pop(old))

    def _is_free(self, old: str, new: str) -> bool:
        there = self.manifest.folder / new
        return not there.exists() or there.samefile(self.manifest.folder / old)

    def _give(self, old: str, new: str) -> None:
        self.manifest.entries[new] = self.manifest.entries[old]
        self.manifest.save()  # so that the file is listed under whichever name it has
        (self.manifest.folder / old).rename(self.manifest.folder / new)
        del self.manifest.entries[old]

    def _copy(self, stage: Stage) -> None:
        for number, (name, item) in enumerate(self.plan.put.items(), 1):
            if self.stop.requested or item.form is not None:
                continue
            part = stage.place(number, item.suffix)
            try:
                known = copy_checked(Path(item.song.path), part, lambda: self.stop.requested)
                self._settle(stage, part, name, item, known)
            except StoppedError:
                return
            except SourceError as error:
                self.failed.append((item.song.path, system_reason(error)))

    def _encode(self, stage: Stage) -> None:
        of_parts: dict[Path, tuple[str, Item]] = {
            stage.place(number, item.suffix): (name, item)
            for number, (name, item) in enumerate(self.plan.put.items(), 1)
            if item.form is not None
        }
        copies = [item.copy(part) for part, (_, item) in of_parts.items()]
        for made in make_all(copies, jobs=self.jobs, stop=self.stop) if copies else ():
            name, item = of_parts[made.copy.path]
            if made.reason is None:
                self._settle(stage, made.copy.path, name, item, None)
            else:
                self.failed.append((item.song.path, made.reason))

    def _settle(self, stage: Stage, part: Path, name: str, item: Item, known: str | None) -> None:
        try:
            stage.settle(part, name, source=item.source, origin=item.origin, known=known)
        except FileExistsError:
            self.failed.append((item.song.path, f"{name} appeared there meanwhile"))
            return
        self.done.append(name)
        self.tell(name)

    def _broken(self, error: OSError) -> str:
        are = "1 file is" if len(self.done) == 1 else f"{len(self.done)} files are"
        left = len(self.plan.put) - len(self.done)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what = "is full" if full else f"cannot be written ({system_reason(error)})"
        remedy = "make room there, or set max_size" if full else "connect the player again"
        return (
            f"{self.manifest.folder}: {what}: {are} copied, {left} are not; "
            f"{remedy}; the same command copies the rest"
        )
