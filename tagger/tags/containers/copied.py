"""Which fields of older tags are copied into a new tag beside them, and in what form.

Copies are recognised by their place. In a tag that existed before, pacetag's own fields come last;
in a tag that pacetag made, they come first, the copies follow, and there is nothing else.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pacetag.tagger.tags.containers.id3.frames import LATIN1, UTF8, make_frame, wrapped

_Entry = TypeVar("_Entry")

Copies = Mapping[str, Sequence[str]]  # values by name of the row below

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d)?)?)?)?)?(?!\d)", re.ASCII)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)$", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
_SPOKEN = ("COMM", "USLT")  # frames that say their language


@dataclass(frozen=True, kw_only=True)
class Row:
    """The names of one field in each kind of tag; copies get the first one."""

    name: str
    id3: str
    vorbis: str
    apev2: tuple[str, ...]
    riff: tuple[str, ...] = ()  # in a LIST of INFO
    aiff: tuple[str, ...] = ()  # chunks


def _row(name: str, id3: str, vorbis: str, apev2: str, riff: str = "", aiff: str = "") -> Row:
    names = (tuple(part.split(",")) if part else () for part in (apev2, riff, aiff))
    of_ape, of_riff, of_aiff = names
    return Row(name=name, id3=id3, vorbis=vorbis, apev2=of_ape, riff=of_riff, aiff=of_aiff)


ROWS = (
    _row("title", "TIT2", "TITLE", "Title", "INAM", "NAME"),
    _row("artist", "TPE1", "ARTIST", "Artist", "IART", "AUTH"),
    _row("album", "TALB", "ALBUM", "Album", "IPRD"),
    _row("album artist", "TPE2", "ALBUMARTIST", "Album Artist,AlbumArtist", "IAAR"),
    _row("date", "TDRC", "DATE", "Year,Date", "ICRD"),
    _row("track", "TRCK", "TRACKNUMBER", "Track,TrackNumber", "ITRK,IPRT,TRCK"),
    _row("disc", "TPOS", "DISCNUMBER", "Disc,DiscNumber"),
    _row("genre", "TCON", "GENRE", "Genre", "IGNR"),
    _row("comment", "COMM", "COMMENT", "Comment", "ICMT", "ANNO"),
    _row("composer", "TCOM", "COMPOSER", "Composer", "IMUS"),
    _row("lyricist", "TEXT", "LYRICIST", "Lyricist", "IWRI"),
    _row("conductor", "TPE3", "CONDUCTOR", "Conductor"),
    _row("remixer", "TPE4", "REMIXER", "MixArtist,Remixer"),
    _row("subtitle", "TIT3", "SUBTITLE", "Subtitle"),
    _row("grouping", "TIT1", "GROUPING", "Grouping"),
    _row("copyright", "TCOP", "COPYRIGHT", "Copyright", "ICOP", "(c) "),
    _row("label", "TPUB", "LABEL", "Label,Publisher"),
    _row("isrc", "TSRC", "ISRC", "ISRC"),
    _row("language", "TLAN", "LANGUAGE", "Language", "ILNG"),
    _row("mood", "TMOO", "MOOD", "Mood"),
    _row("key", "TKEY", "INITIALKEY", "InitialKey,Initial Key"),
    _row("bpm", "TBPM", "BPM", "BPM", "IBPM"),
    _row("compilation", "TCMP", "COMPILATION", "Compilation"),
    _row("title sort", "TSOT", "TITLESORT", "TitleSort"),
    _row("artist sort", "TSOP", "ARTISTSORT", "ArtistSort"),
    _row("album sort", "TSOA", "ALBUMSORT", "AlbumSort"),
    _row("album artist sort", "TSO2", "ALBUMARTISTSORT", "AlbumArtistSort"),
    _row("composer sort", "TSOC", "COMPOSERSORT", "ComposerSort"),
    _row("lyrics", "USLT", "LYRICS", "Lyrics,UnsyncedLyrics,Unsynced Lyrics"),
)
BY_ID3 = {row.id3: row.name for row in ROWS} | {"TYER": "date"}
BY_APE = {key.upper(): row.name for row in ROWS for key in row.apev2}
BY_INFO = {key.encode(): row.name for row in ROWS for key in row.riff}
BY_CHUNK = {key.encode(): row.name for row in ROWS for key in row.aiff}


def copied_frames(copies: Copies) -> dict[str, bytes]:
    """The ID3v2.4 frames of the copies by name."""
    return {
        row.id3: _frame(row.id3, values)
        for row in ROWS
        if (values := _values_for(row.id3, copies.get(row.name, ())))
    }


def own_first(
    entries: Sequence[tuple[str, _Entry]],
    offered: Mapping[str, _Entry],
    written: Collection[str],
) -> list[str] | None:
    """The names of pacetag's own entries, if the tag holds only these and copies behind them.

    `entries` are names and contents in the tag, `offered` the copies that it may hold, `written`
    the names of pacetag's fields. A field with a value of pacetag's own is not copied. None if the
    tag is another program's or holds no copies.
    """
    own: list[str] = []
    for name, entry in entries:
        if name not in written or entry == offered.get(name):
            break
        own.append(name)
    copies = [(name, entry) for name, entry in offered.items() if name not in own]
    return own if own and copies and list(entries[len(own) :]) == copies else None


def _values_for(frame: str, values: Sequence[str]) -> Sequence[str]:
    """The values that a frame can hold; for a date in another form its year."""
    if frame == "TDRC":
        spelt = (_COMPACT.sub(r"\1-\2-\3", value) for value in values)
        dates = (_DATE.match(value) or _YEAR.search(value) for value in spelt)
        return [date.group().replace(" ", "T") for date in dates if date]
    return values


def _frame(name: str, values: Sequence[str]) -> bytes:
    if name not in _SPOKEN:
        return make_frame(4, name, values, synchsafe=True)
    text = "\n".join(values)
    encoding = LATIN1 if text.isascii() else UTF8
    return wrapped(4, name, bytes([encoding]) + b"XXX\0" + text.encode(), synchsafe=True)


def copied_texts(copies: Copies) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The copies as APEv2 key, Vorbis key and values."""
    return tuple(
        (row.apev2[0], row.vorbis, tuple(copies[row.name])) for row in ROWS if copies.get(row.name)
    )
