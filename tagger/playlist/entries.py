"""A playlist as values."""

from dataclasses import dataclass, field

from pacetag.db.records import Opinion, SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.intensity import Asked

WITHIN = 15.0  # s by which a playlist may be off a duration


@dataclass(frozen=True, kw_only=True)
class PlaylistEntry:
    """A song, and which of its paces the runner will step to."""

    song: SongRecord
    pace: Pace
    deviation: float  # pace / cadence - 1: 0.02 when the song is 2 % faster than the cadence
    opinion: Opinion | None = None  # what the listener said of the piece
    ago: int | None = None  # how many playlists ago it was in one, 1 for the last; None: in none
    rests: bool = False  # it is left out for that
    rank: int = field(default=0, compare=False)  # songs that were taken before it
    begins: float = 0.0  # s into the song at which playing begins

    @property
    def seconds(self) -> float | None:
        """How long it is played; None where its length is unknown."""
        return None if self.song.duration is None else self.song.duration - self.begins


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """How many songs a wider tolerance would give."""

    tolerance: float  # as a part of the cadence
    songs: int
    seconds: float = field(default=0.0, compare=False)  # all of them together


@dataclass(frozen=True, kw_only=True)
class Unfiltered:
    """The songs that fit a cadence if all songs may come."""

    options: tuple[str, ...]  # the filters as they were typed
    songs: int
    seconds: float  # all of them together


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """The answer to one cadence."""

    cadence: float  # steps per minute, both feet
    tolerance: float  # as a part of the cadence
    entries: tuple[PlaylistEntry, ...]  # the best ones, with their artists apart
    total: float  # seconds; songs of unknown duration add nothing
    near: tuple[NearMiss, ...]  # the nearest first; empty unless there are too few entries
    cut: bool = False  # more songs fit than were asked for
    unfiltered: Unfiltered | None = None  # where filters keep out songs of which there are too few
    wanted: float | None = None  # seconds to fill
    gone: int = 0  # songs that fit better than the last entry, but whose files are gone
    silent: int = 0  # such songs on disks that do not answer
    given_up: bool = False  # too many were gone to look for more
    excluded: int = 0  # songs that fit better than the last entry, but that the listener excluded
    resting: int = 0  # such songs that were in one of the last playlists
    rests: int = 0  # how many playlists a song rests for
    seed: int | None = None  # of a shuffled playlist
    asked: Asked | None = None  # intensity of the songs; None: none in particular
    timed: bool = False  # of more songs than needed those were taken that add up to `wanted`

    @property
    def is_short(self) -> bool:
        """Whether all songs that fit last less than was asked for, by more than WITHIN."""
        wanted = (self.wanted or 0.0) - WITHIN
        return (
            bool(self.entries)
            and not (self.cut or self.given_up or self.timed)
            and self.total < wanted
        )
