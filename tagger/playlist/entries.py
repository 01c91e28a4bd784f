"""What a playlist is, as values; how it is shown or written is elsewhere."""

from dataclasses import dataclass, field

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace


@dataclass(frozen=True, kw_only=True)
class PlaylistEntry:
    """A song, and the pace of it that the runner will step to."""

    song: SongRecord
    pace: Pace
    deviation: float  # pace / cadence - 1: 0.02 when the song is 2 % faster than the cadence


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """How many songs a wider tolerance would give."""

    tolerance: float  # as a part of the cadence
    songs: int
    seconds: float = field(default=0.0, compare=False)  # that they last


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """The answer to one cadence."""

    cadence: float  # steps per minute, both feet
    tolerance: float  # as a part of the cadence
    entries: tuple[PlaylistEntry, ...]  # best first
    total: float  # seconds; songs of unknown duration add nothing
    near: tuple[NearMiss, ...]  # widening; empty unless there is no entry, or too few
    cut: bool = False  # more songs would fit, but were more than was asked for
    wanted: float | None = None  # seconds to fill
    gone: int = 0  # songs that fit better than the last entry, but are not where they were
    silent: int = 0  # such songs on disks that do not answer
    given_up: bool = False  # so many were gone that no more were looked for

    @property
    def is_short(self) -> bool:
        """Whether all that fits lasts less than was asked for."""
        wanted = self.wanted or 0.0
        return bool(self.entries) and not (self.cut or self.given_up) and self.total < wanted
