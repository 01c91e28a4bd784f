"""What index and tags hold of a song that must be there."""

from pathlib import Path

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.tags.pacetag import PaceTag, parse_pacetag
from pacetag.tagger.tags.reader import read_tags


def record(index_file: Path, song: Path) -> SongRecord:
    with SongIndex.open(index_file) as index:
        found = index.song(str(song))
    assert found is not None
    return found


def bpms(index_file: Path, song: Path) -> tuple[float, ...]:
    return tuple(pace.bpm for pace in record(index_file, song).paces)


def said(song: Path) -> PaceTag:
    found = parse_pacetag(read_tags(song).pacetag)
    assert found is not None
    return found
