"""Songs and an empty index for the tests of the memory."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace

MakeSong = Callable[..., SongRecord]
ANALYSIS = {field.name for field in fields(Analysis)}


@pytest.fixture
def make_song() -> MakeSong:
    """A judged song at a path; paces as bpm -> confidence, other fields by name."""

    def make(path: str, paces: dict[float, float] | None = None, **known: object) -> SongRecord:
        heard = {165.25: 0.9} if paces is None else paces
        values: dict[str, object] = {
            "stamp": Stamp(size=1_000, mtime_ns=2_000, ctime_ns=3_000, inode=4),
            "fingerprint": f"audio of {path!a}",
            "title": "Hill",
            "artist": "Legs",
            "album": "Road",
            "genre": "Rock",
            "bundle": "ear-1",
        }
        facts = {name: known.pop(name) for name in ANALYSIS & known.keys()}
        return SongRecord(
            path=path,
            analysis=Analysis(
                paces=tuple(Pace(bpm=bpm, confidence=sure) for bpm, sure in heard.items()),
                **({"duration": 200.5} | facts),  # type: ignore[arg-type]
            ),
            **(values | known),  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    """Where an index may come to lie."""
    return tmp_path / "data" / "songs.db"


@pytest.fixture
def index(index_path: Path) -> Iterator[SongIndex]:
    """An empty index."""
    with SongIndex.open(index_path) as opened:
        yield opened
