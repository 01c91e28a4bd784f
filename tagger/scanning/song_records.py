"""A song as the index keeps it, from the file, the analysis and the listener's word."""

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Analysis
from pacetag.tagger.scanning.listener import Word
from pacetag.tagger.scanning.probe import FileProbe


def record_of(look: FileProbe, analysis: Analysis, word: Word, bundle: str | None) -> SongRecord:
    """The record of a song: its names, the network's analysis and the paces that a person set."""
    return SongRecord(
        path=str(look.path),
        stamp=look.stamp,
        fingerprint=look.fingerprint,
        title=look.tags.title,
        artist=look.tags.artist,
        album=look.tags.album,
        genre=look.tags.genre,
        bundle=bundle,
        analysis=analysis.with_duration(look.tags.duration),
        listener=word.paces,
    )
