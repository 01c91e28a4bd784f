"""The field table: one row a field, one column a family of containers.

The registry of containers assigns each container to its family.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Readers split values at any of these, so none may stand inside one.
BORDERS = "\0/;"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field and its name in each family. Custom names match in any case."""

    name: str  # within pacetag
    id3: str  # frame, or TXXX:description
    vorbis: str  # key of an entry, one for each value
    mp4: str  # atom, or ----:mean:name
    apev2: str  # key of an item, whose values NUL holds apart
    asf: str  # name of an attribute, one for each value
    several: bool = False  # one entry may hold several values, joined by one of BORDERS
    written: bool = False  # whether the writer may touch it

    def called(self, family: str) -> str:
        """Its name in a family of containers, which is one of the columns."""
        name: str = getattr(self, family)
        return name

    def split(self, values: Sequence[str]) -> tuple[str, ...]:
        """The single values, however a program joined them, each once."""
        if not self.several:
            return tuple(values)
        parts = (part.strip() for value in values for part in re.split(f"[{BORDERS}]", value))
        return tuple(dict.fromkeys(part for part in parts if part))

    def same(self, some: Sequence[str], others: Sequence[str]) -> bool:
        """Whether two lists of values are the same; ID3v2.3 joins what others keep apart."""
        if self.several:
            return self.split(some) == self.split(others)
        return "/".join(some) == "/".join(others)

    def is_joined(self, values: Sequence[str]) -> bool:
        """Whether several values stand in one entry; NUL parts entries in ID3 and APEv2."""
        entries = [entry for value in values for entry in value.split("\0")]
        return len(entries) == 1 and len(self.split(entries)) > 1

    def stands(self, held: Sequence[str], wanted: Sequence[str], *, joins: bool) -> bool:
        """Whether a file holds the wanted values in their form: joined, or one by one.

        `joins`: its tag can only hold them joined.
        """
        joined = self.is_joined(held)
        in_form = joined == self.is_joined(wanted) or (joins and joined)
        return in_form and self.same(held, wanted)

    def joined(self, values: Sequence[str]) -> list[str]:
        """The values as one entry."""
        return ["/".join(values)] if values else []

    def alike(self, some: Sequence[str], others: Sequence[str]) -> bool:
        """Whether they are the same in any order: some programs shuffle the values of WMA."""
        if self.several:
            return set(self.split(some)) == set(self.split(others))
        return self.same(some, others)


TITLE = Field(name="title", id3="TIT2", vorbis="TITLE", mp4="©nam", apev2="Title", asf="Title")
ARTIST = Field(name="artist", id3="TPE1", vorbis="ARTIST", mp4="©ART", apev2="Artist", asf="Author")
ALBUM = Field(
    name="album", id3="TALB", vorbis="ALBUM", mp4="©alb", apev2="Album", asf="WM/AlbumTitle"
)
GENRE = Field(name="genre", id3="TCON", vorbis="GENRE", mp4="©gen", apev2="Genre", asf="WM/Genre")
ALBUM_ARTIST = Field(
    name="album artist",
    id3="TPE2",
    vorbis="ALBUMARTIST",
    mp4="aART",
    apev2="Album Artist",
    asf="WM/AlbumArtist",
)
DATE = Field(name="date", id3="TDRC", vorbis="DATE", mp4="©day", apev2="Year", asf="WM/Year")
# Where some programs write the date instead.
YEAR = Field(name="year", id3="TYER", vorbis="YEAR", mp4="©day", apev2="Date", asf="Year")
BPM = Field(
    name="bpm",
    id3="TBPM",
    vorbis="BPM",
    mp4="tmpo",
    apev2="BPM",
    asf="WM/BeatsPerMinute",
    written=True,
)
PACE = Field(
    name="pace",
    id3="TXXX:PACE",
    vorbis="PACE",
    mp4="----:com.apple.iTunes:PACE",
    apev2="PACE",
    asf="PACE",
    several=True,
    written=True,
)
PACETAG = Field(
    name="pacetag",
    id3="TXXX:PACETAG",
    vorbis="PACETAG",
    mp4="----:com.apple.iTunes:PACETAG",
    apev2="PACETAG",
    asf="PACETAG",
    written=True,
)
# What Quod Libet reads as `pace`, which passes over all other custom frames. Only ID3 gets it.
QUODLIBET = Field(
    name="quodlibet",
    id3="TXXX:QuodLibet::pace",
    vorbis="QUODLIBET::PACE",
    mp4="----:com.apple.iTunes:QuodLibet::pace",
    apev2="QuodLibet::pace",
    asf="QuodLibet::pace",
    several=True,
    written=True,
)
# By it a copy at another tempo is known, which pacetag made; see tagger/stretching/mark.py.
COPY = Field(
    name="copy",
    id3="TXXX:PACETAG_COPY",
    vorbis="PACETAG_COPY",
    mp4="----:com.apple.iTunes:PACETAG_COPY",
    apev2="PACETAG_COPY",
    asf="PACETAG_COPY",
)

_READ = (TITLE, ARTIST, ALBUM, GENRE, ALBUM_ARTIST, DATE, YEAR)
FIELDS = {row.name: row for row in (*_READ, BPM, PACE, PACETAG, QUODLIBET)}
