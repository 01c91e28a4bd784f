"""A song as the index keeps it, from the file, the analysis and the listener's word."""

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Analysis
from pacetag.tagger.scanning.listener import Word
from pacetag.tagger.scanning.probe import FileProbe


def record_of(probe: FileProbe, analysis: Analysis, word: Word, bundle: str | None) -> SongRecord:
    """The record of a song: its names, the network's analysis and the paces that a person set."""
    return SongRecord(
        path=str(probe.path),
        stamp=probe.stamp,
        fingerprint=probe.fingerprint,
        title=probe.tags.title,
        artist=probe.tags.artist,
        album=probe.tags.album,
        genre=probe.tags.genre,
        album_artist=probe.tags.album_artist,
        year=probe.tags.year or 0,
        bundle=bundle,
        analysis=analysis.with_duration(probe.tags.duration),
        listener=word.paces,
    )
