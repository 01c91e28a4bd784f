"""What a scan asks of those that judge its songs, wherever they work.

Three kinds do: `InProcess` in this very process, `JudgePool` in processes of this machine, and
`ClusterWorkers` in those of a Dask cluster. Each is made with a callback, which is called in a
thread with each song and its verdict, exactly once for each song that was submitted.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from pacetag.tagger.workers.judging import WorkerReply

Verdict = WorkerReply | Exception | None  # an exception: no song can be judged; None: dropped

Song = TypeVar("Song", bound=Path | str)  # a file, or the URL of one in a store
_Song = TypeVar("_Song", bound=Path | str, contravariant=True)


class Workers(Protocol[_Song]):
    """Judge songs, each under a timeout; a song that hangs or kills its worker costs no other."""

    @property
    def slots(self) -> int:
        """Songs that can be judged at once, at least 1; workers may come and go."""

    def submit(self, song: _Song, *, limit: float) -> None:
        """Judge a song within `limit` seconds; its verdict goes to the callback."""

    def stop(self) -> None:
        """Start no further song: finish those being judged, drop the others."""

    def close(self) -> None:
        """Give up all songs at once; no callback comes any more. Closing twice does no harm."""


Done = Callable[[Song, Verdict], None]
