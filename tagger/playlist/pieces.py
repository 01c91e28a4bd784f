"""Which files hold the same piece: copies of one sound, and one recording in several formats."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Protocol, TypeVar

from pacetag.db.records import SongRecord, Standing
from pacetag.tagger.playlist.entries import PlaylistEntry

LENGTH = 2.0  # s; encoders add silence, and rips begin a little sooner or later
SURE = 0.75  # confidence; a pace that is less so may be found in one format and not in another
LOSSLESS = frozenset({"aif", "aifc", "aiff", "ape", "dsf", "flac", "tta", "wav", "wave", "wv"})

Name = tuple[str, str]


class Named(Protocol):
    """What tells a piece by its name."""

    @property
    def title(self) -> str | None:
        """The title of its tags."""

    @property
    def artist(self) -> str | None:
        """The artist of its tags."""


Entry = TypeVar("Entry", bound=PlaylistEntry)


def piece_name(song: Named) -> Name | None:
    """Artist and title without case, accents and spaces; None where either is not known.

    Without a title a song is never taken for another by its name, nor is one without an artist:
    many are called "Intro" or "Track 1".
    """
    artist, title = _plain(song.artist), _plain(song.title)
    return (artist, title) if artist and title else None


def _plain(text: str | None) -> str:
    if not text:
        return ""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return "".join(text.casefold().split())


def is_same_piece(one: SongRecord, other: SongRecord) -> bool:
    """Whether two songs of the same name are one recording: as long, and with the same paces."""
    if one.duration is None or other.duration is None:
        return False
    if abs(one.duration - other.duration) > LENGTH:
        return False
    return _has_paces_of(one, other) and _has_paces_of(other, one)


def _has_paces_of(one: SongRecord, other: SongRecord) -> bool:
    """Whether each sure pace of the other is one of the first, too, up to rounding."""
    return all(
        any(abs(pace.bpm - own.bpm) < 1 for own in one.paces)
        for pace in other.paces
        if pace.confidence >= SURE
    )


def gathered(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the entries by piece, both in their order.

    Each entry is compared with the first of a piece alone, so that what comes later changes
    nothing of what came before.
    """
    pieces: list[list[Entry]] = []
    by_audio: dict[str, list[Entry]] = {}
    by_name: dict[Name, list[list[Entry]]] = {}
    for entry in entries:
        song = entry.song
        name = piece_name(song)
        piece = by_audio.get(song.fingerprint) if song.fingerprint is not None else None
        if piece is None and name is not None:
            namesakes = by_name.get(name, ())
            piece = next((each for each in namesakes if is_same_piece(each[0].song, song)), None)
        if piece is None:
            pieces.append(piece := [])
            if name is not None:
                by_name.setdefault(name, []).append(piece)
        piece.append(entry)
        if song.fingerprint is not None:  # unknown audio is nobody's copy
            by_audio.setdefault(song.fingerprint, piece)
    return pieces


def by_preference(piece: Sequence[Entry], standings: dict[str, Standing]) -> list[Entry]:
    """Return a piece's entries, the one to offer first.

    That is one whose file carries pacetag's tags (a backup of which they were taken back does
    not), then one in a lossless format, then the one that was scanned first.
    """
    return sorted(piece, key=lambda entry: _rank(entry.song, standings.get(entry.song.path)))


def _rank(song: SongRecord, standing: Standing | None) -> tuple[bool, bool, int]:
    lossy = PurePath(song.path).suffix.lower().removeprefix(".") not in LOSSLESS
    if standing is None:  # it was forgotten just now
        return True, lossy, 0
    return not standing.tagged, lossy, standing.song_id
