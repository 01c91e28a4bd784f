"""Songs in a real index, for the tests of playlists."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry

Song = Callable[..., SongRecord]
Listing = Callable[..., Playlist]


@pytest.fixture
def song() -> Song:
    """A song: path, paces as bpm -> confidence, other fields by name."""

    def make(
        path: str,
        paces: dict[float, float] | None = None,
        duration: float | None = 200.0,
        **fields: object,
    ) -> SongRecord:
        values: dict[str, object] = {
            "stamp": Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
            "fingerprint": f"audio of {path!a}",
            "title": "Hill",
            "artist": "Legs",
            "album": None,
            "genre": None,
            "bundle": "ear-1",
        }
        return SongRecord(
            path=path,
            analysis=Analysis(
                paces=tuple(Pace(bpm=b, confidence=c) for b, c in (paces or {}).items()),
                duration=duration,
            ),
            **(values | fields),  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SongIndex]:
    """An empty index."""
    with SongIndex.open(tmp_path / "songs.db") as opened:
        yield opened


@pytest.fixture
def listing() -> Listing:
    """A playlist at 165 with the given songs, in their order."""

    def make(*songs: SongRecord) -> Playlist:
        pace = Pace(bpm=165.0, confidence=0.9)
        return Playlist(
            cadence=165.0,
            tolerance=0.04,
            entries=tuple(PlaylistEntry(song=one, pace=pace, deviation=0.0) for one in songs),
            total=sum(one.duration or 0.0 for one in songs),
            near=(),
        )

    return make
