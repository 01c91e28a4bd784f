"""Songs that an index knows without a scan: their files are real, their paces are said."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.tags.fingerprint import file_fingerprint


@dataclass(frozen=True, kw_only=True)
class IndexedSong:
    """A song's file, and what the index says of it."""

    path: Path
    title: str
    bpm: float
    seconds: float


def store_songs(index_file: Path, songs: Iterable[IndexedSong]) -> None:
    """Put songs into an index, whose folder is made."""
    index_file.parent.mkdir(parents=True, exist_ok=True)
    with SongIndex.open(index_file) as index:
        for song in songs:
            index.store(
                SongRecord(
                    path=str(song.path),
                    stamp=NEVER,
                    fingerprint=file_fingerprint(song.path),
                    title=song.title,
                    artist=f"Artist of {song.title}",
                    album=None,
                    genre=None,
                    bundle="ear-1",
                    analysis=Analysis(
                        paces=(Pace(bpm=song.bpm, confidence=0.9),), duration=song.seconds
                    ),
                )
            )
