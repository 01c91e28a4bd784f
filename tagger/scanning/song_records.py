"""A song as the index keeps it, from what was looked at, what was heard, and what a person said."""

from collections.abc import Iterable
from typing import Protocol

from pacetag.db.records import PaceRecord, SongRecord
from pacetag.tagger.paces import Pace
from pacetag.tagger.scanning.listener import Word, paces_that_count
from pacetag.tagger.scanning.probe import FileProbe


class HeardLike(Protocol):
    """What the network said of a song."""

    @property
    def paces(self) -> tuple[Pace, ...]:
        """Most confident first."""

    @property
    def duration(self) -> float | None:
        """Seconds; None where only the header tells."""

    @property
    def spread(self) -> float | None:
        """How far the tempo wanders, as a share of it."""

    @property
    def changes(self) -> tuple[float, ...]:
        """The tempos of its parts in turn, in bpm, if it changes tempo."""


def record_of(look: FileProbe, heard: HeardLike, word: Word, bundle: str | None) -> SongRecord:
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
        spread=heard.spread,
        changes=heard.changes,
        bundle=bundle,
        paces=_records(paces_that_count(word, heard.paces)),
        listener=word.paces,
        judged=() if word.paces is None else _records(heard.paces),
    )


def _records(paces: Iterable[Pace]) -> tuple[PaceRecord, ...]:
    return tuple(PaceRecord(bpm=pace.bpm, confidence=pace.confidence) for pace in paces)
