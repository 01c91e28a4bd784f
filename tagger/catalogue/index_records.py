"""Records of a catalogue in the SQLite index, with URLs in place of paths."""

import time
from collections.abc import Sequence

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord, Stamp
from pacetag.model.judgement import Analysis
from pacetag.tagger.catalogue.songs import CatalogueSong, Known, SongResult, State

ROWS = 500  # of one transaction
LONGEST_WAIT = 5.0  # s for which a result may be lost by a crash
_HERE = 1  # ctime of the stamp of a stored song: none of them equals NEVER


class IndexRecords:
    """The records in an index, for one scan."""

    def __init__(self, index: SongIndex, bundle: str) -> None:
        self._index, self._bundle = index, bundle
        self._waiting: dict[str, SongResult] = {}
        self._since = time.monotonic()

    def find(self, songs: Sequence[CatalogueSong]) -> list[Known | None]:
        """What is known of each song. Raises SongIndexError."""
        if any(song.url in self._waiting for song in songs):
            self._write()
        found = {status.path: status for status in self._index.statuses([s.url for s in songs])}
        return [
            None
            if (status := found.get(song.url)) is None
            else Known(
                state=_state(status.stamp, status.failure),
                version=status.stamp.inode or None,
                network=status.bundle == self._bundle,
            )
            for song in songs
        ]

    def add(self, result: SongResult, *, again: bool) -> None:
        """Record a song; a record of it is replaced. Raises SongIndexError."""
        self._waiting[result.song.url] = result
        self.tick()

    def tick(self) -> None:
        """Write what has waited long enough. Raises SongIndexError."""
        late = time.monotonic() - self._since > LONGEST_WAIT
        if len(self._waiting) >= ROWS or (late and self._waiting):
            self._write()

    def _write(self) -> None:
        self._index.bulk.store(map(_record, self._waiting.values()))
        self._waiting, self._since = {}, time.monotonic()

    def close(self) -> None:
        """Write all that is left. Raises SongIndexError."""
        self._write()


def _state(stamp: Stamp, failure: str | None) -> State:
    if failure is None:
        return State.JUDGED
    return State.AGAIN if stamp == NEVER else State.FAILED


def _record(result: SongResult) -> SongRecord:
    stamp = Stamp(size=result.size or 0, mtime_ns=0, ctime_ns=_HERE, inode=result.version or 0)
    fetched = result.reply.fetched
    return SongRecord(
        path=result.song.url,
        stamp=NEVER if result.state is State.AGAIN else stamp,
        fingerprint=fetched.fingerprint if fetched is not None else None,
        title=_text(result.song, "title"),
        artist=_text(result.song, "artist"),
        album=_text(result.song, "album"),
        genre=_text(result.song, "genre"),
        bundle=result.bundle,
        analysis=result.analysis or Analysis(paces=(), duration=None),
        failure=result.error.reason if result.error is not None else None,
        too_short=result.error is not None and result.error.too_short,
        year=0,
    )


def _text(song: CatalogueSong, name: str) -> str | None:
    """A column of the manifest that the index has, too."""
    value = song.more.get(name)
    return value if isinstance(value, str) else None
