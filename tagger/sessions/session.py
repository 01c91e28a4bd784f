"""A run that was filled, as values."""

from dataclasses import dataclass

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.sessions.plan import Block, Plan


@dataclass(frozen=True, kw_only=True)
class SessionSong:
    """A song in a block, and how it is played there."""

    song: SongRecord
    pace: Pace  # to step to
    cadence: float  # that is wanted where it stands, steps a minute
    start: float  # s since the run began
    play: float  # s of it in this block; of the copy where it is stretched
    begins: float = 0.0  # s into the song at which playing begins
    factor: float = 1.0  # length of what is played as a share of the song's
    goes_on: bool = False  # it began in the block before
    is_cut: bool = False  # playing ends with the block, and not with the song
    ago: int | None = None  # how many playlists ago it was in one, 1 for the last; None: in none
    loved: bool = False  # by the listener

    @property
    def deviation(self) -> float:
        """Pace / cadence - 1."""
        return self.pace.bpm / self.cadence - 1


@dataclass(frozen=True, kw_only=True)
class FilledBlock:
    """A block with its songs."""

    block: Block
    tolerance: float  # as a share of its cadence
    songs: tuple[SessionSong, ...]
    fitting: int  # songs of the pool that fit it, those of other blocks included
    fitting_seconds: float  # all of them together

    @property
    def seconds(self) -> float:
        """How long its songs are played."""
        return sum(song.play for song in self.songs)

    @property
    def off(self) -> float:
        """Seconds by which its songs are too long; below 0: too short."""
        return self.seconds - self.block.seconds

    @property
    def is_met(self) -> bool:
        """Whether its songs last as long as it does."""
        return abs(self.off) <= WITHIN + 1e-6


@dataclass(frozen=True, kw_only=True)
class Session:
    """The answer to a plan."""

    plan: Plan
    blocks: tuple[FilledBlock, ...]
    gone: int = 0  # songs that would have been taken, but whose files are gone
    silent: int = 0  # such songs on disks that do not answer

    @property
    def entries(self) -> tuple[SessionSong, ...]:
        """All songs, each where it begins."""
        return tuple(song for each in self.blocks for song in each.songs if not song.goes_on)

    @property
    def seconds(self) -> float:
        """How long all of it is played."""
        return sum(each.seconds for each in self.blocks)

    @property
    def cut(self) -> tuple[SessionSong, ...]:
        """The songs that must be cut where their block ends."""
        return tuple(song for song in self.entries if song.is_cut)

    @property
    def shared(self) -> tuple[SessionSong, ...]:
        """The songs that go on in another block, as they do there."""
        return tuple(song for each in self.blocks for song in each.songs if song.goes_on)

    @property
    def missed(self) -> tuple[int, ...]:
        """Places of the blocks whose songs are too short or too long."""
        return tuple(place for place, each in enumerate(self.blocks) if not each.is_met)
