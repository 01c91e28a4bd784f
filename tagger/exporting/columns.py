"""The columns of an export; docs/export.md explains them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from pacetag.db.whole_songs import WholeSong
from pacetag.model.judgement import Pace

_LARGEST = (1 << 63) - 1  # that tables of other programs can hold


SONG, PACE = "song", "pace"  # what has a row of its own


class Kind(Enum):
    """What the values of a column are, where they are not None."""

    TEXT = auto()
    PATH = auto()  # bytes of a name that are no text are surrogates
    WHOLE = auto()
    NUMBER = auto()
    FLAG = auto()
    TIME = auto()  # a datetime in UTC
    NUMBERS = auto()  # a list


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A song, and the pace that the row is about in a table by paces."""

    whole: WholeSong
    pace: Pace | None = None
    rank: int | None = None  # of the pace; 1 is the most confident one


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the table."""

    name: str
    kind: Kind
    of: Callable[[Row], Any]


def rows_of(whole: WholeSong, by: str) -> Iterator[Row]:
    """Yield the rows of a song: one, or one for each of its paces."""
    if by == SONG:
        yield Row(whole=whole)
        return
    for rank, pace in enumerate(whole.song.paces, 1):
        yield Row(whole=whole, pace=pace, rank=rank)


def _whole(name: str, kind: Kind, field: str) -> Column:
    return Column(name=name, kind=kind, of=lambda row: getattr(row.whole, field))


def _song(name: str, kind: Kind = Kind.TEXT, field: str = "") -> Column:
    return Column(name=name, kind=kind, of=lambda row: getattr(row.whole.song, field or name))


def _analysis(name: str, kind: Kind, field: str) -> Column:
    return Column(name=name, kind=kind, of=lambda row: getattr(row.whole.song.analysis, field))


def _of(name: str, kind: Kind, of: Callable[[WholeSong], Any]) -> Column:
    return Column(name=name, kind=kind, of=lambda row: of(row.whole))


def _status(whole: WholeSong) -> str:
    song = whole.song
    if song.too_short:
        return "too short"
    if song.failure is not None:
        return "failed"
    return "not judged" if song.bundle is None else "judged"


def _network(whole: WholeSong) -> tuple[Pace, ...] | None:
    """What the network heard, where it does not count since a person set the paces."""
    return None if whole.song.listener is None else tuple(whole.song.analysis.paces)


def _bpms(paces: tuple[Pace, ...] | None) -> list[float] | None:
    return None if paces is None else [pace.bpm for pace in paces]


def _confidences(paces: tuple[Pace, ...] | None) -> list[float] | None:
    return None if paces is None else [pace.confidence for pace in paces]


def _moment(seconds: float | None) -> datetime | None:
    """The time of seconds since 1970; None where the year would have more than four digits."""
    try:
        return None if not seconds else datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return None


_FIRST = (
    _whole("id", Kind.WHOLE, "song_id"),
    _song("path", Kind.PATH),
    *(_song(name) for name in ("title", "artist", "album", "album_artist", "genre")),
    _of("year", Kind.WHOLE, lambda whole: whole.song.year or None),
    _of("duration_s", Kind.NUMBER, lambda whole: _rounded(whole.song.duration)),
)
_OF_SONG = (
    _of("paces", Kind.NUMBERS, lambda whole: _bpms(whole.song.paces)),
    _of("confidences", Kind.NUMBERS, lambda whole: _confidences(whole.song.paces)),
)
_OF_PACE = (
    Column(name="pace", kind=Kind.NUMBER, of=lambda row: row.pace and row.pace.bpm),
    Column(name="confidence", kind=Kind.NUMBER, of=lambda row: row.pace and row.pace.confidence),
    Column(name="rank", kind=Kind.WHOLE, of=lambda row: row.rank),
)
_LAST = (
    _of("by_listener", Kind.FLAG, lambda whole: whole.song.listener is not None),
    _of("network_paces", Kind.NUMBERS, lambda whole: _bpms(_network(whole))),
    _of("network_confidences", Kind.NUMBERS, lambda whole: _confidences(_network(whole))),
    _analysis("tempo_cv", Kind.NUMBER, "stability"),
    _of("tempo_segments", Kind.NUMBERS, lambda whole: list(whole.song.analysis.tempo_segments)),
    _analysis("intensity", Kind.NUMBER, "intensity"),
    _whole("opinion", Kind.TEXT, "opinion"),
    _of("status", Kind.TEXT, _status),
    _whole("tagged", Kind.FLAG, "tagged"),
    _of("reason", Kind.TEXT, lambda whole: whole.song.failure or whole.song.untagged),
    _song("missing", Kind.FLAG),
    _song("bundle"),
    _of("tagged_at", Kind.TIME, lambda whole: _read_moment(whole.tagged_at)),
    _of("size_bytes", Kind.WHOLE, lambda whole: _storable(whole.song.stamp.size)),
    _of("modified_at", Kind.TIME, lambda whole: _moment(whole.song.stamp.mtime_ns / 1e9)),
    _of("added_at", Kind.TIME, lambda whole: _moment(whole.song.added)),
    _song("fingerprint"),
)
COLUMNS = {SONG: (*_FIRST, *_OF_SONG, *_LAST), PACE: (*_FIRST, *_OF_PACE, *_LAST)}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _storable(size: int) -> int | None:
    return size if 0 < size <= _LARGEST else None


def _read_moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:  # out of a damaged index
        return None
