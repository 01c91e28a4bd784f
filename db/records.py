"""The values that the index takes and gives: songs, stamps, queries and statistics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pacetag.db.runs import TagState
from pacetag.model.judgement import Analysis, Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """How a file looked when it was last handled; any difference means that it changed."""

    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970, of the content
    ctime_ns: int  # nanoseconds since 1970, of content or metadata
    inode: int


NEVER = Stamp(size=0, mtime_ns=0, ctime_ns=0, inode=0)  # equals no file's: look at it again
SURE = 1.0  # confidence of a pace that a person set


def counting_paces(judged: Sequence[Pace], listener: Sequence[float] | None) -> tuple[Pace, ...]:
    """The paces that count: those that a person set, in their order, or else the network's."""
    if listener is None:
        return tuple(judged)
    return tuple(Pace(bpm=bpm, confidence=SURE) for bpm in listener)


class Opinion(StrEnum):
    """What a person said of a song; the index keeps the values."""

    LOVED = "loved"  # it goes before others that are as good
    EXCLUDED = "excluded"  # it is in no playlist
    NONE = "none"  # withdrawn


@dataclass(frozen=True, kw_only=True, slots=True)
class SongRecord:
    """One audio file as the index knows it."""

    path: str  # absolute, as from os.fsdecode: bytes that are not text are surrogates
    stamp: Stamp
    fingerprint: str | None  # hex, of the sound without tags
    title: str | None
    artist: str | None
    album: str | None
    genre: str | None
    bundle: str | None  # name of the bundle that judged it
    analysis: Analysis  # what the network says
    listener: tuple[float, ...] | None = None  # paces that a person set; () where they want none
    untagged: str | None = None  # why the file does not carry its paces, if it does not
    failure: str | None = None  # why it could not be judged
    too_short: bool = False  # it could not be judged for that reason, which is not an error
    missing: bool = False  # the last scan did not find its file
    album_artist: str | None = None
    year: int | None = None  # of its date; 0 where the tags have none, None where it was not read
    # Seconds since 1970 when the index first met the file; None: not known, or to be stored as now.
    added: float | None = field(default=None, compare=False)

    @property
    def paces(self) -> tuple[Pace, ...]:
        """The paces that count, most confident first."""
        return counting_paces(self.analysis.paces, self.listener)

    @property
    def duration(self) -> float | None:
        """Seconds; None where it is unknown."""
        return self.analysis.duration


@dataclass(frozen=True, kw_only=True, slots=True)
class SongStatus:
    """The part of a song that decides whether its file must be looked at."""

    path: str  # absolute, as from os.fsdecode
    stamp: Stamp
    bundle: str | None  # name of the bundle that judged it
    paces: tuple[Pace, ...]  # most confident first
    failure: str | None  # why it could not be judged
    too_short: bool  # it could not be judged for that reason, which is not an error
    missing: bool  # the last scan did not find its file
    tags: TagState  # whether its tags were written, undone or never handled
    listener: tuple[float, ...] | None = None  # paces that a person set; () where they want none
    untagged: str | None = None  # why the file does not carry its paces, if it does not
    year: int | None = None  # as in SongRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class NotedSong:
    """The part of a song that a person may have to know or to act on."""

    path: str  # absolute, as from os.fsdecode
    failure: str | None  # why it could not be judged
    too_short: bool  # it could not be judged for that reason, which is not an error
    untagged: str | None  # why the file does not carry its paces, if it does not
    tempo_segments: tuple[float, ...]  # bpm of its parts in turn; () where the tempo stays


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """How far the nearest pace of a recording is off the query, and the names of one file of it."""

    song_id: int
    off: float  # distance from the centre, as a share of it
    title: str | None
    artist: str | None
    duration: float | None  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidOpinion:
    """An opinion, and what tells the piece that it is about."""

    opinion: Opinion
    fingerprint: str
    name: str | None  # of the piece, as `tagger.text.piece_names` spells it
    duration: float | None  # seconds
    present: bool = False  # a song with that sound can be offered


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedSong:
    """A song of a playlist that was written to a file."""

    ago: int  # playlists: 1 is the last one
    fingerprint: str | None
    name: str | None  # of the piece


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What decides which of several files of the same piece a playlist offers."""

    song_id: int  # the file that was scanned first has the lowest
    tagged: bool  # its file carries pacetag's tags


@dataclass(frozen=True, kw_only=True)
class PaceMatch:
    """A song and the pace that answers a query."""

    song: SongRecord
    pace: Pace


@dataclass(frozen=True, kw_only=True)
class Condition:
    """An SQL expression over the columns of `song_records`, with its named parameters.

    It is one of pacetag's own texts, never a user's; `functions` has what it may call.
    """

    sql: str = "TRUE"
    values: Mapping[str, object] = field(default_factory=dict)
    options: Sequence[str] = field(default=(), compare=False)  # by which it was typed


EVERY_SONG = Condition()


@dataclass(frozen=True, kw_only=True)
class PaceQuery:
    """Which paces to search for, and how to rank them.

    A pace is worth confidence * (1 - fall * d**2), where d is its distance from the centre as a
    share of the centre.
    """

    centre: float  # bpm
    reach: float  # the largest distance from the centre, as a share of it
    min_confidence: float  # 0..1
    fall: float = 0.0
    where: Condition = EVERY_SONG


@dataclass(frozen=True, kw_only=True)
class BestSongs:
    """The songs with the best paces of an answer."""

    songs: Sequence[SongRecord]  # in no order
    left: float | None  # no pace that was left out is worth more; None: none was left out


@dataclass(frozen=True, kw_only=True)
class IndexStats:
    """The index in numbers. Missing songs count in `missing` only."""

    songs: int  # present: with_paces + without_paces + failed
    with_paces: int
    without_paces: int  # judged, and no pace was probable enough
    failed: int
    missing: int
    listener: int  # present songs whose paces a person set, those without any included
    artists: int  # different names
    total_seconds: float  # of the present songs whose duration is known
    histogram: tuple[tuple[int, int], ...]  # (lowest bpm of the bin, songs with a pace in it)
    bundles: Mapping[str, int]  # name -> present songs that it judged
