"""What is checked, with what several checks need found out once."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.config.values import ConfigError, value_of
from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.library.stalls import Asking, Walked
from pacetag.tagger.settings import index_path
from pacetag.tagger.tags.safety.replace import may_hold_copies

LONGEST_WALK = 20.0  # s below one folder, after which what was found so far counts


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What lies below a folder with music."""

    root: Path
    walked: Walked
    folders: int
    closed: tuple[Path, ...]  # folders in which this process may not make files
    whole: bool  # whether the walk came to its end in time


@dataclass
class Subject:
    """What a person wants to have checked."""

    paths: Sequence[Path] = ()  # folders with music, as typed
    index: Path | None = None  # as typed
    quick: bool = False  # judge no whole song
    clock: Callable[[], float] = field(default=monotonic, repr=False)

    @cached_property
    def index_file(self) -> Path:
        """The file of the index. Raises UsageError where that cannot be told."""
        return index_path(self.index)

    @cached_property
    def roots(self) -> list[Path]:
        """The folders that were typed, else those that are set to be watched, absolute."""
        named: Iterable[Path] = self.paths
        if not named:
            try:
                named = value_of("watch.roots").value or []
            except ConfigError:  # which the check of the settings reports
                named = []
        return [Path(os.path.abspath(path.expanduser())) for path in named]  # noqa: PTH100

    @cached_property
    def silent(self) -> list[Path]:
        """Those of the roots whose disk does not answer."""
        found = Presence().of(map(str, self.roots))
        return [root for root in self.roots if found[str(root)] is Place.SILENT]

    @cached_property
    def surveys(self) -> list[Survey]:
        """What lies below each of the roots that are folders."""
        answering = [root for root in self.roots if root not in self.silent]
        return [self._survey(root) for root in answering if root.is_dir()]

    def _survey(self, root: Path) -> Survey:
        end, stop = self.clock() + LONGEST_WALK, Stop()
        folders, closed = list[Path](), list[Path]()

        def enters(folder: Path) -> bool:
            if self.clock() > end:
                stop.request()
                return False
            folders.append(folder)
            if not _may_hold_copies(folder):
                closed.append(folder)
            return True

        walked = Asking(stop, ignored=_ignored()).walk([root], entering=enters)
        return Survey(
            root=root,
            walked=walked,
            folders=len(folders),
            closed=tuple(closed),
            whole=not stop.requested,
        )


def _may_hold_copies(folder: Path) -> bool:
    try:
        return may_hold_copies(folder)
    except OSError:  # which the walk itself meets, too
        return True


def _ignored() -> Ignored:
    try:
        return Ignored(value_of("ignore").value or ())
    except ConfigError:
        return Ignored()
