"""What the index holds, as values: a song, its stamp, its paces, and the whole in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pacetag.db.runs import TagState
from pacetag.model.judgement import Analysis, Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """How a file looked when it was last dealt with; any difference means: look again."""

    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970, of the content
    ctime_ns: int  # nanoseconds since 1970, of content or metadata
    inode: int


NEVER = Stamp(size=0, mtime_ns=0, ctime_ns=0, inode=0)  # of a file that is to be looked at again
SURE = 1.0  # confidence of a pace that a person set


def counting_paces(judged: Sequence[Pace], listener: Sequence[float] | None) -> tuple[Pace, ...]:
    """The paces that count: those that a person set, in their order, or else the network's."""
    if listener is None:
        return tuple(judged)
    return tuple(Pace(bpm=bpm, confidence=SURE) for bpm in listener)


@dataclass(frozen=True, kw_only=True, slots=True)
class SongRecord:
    """One audio file as the index knows it."""

    path: str  # absolute, as from os.fsdecode: bytes that are no text are surrogates
    stamp: Stamp
    fingerprint: str | None  # hex, of the audio payload without tags
    title: str | None
    artist: str | None
    album: str | None
    genre: str | None
    bundle: str | None  # name of the bundle that judged it
    analysis: Analysis  # what the network says
    listener: tuple[float, ...] | None = None  # paces that a person set; () where they want none
    untagged: str | None = None  # why the file does not carry its paces, if it does not
    failure: str | None = None  # why it could not be judged
    too_short: bool = False  # that is why, and so it is no fault
    missing: bool = False  # was not there any more at the last scan

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
    """Of a song only what tells whether its file must be looked at."""

    path: str  # absolute, as from os.fsdecode
    stamp: Stamp
    bundle: str | None  # name of the bundle that judged it
    paces: tuple[Pace, ...]  # most confident first
    failure: str | None  # why it could not be judged
    too_short: bool  # that is why, and so it is no fault
    missing: bool  # was not there any more at the last scan
    tags: TagState  # what became of its tags so far
    listener: tuple[float, ...] | None = None  # paces that a person set, also that there be none
    untagged: str | None = None  # why the file does not carry its paces, if it does not


@dataclass(frozen=True, kw_only=True, slots=True)
class NotedSong:
    """Of a song only what a person may have to see to, or to know."""

    path: str  # absolute, as from os.fsdecode
    failure: str | None  # why it could not be judged
    too_short: bool  # that is why, and so it is no fault
    untagged: str | None  # why the file does not carry its paces, if it does not
    tempo_segments: tuple[float, ...]  # bpm of its parts in turn; () where the tempo stays


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """Of an audio with a pace that is sought only how far that is off, and one song's names."""

    song_id: int
    off: float  # from the centre, as a share of it
    title: str | None
    artist: str | None
    duration: float | None  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What decides which of several files of one piece is offered."""

    song_id: int  # the one that was scanned first has the lowest
    tagged: bool  # its file carries pacetag's tags


@dataclass(frozen=True, kw_only=True)
class PaceMatch:
    """A song and the pace that answers a query."""

    song: SongRecord
    pace: Pace


@dataclass(frozen=True, kw_only=True)
class PaceQuery:
    """Which paces are sought, and what one that is found is worth.

    Worth is confidence * (1 - fall * d**2), where d is how far the pace is off the centre, as a
    share of it.
    """

    centre: float  # bpm
    reach: float  # how far a pace may be off the centre, as a share of it
    min_confidence: float  # 0..1
    fall: float = 0.0


@dataclass(frozen=True, kw_only=True)
class BestSongs:
    """The first part of an answer, by the worth of paces."""

    songs: Sequence[SongRecord]  # in no order
    left: float | None  # no pace that was left out is worth more than this; None: none was


@dataclass(frozen=True, kw_only=True)
class IndexStats:
    """The index in numbers. Missing songs count in `missing` only."""

    songs: int  # present: with_paces + without_paces + failed
    with_paces: int
    without_paces: int  # judged, and no pace was sure enough
    failed: int
    missing: int
    listener: int  # present songs of which a person set the paces, or that there be none
    artists: int  # different names
    total_seconds: float  # of the present songs whose duration is known
    histogram: tuple[tuple[int, int], ...]  # (lowest bpm of the bin, songs with a pace in it)
    bundles: Mapping[str, int]  # name -> present songs that it judged
