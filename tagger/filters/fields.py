"""The fields of a query: one row each."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How the values of a field are compared."""

    TEXT = auto()
    NUMBER = auto()
    LENGTH = auto()
    DATE = auto()
    PATH = auto()
    PACE = auto()  # any pace of the song
    OPINION = auto()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a query."""

    name: str
    kind: Kind
    sql: str  # an expression over the columns of song_records, or over those of its paces
    also: tuple[str, ...] = ()  # other names
    keyword: bool = False  # whether a word without a field is sought in it
    slack: float = 0.0  # how far a single number may be off


_OPINION = "(SELECT opinion FROM opinions WHERE fingerprint = song_records.fingerprint)"

FIELDS = (
    Field(name="title", kind=Kind.TEXT, sql="title", keyword=True),
    Field(name="artist", kind=Kind.TEXT, sql="artist", keyword=True),
    Field(name="album", kind=Kind.TEXT, sql="album", keyword=True),
    Field(
        name="albumartist",
        kind=Kind.TEXT,
        sql="album_artist",
        also=("album_artist",),
        keyword=True,
    ),
    Field(name="genre", kind=Kind.TEXT, sql="genre", also=("genres",), keyword=True),
    Field(name="path", kind=Kind.PATH, sql="path"),
    Field(name="year", kind=Kind.NUMBER, sql="nullif(year, 0)"),
    Field(name="length", kind=Kind.LENGTH, sql="duration", also=("duration",), slack=0.5),
    Field(name="added", kind=Kind.DATE, sql="added"),
    Field(name="pace", kind=Kind.PACE, sql="bpm", slack=0.5),
    Field(name="confidence", kind=Kind.PACE, sql="confidence", slack=0.005),
    Field(name="intensity", kind=Kind.NUMBER, sql="intensity", slack=0.05),
    Field(name="opinion", kind=Kind.OPINION, sql=_OPINION),
)
BY_NAME = {name: field for field in FIELDS for name in (field.name, *field.also)}
KEYWORDS = tuple(field for field in FIELDS if field.keyword)
