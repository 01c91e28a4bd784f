"""The index of a watcher: noticed when it is deleted or replaced, waited for when it is locked."""

from collections.abc import Callable

from pacetag.db.errors import (
    BusyIndexError,
    DamagedIndexError,
    ForeignIndexError,
    IrregularIndexError,
    NewerIndexError,
    ReplacedIndexError,
    SongIndexError,
)
from pacetag.db.index import SongIndex
from pacetag.db.mounts import remote_kind
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.index.opening import make_elsewhere
from pacetag.tagger.index.recovery import finish_unfinished
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.watch.folders import Complain

LONGEST = 60.0  # s between two tries to use it
# What does not pass by itself.
_LASTING = (DamagedIndexError, ForeignIndexError, IrregularIndexError, NewerIndexError)


class HeldIndex:
    """Holds an open index for years."""

    def __init__(self, index: SongIndex, *, stop: Stop, complain: Complain, pulse: Pulse) -> None:
        """Raises SongIndexError for one on a file system that SQLite cannot rely on."""
        self.index = index
        self._stop, self._complain, self._pulse = stop, complain, pulse
        _refuse_remote(index)

    def use(self, step: Callable[[], None]) -> bool:
        """Run a step that uses the index; returns whether it ran to its end.

        Where it did not, the index is usable again, perhaps as a new one: everything must be looked
        through. Raises SongIndexError for one that will not be usable by itself.
        """
        try:
            self.index.check_in_place()
            step()
        except _LASTING:
            if not self._is_replaced():
                raise
        except SongIndexError as error:
            if not self._is_replaced():
                self._wait(error)
        else:
            return True
        if self._is_replaced():
            self._reopen()
        return False

    def _is_replaced(self) -> bool:
        try:
            self.index.check_in_place()
        except ReplacedIndexError:
            return True
        return False

    def _wait(self, error: SongIndexError) -> None:
        """Wait, with growing pauses, until it can be written or a stop is requested."""
        self._complain(f"{error.path}: {error.reason}; songs wait until it can be used")
        pause = 1.0
        while not self._stop.requested:
            self._pulse.beat()
            self._stop.sleep(pause)
            pause = min(2 * pause, LONGEST)
            if self._is_replaced() or self._is_usable():
                self._complain(f"{error.path}: can be used again")
                return

    def _is_usable(self) -> bool:
        try:
            self.index.mark_missing(())
        except _LASTING:
            raise
        except SongIndexError:
            return False
        return True

    def _reopen(self) -> None:
        """Open what lies at its path now; a new index, where nothing does."""
        path = self.index.path
        if not path.parent.is_dir():
            reason = "the index was deleted, and its folder too, as where a disk is unmounted"
            raise SongIndexError(path, reason)
        self._complain(
            f"{path}: the index was deleted or replaced, so what lies there now is brought up to "
            "date from the songs' tags"
        )
        self.index.leave()
        make_elsewhere(path)
        try:
            self.index.reopen()
            finish_unfinished(self.index)
        except BusyIndexError:  # the next step tries again
            self._stop.sleep(1.0)


def _refuse_remote(index: SongIndex) -> None:
    kind = remote_kind(index.path)
    if kind is not None:
        reason = f"the index lies on a {kind} file system, on which SQLite may lose it"
        raise SongIndexError(index.path, reason)
