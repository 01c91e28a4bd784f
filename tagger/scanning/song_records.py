"""A song as the index keeps it, from what was looked at, what was heard, and what a person said."""

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Analysis
from pacetag.tagger.scanning.listener import Word, paces_that_count
from pacetag.tagger.scanning.probe import FileProbe


def record_of(look: FileProbe, heard: Analysis, word: Word, bundle: str | None) -> SongRecord:
    """The paces that count, and beside those of a person the network's."""
    return SongRecord(
        path=str(look.path),
        stamp=look.stamp,
        fingerprint=look.fingerprint,
        title=look.tags.title,
        artist=look.tags.artist,
        album=look.tags.album,
        genre=look.tags.genre,
        duration=heard.duration if heard.duration is not None else look.tags.duration,
        spread=heard.stability,
        changes=heard.tempo_segments,
        bundle=bundle,
        paces=paces_that_count(word, heard.paces),
        listener=word.paces,
        judged=() if word.paces is None else heard.paces,
    )
