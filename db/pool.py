"""The paces in a range with what decides about them, without reading whole songs."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from pacetag.db import statements as sql
from pacetag.db.records import Condition
from pacetag.db.rows import decode_path, pace_record
from pacetag.db.values import MOST_SECONDS, number_or_none, text_or_none, whole
from pacetag.model.judgement import Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedPace:
    """A pace in the range, and the part of its song that playlists choose by."""

    song_id: int
    path: str  # absolute, as from os.fsdecode
    fingerprint: str | None
    title: str | None
    artist: str | None
    album_artist: str | None
    duration: float | None  # seconds
    stability: float | None  # coefficient of variation of the tempo
    intensity: float | None  # 0 to 1; None: not measured
    pace: Pace

    @property
    def paces(self) -> tuple[Pace, ...]:
        """What of its song's paces is known here."""
        return (self.pace,)


def offered_paces(
    connection: sqlite3.Connection,
    *,
    low: float,
    high: float,
    min_confidence: float,
    where: Condition,
) -> Iterator[OfferedPace]:
    """Yield the paces from `low` to `high` bpm of songs that are neither missing nor failed."""
    wanted = {"low": low, "high": high, "min_confidence": min_confidence, **where.values}
    for row in connection.execute(sql.OFFERED_PACES.format(where=where.sql), wanted):
        song_id, path, fingerprint, title, artist, album_artist, *facts, bpm, confidence = row
        duration, spread, intensity = facts
        yield OfferedPace(
            song_id=whole(song_id, "a song"),
            path=decode_path(path),
            fingerprint=text_or_none(fingerprint, "a fingerprint"),
            title=text_or_none(title, "a title"),
            artist=text_or_none(artist, "an artist"),
            album_artist=text_or_none(album_artist, "an artist"),
            duration=number_or_none(duration, "a length", most=MOST_SECONDS),
            stability=number_or_none(spread, "a stability"),
            intensity=number_or_none(intensity, "an intensity", most=1.0),
            pace=pace_record(bpm, confidence),
        )
