"""What a playlist is, as values; how it is shown or written is elsewhere."""

from dataclasses import dataclass

from pacetag.db.records import PaceRecord, SongRecord


@dataclass(frozen=True, kw_only=True)
class PlaylistEntry:
    """A song, and the pace of it that the runner will step to."""

    song: SongRecord
    pace: PaceRecord
    deviation: float  # pace / cadence - 1: 0.02 when the song is 2 % faster than the cadence


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """How many songs a wider tolerance would give."""

    tolerance: float  # as a part of the cadence
    songs: int


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """The answer to one cadence."""

    cadence: float  # steps per minute, both feet
    tolerance: float  # as a part of the cadence
    entries: tuple[PlaylistEntry, ...]  # best first
    total: float  # seconds; songs of unknown duration add nothing
    near: tuple[NearMiss, ...]  # widening; empty unless there is no entry
    cut: bool = False  # more songs would fit, but were more than was asked for
