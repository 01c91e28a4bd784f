"""Songs in a real index, for the tests of runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace

Put = Callable[..., SongRecord]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SongIndex]:
    """An empty index."""
    with SongIndex.open(tmp_path / "songs.db") as opened:
        yield opened


@pytest.fixture
def put(index: SongIndex, tmp_path: Path) -> Put:
    """Store a song: paces as bpm -> confidence, other fields by name; its file is there."""

    def store(
        name: str,
        paces: dict[float, float],
        duration: float | None = 200.0,
        there: bool = True,
        intensity: float | None = None,
        **fields: object,
    ) -> SongRecord:
        path = tmp_path / "music" / name
        if there:
            path.parent.mkdir(exist_ok=True)
            path.touch()
        values: dict[str, object] = {
            "stamp": Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
            "fingerprint": f"audio of {name!a}",
            "title": f"Title of {name}",
            "artist": f"Artist of {name}",
            "album": None,
            "genre": None,
            "bundle": "ear-1",
        }
        song = SongRecord(
            path=str(path),
            analysis=Analysis(
                paces=tuple(Pace(bpm=b, confidence=c) for b, c in paces.items()),
                duration=duration,
                intensity=intensity,
            ),
            **(values | fields),  # type: ignore[arg-type]
        )
        index.store(song)
        return song

    return store
