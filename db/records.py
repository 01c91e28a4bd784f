"""What the index holds, as values: a song, its stamp, its paces, and the whole in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """How a file looked when it was last dealt with; any difference means: look again."""

    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970, of the content
    ctime_ns: int  # nanoseconds since 1970, of content or metadata
    inode: int


@dataclass(frozen=True, kw_only=True)
class PaceRecord:
    """One rate at which a step falls on each felt beat."""

    bpm: float  # beats per minute, two decimals
    confidence: float  # probability, 0..1


@dataclass(frozen=True, kw_only=True)
class SongRecord:
    """One audio file as the index knows it."""

    path: str  # absolute, as from os.fsdecode: bytes that are no text are surrogates
    stamp: Stamp
    fingerprint: str | None  # hex, of the audio payload without tags
    title: str | None
    artist: str | None
    album: str | None
    genre: str | None
    duration: float | None  # seconds
    bundle: str | None  # name of the bundle that judged it
    paces: tuple[PaceRecord, ...]  # most confident first
    spread: float | None = None  # of the tempo over the song, as a share of it
    changes: tuple[float, ...] = ()  # bpm of its parts in turn, if it changes tempo
    failure: str | None = None  # why it could not be judged
    missing: bool = False  # was not there any more at the last scan


@dataclass(frozen=True, kw_only=True)
class PaceMatch:
    """A song and the pace that answers a query."""

    song: SongRecord
    pace: PaceRecord


@dataclass(frozen=True, kw_only=True)
class IndexStats:
    """The index in numbers. Missing songs count in `missing` only."""

    songs: int  # present: with_paces + without_paces + failed
    with_paces: int
    without_paces: int  # judged, and no pace was sure enough
    failed: int
    missing: int
    artists: int  # different names
    total_seconds: float  # of the present songs whose duration is known
    histogram: tuple[tuple[int, int], ...]  # (lowest bpm of the bin, songs with a pace in it)
    bundles: Mapping[str, int]  # name -> present songs that it judged
