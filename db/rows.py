"""Songs as rows of the index, and back."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from pacetag.db.bins import bins_of
from pacetag.db.records import SongRecord, Stamp
from pacetag.db.values import (
    FASTEST,
    MOST_SECONDS,
    flag,
    listener_of,
    number,
    number_or_none,
    pairs_of,
    path_of,
    stamp_of,
    tempos_of,
    text_or_none,
)
from pacetag.model.judgement import Pace

Row = tuple[Any, ...]

# The columns that a song brings along; the first one identifies it.
SONG_COLUMNS = (
    "path",
    "stamp",
    "fingerprint",
    "title",
    "artist",
    "album",
    "genre",
    "duration",
    "spread",
    "changes",
    "listener",
    "judged",
    "untagged",
    "bundle",
    "failure",
    "too_short",
    "missing",
)
STORED_COLUMNS = (*SONG_COLUMNS, "bins")  # with what follows from the others


def encode_path(path: str) -> str | bytes:
    """Return the path as SQLite can hold it: text where it is text, else the bytes of the name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def decode_path(value: object) -> str:
    """Take `encode_path` back. Raises BadValueError."""
    return path_of(value)


def path_ranges(folder: str) -> dict[str, str | bytes]:
    """Return the bounds, for an index of paths, of a folder itself and all that lies below.

    Names that are not text sort apart from those that are, so there are two ranges: keys `self`,
    `text_from`, `text_to`, `bytes_from`, `bytes_to` (the upper bounds excluded).
    """
    bare = folder.rstrip(os.sep)
    below, beyond = bare + os.sep, bare + chr(ord(os.sep) + 1)
    text = isinstance(encode_path(folder), str)
    return {
        "self": encode_path(bare or os.sep),
        # Nothing whose folder is not text is text itself: an empty range.
        "text_from": below if text else "",
        "text_to": beyond if text else "",
        "bytes_from": os.fsencode(below),
        "bytes_to": os.fsencode(beyond),
    }


def encode_stamp(stamp: Stamp) -> str:
    """Return the stamp as one text, since its numbers may need more than SQLite's 63 bits."""
    return f"{stamp.size} {stamp.mtime_ns} {stamp.ctime_ns} {stamp.inode}"


def decode_stamp(value: object) -> Stamp:
    """Take `encode_stamp` back. Raises BadValueError."""
    size, mtime_ns, ctime_ns, inode = stamp_of(value)
    return Stamp(size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)


def song_row(song: SongRecord) -> dict[str, object]:
    """Return the values of STORED_COLUMNS."""
    return {
        "path": encode_path(song.path),
        "stamp": encode_stamp(song.stamp),
        "fingerprint": song.fingerprint,
        "title": _storable(song.title),
        "artist": _storable(song.artist),
        "album": _storable(song.album),
        "genre": _storable(song.genre),
        "duration": None if song.duration is None else float(song.duration),
        "spread": None if song.spread is None else float(song.spread),
        "changes": " ".join(f"{bpm:.2f}" for bpm in song.changes) or None,
        "listener": None if song.listener is None else " ".join(map(_bpm, song.listener)),
        "judged": " ".join(f"{_bpm(p.bpm)}@{p.confidence:.4f}" for p in song.judged) or None,
        "untagged": _storable(song.untagged),
        "bundle": song.bundle,
        "failure": _storable(song.failure),
        "too_short": int(song.too_short),
        "missing": int(song.missing),
        # Of those that a playlist may offer.
        "bins": 0 if song.failure is not None else bins_of(pace.bpm for pace in song.paces),
    }


def song_records(rows: Iterable[Row]) -> Iterator[SongRecord]:
    """Yield songs, gathered from rows, one a pace and those of one song in a row.

    Each row has the song's id, the SONG_COLUMNS, bpm and confidence; the last two are None for a
    song without any pace. Raises BadValueError.
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
    """Return a song from the values of SONG_COLUMNS. Raises BadValueError."""
    (
        path,
        stamp,
        fingerprint,
        title,
        artist,
        album,
        genre,
        duration,
        spread,
        changes,
        listener,
        judged,
        untagged,
        bundle,
        failure,
        too_short,
        missing,
    ) = values
    return SongRecord(
        path=decode_path(path),
        stamp=decode_stamp(stamp),
        fingerprint=text_or_none(fingerprint, "a fingerprint"),
        title=text_or_none(title, "a title"),
        artist=text_or_none(artist, "an artist"),
        album=text_or_none(album, "an album"),
        genre=text_or_none(genre, "a genre"),
        duration=number_or_none(duration, "a length", most=MOST_SECONDS),
        spread=number_or_none(spread, "a spread"),
        changes=tempos_of(changes),
        listener=listener_of(listener),
        judged=_judged(judged),
        untagged=text_or_none(untagged, "a reason"),
        bundle=text_or_none(bundle, "a bundle"),
        paces=tuple(paces),
        failure=text_or_none(failure, "a failure"),
        too_short=flag(too_short, "`too_short`"),
        missing=flag(missing, "`missing`"),
    )


def _judged(value: object) -> tuple[Pace, ...]:
    """The paces out of one text; none where there is none."""
    if value is None:
        return ()
    return tuple(pace_record(*pair) for pair in pairs_of(value))


def _bpm(bpm: float) -> str:
    return f"{bpm:.2f}"


def _storable(text: str | None) -> str | None:
    """Spell out what UTF-8 cannot hold: a failure may quote a path that is not text."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
