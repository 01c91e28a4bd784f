"""Which files hold the same piece: copies of the same audio, and a recording in several formats."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Protocol, TypeVar

from pacetag.db.records import SongRecord, Standing
from pacetag.tagger.playlist.entries import PlaylistEntry

LENGTH = 2.0  # s; encoders add silence, and rips begin slightly earlier or later
SURE = 0.75  # confidence; a less confident pace may be found in one format only
LOSSLESS = frozenset({"aif", "aifc", "aiff", "ape", "dsf", "flac", "tta", "wav", "wave", "wv"})

Name = tuple[str, str]


class Named(Protocol):
    """A song with the tags that name its piece."""

    @property
    def title(self) -> str | None:
        """The title of its tags."""

    @property
    def artist(self) -> str | None:
        """The artist of its tags."""


Entry = TypeVar("Entry", bound=PlaylistEntry)


def piece_name(song: Named) -> Name | None:
    """Artist and title without case, accents and spaces; None where either is not known.

    A song without a title or artist is never taken for another by its name: many are called "Intro"
    or "Track 1".
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
    """Whether each confident pace of the other is also one of the first, up to rounding."""
    return all(
        any(abs(pace.bpm - own.bpm) < 1 for own in one.paces)
        for pace in other.paces
        if pace.confidence >= SURE
    )


def gathered(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the entries by piece; pieces and entries keep their order.

    Each entry is compared with the first of a piece alone, so that later entries do not change
    earlier pieces.
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
        if song.fingerprint is not None:  # unknown audio is not a copy of other unknown audio
            by_audio.setdefault(song.fingerprint, piece)
    return pieces


def by_preference(piece: Sequence[Entry], standings: dict[str, Standing]) -> list[Entry]:
    """Return a piece's entries, the one to offer first.

    Preferred are files with pacetag's tags (a backup after an undo has none), then lossless
    formats, then the file that was scanned first.
    """
    return sorted(piece, key=lambda entry: _rank(entry.song, standings.get(entry.song.path)))


def _rank(song: SongRecord, standing: Standing | None) -> tuple[bool, bool, int]:
    lossy = PurePath(song.path).suffix.lower().removeprefix(".") not in LOSSLESS
    if standing is None:  # the index has just forgotten it
        return True, lossy, 0
    return not standing.tagged, lossy, standing.song_id
