"""Songs as rows of the index, and back."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from pacetag.db.records import PaceRecord, SongRecord, Stamp

Row = Mapping[str, Any]

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
    "bundle",
    "failure",
    "missing",
)


def encode_path(path: str) -> str | bytes:
    """Return the path as SQLite can hold it: text where it is text, else the bytes of the name."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def decode_path(value: str | bytes) -> str:
    """Take `encode_path` back."""
    return os.fsdecode(value)


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


def decode_stamp(text: str) -> Stamp:
    """Take `encode_stamp` back."""
    size, mtime_ns, ctime_ns, inode = map(int, text.split())
    return Stamp(size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)


def song_row(song: SongRecord) -> dict[str, object]:
    """Return the values of SONG_COLUMNS."""
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
        "bundle": song.bundle,
        "failure": _storable(song.failure),
        "missing": int(song.missing),
    }


def song_records(rows: Iterable[Row]) -> list[SongRecord]:
    """Gather rows, one a pace and those of one song in a row, into songs.

    Each row has `id`, the SONG_COLUMNS, `bpm` and `confidence`; the last two are None for a song
    without any pace.
    """
    songs: dict[int, Row] = {}
    paces: dict[int, list[PaceRecord]] = {}
    for row in rows:
        songs.setdefault(row["id"], row)
        heard = paces.setdefault(row["id"], [])
        if row["bpm"] is not None:
            heard.append(PaceRecord(bpm=row["bpm"], confidence=row["confidence"]))
    return [_song_record(row, tuple(paces[key])) for key, row in songs.items()]


def _song_record(row: Row, paces: tuple[PaceRecord, ...]) -> SongRecord:
    return SongRecord(
        path=decode_path(row["path"]),
        stamp=decode_stamp(row["stamp"]),
        fingerprint=row["fingerprint"],
        title=row["title"],
        artist=row["artist"],
        album=row["album"],
        genre=row["genre"],
        duration=row["duration"],
        spread=row["spread"],
        changes=tuple(map(float, (row["changes"] or "").split())),
        bundle=row["bundle"],
        paces=paces,
        failure=row["failure"],
        missing=bool(row["missing"]),
    )


def _storable(text: str | None) -> str | None:
    """Spell out what UTF-8 cannot hold: a failure may quote a path that is not text."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
