"""How a long loop goes on, for those who supervise it."""

from collections.abc import Mapping, Sequence
from pathlib import Path


class Pulse:
    """Is told how a loop goes on, and may hold it up. This one ignores it all, as a scan wants."""

    every = 15.0  # s between two beats while nothing happens

    def beat(self) -> None:
        """Note that the loop is alive; called every few seconds, also while songs are judged."""

    def must_wait(self) -> bool:
        """Whether no further song may be begun for now."""
        return False

    def watching(self, roots: Sequence[Path]) -> None:
        """Note that changes in these folders are noticed from now on."""

    def sweeping(self) -> None:
        """Note that a look at all songs has begun."""

    def swept(self, songs: int) -> None:
        """Note that it has ended, and how many songs were there."""

    def waiting(self, songs: Mapping[Path, str]) -> None:
        """Note the songs that wait, all of them, and why."""
