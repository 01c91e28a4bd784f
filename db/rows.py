"""Convert songs into rows of the index, and back."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from pacetag.db.bins import bins_of
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.values import (
    FASTEST,
    LATEST,
    MOST_SECONDS,
    flag,
    listener_of,
    number,
    number_or_none,
    pairs_of,
    place_of,
    stamp_of,
    tempos_of,
    text_or_none,
    year_of,
)
from pacetag.model.judgement import Analysis, Pace

Row = tuple[Any, ...]

STORES = ""  # stands in place of a folder for all songs in stores


def encode_path(path: str) -> str | bytes:
    """Return the path as SQLite can hold it: text where it is text, else the bytes of the name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def decode_path(value: object) -> str:
    """Take `encode_path` back; URLs of songs in stores are as they were. Raises BadValueError."""
    return place_of(value)


def path_ranges(folder: str) -> dict[str, str | bytes]:
    """Return the bounds of a folder and everything below it in an index of paths.

    STORES stands for all URLs, which begin with a letter.

    SQLite sorts names that are not text apart from those that are, so there are two ranges: keys
    `self`, `text_from`, `text_to`, `bytes_from`, `bytes_to` (upper bounds excluded).
    """
    if folder == STORES:
        letters: dict[str, str | bytes] = {"text_from": "A", "text_to": "{"}
        return {"self": "", **letters, "bytes_from": b"", "bytes_to": b""}
    bare = folder.rstrip(os.sep)
    below, beyond = bare + os.sep, bare + chr(ord(os.sep) + 1)
    text = isinstance(encode_path(folder), str)
    return {
        "self": encode_path(bare or os.sep),
        # A path below a folder that is not text is not text either: an empty range.
        "text_from": below if text else "",
        "text_to": beyond if text else "",
        "bytes_from": os.fsencode(below),
        "bytes_to": os.fsencode(beyond),
    }


def encode_stamp(stamp: Stamp) -> str:
    """Return the stamp as one text: its numbers may need more than SQLite's 63 bits."""
    return f"{stamp.size} {stamp.mtime_ns} {stamp.ctime_ns} {stamp.inode}"


def decode_stamp(value: object) -> Stamp:
    """Take `encode_stamp` back. Raises BadValueError."""
    size, mtime_ns, ctime_ns, inode = stamp_of(value)
    return Stamp(size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)


def encode_listener(rates: Sequence[float] | None) -> str | None:
    """Return the paces that a person set as one text; None where they set none."""
    return None if rates is None else " ".join(f"{bpm:.2f}" for bpm in rates)


def encode_tempos(tempos: Sequence[float]) -> str | None:
    """Return the tempos of a song's parts as one text; None where there are none."""
    return " ".join(f"{bpm:.2f}" for bpm in tempos) or None


def _storable(text: str | None) -> str | None:
    """Escape what UTF-8 cannot hold: a failure may quote a path that is not text."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """How the index keeps one field of a song."""

    field: str
    write: Callable[[Any], object]  # from the field's value to the column's
    read: Callable[[object], Any]  # and back; raises BadValueError


def _text(field: str, what: str) -> Column:
    return Column(field=field, write=_storable, read=lambda value: text_or_none(value, what))


def _flag(field: str) -> Column:
    return Column(field=field, write=int, read=lambda value: flag(value, f"`{field}`"))


def _number(field: str, what: str, most: float = math.inf) -> Column:
    return Column(
        field=field,
        write=lambda value: None if value is None else float(value),
        read=lambda value: number_or_none(value, what, most=most),
    )


RECORD_COLUMNS = {  # the fields of a SongRecord by their columns; the first one identifies it
    "path": Column(field="path", write=encode_path, read=decode_path),
    "stamp": Column(field="stamp", write=encode_stamp, read=decode_stamp),
    "fingerprint": _text("fingerprint", "a fingerprint"),
    "title": _text("title", "a title"),
    "artist": _text("artist", "an artist"),
    "album": _text("album", "an album"),
    "genre": _text("genre", "a genre"),
    "bundle": _text("bundle", "a bundle"),
    "listener": Column(field="listener", write=encode_listener, read=listener_of),
    "untagged": _text("untagged", "a reason"),
    "failure": _text("failure", "a failure"),
    "too_short": _flag("too_short"),
    "missing": _flag("missing"),
    "album_artist": _text("album_artist", "an artist"),
    "year": Column(field="year", write=lambda value: value, read=year_of),
    "added": _number("added", "a time", LATEST),
}
ANALYSIS_COLUMNS = {  # the fields of its Analysis; a column keeps its first name
    "duration": _number("duration", "a length", MOST_SECONDS),
    "spread": _number("stability", "a stability"),
    "changes": Column(field="tempo_segments", write=encode_tempos, read=tempos_of),
    "intensity": _number("intensity", "an intensity", 1.0),
}
# The network's paces are rows of `paces`, or text in `judged` where a person set others.
SONG_COLUMNS = (*RECORD_COLUMNS, *ANALYSIS_COLUMNS, "judged")
STORED_COLUMNS = (*SONG_COLUMNS, "bins")  # `bins` follows from the others


def song_row(song: SongRecord) -> dict[str, object]:
    """Return the values of STORED_COLUMNS."""
    # Only songs that did not fail are offered to playlists.
    bins = 0 if song.failure is not None else bins_of(pace.bpm for pace in song.paces)
    judged = song.analysis.paces if song.listener is not None else ()
    return {
        **_written(RECORD_COLUMNS, song),
        **_written(ANALYSIS_COLUMNS, song.analysis),
        "judged": " ".join(f"{p.bpm:.2f}@{p.confidence:.4f}" for p in judged) or None,
        "bins": bins,
    }


def _written(columns: Mapping[str, Column], values: object) -> dict[str, object]:
    return {name: column.write(getattr(values, column.field)) for name, column in columns.items()}


def song_records(rows: Iterable[Row]) -> Iterator[SongRecord]:
    """Yield the songs that the rows hold: one row per pace, the rows of one song adjacent.

    A row has the song's id, the SONG_COLUMNS, bpm and confidence; the last two are None for a song
    without any pace. Raises BadValueError.
    """
    for _, grouped in groupby(rows, itemgetter(0)):
        of_song = list(grouped)
        paces = [pace_record(*row[-2:]) for row in of_song if row[-2] is not None]
        yield song_record(of_song[0][1:-2], paces)


def pace_record(bpm: object, confidence: object) -> Pace:
    """Return a pace from its two columns. Raises BadValueError."""
    return Pace(
        bpm=number(bpm, "a pace", most=FASTEST),
        confidence=number(confidence, "a confidence", most=1.0),
    )


def song_record(values: Sequence[Any], paces: Sequence[Pace]) -> SongRecord:
    """Return a song from the values of SONG_COLUMNS and its rows of paces. Raises BadValueError."""
    fields = _read(RECORD_COLUMNS, values)
    facts = _read(ANALYSIS_COLUMNS, values[len(RECORD_COLUMNS) :])
    judged = _judged(values[-1])
    own = tuple(paces) if fields["listener"] is None else judged
    return SongRecord(analysis=Analysis(paces=own, **facts), **fields)


def _read(columns: Mapping[str, Column], values: Iterable[object]) -> dict[str, Any]:
    """The fields from as many values, in the columns' order."""
    read = zip(columns.values(), values, strict=False)  # other columns follow
    return {column.field: column.read(value) for column, value in read}


def _judged(value: object) -> tuple[Pace, ...]:
    """The paces out of one text; none where there is none."""
    if value is None:
        return ()
    return tuple(pace_record(*pair) for pair in pairs_of(value))
