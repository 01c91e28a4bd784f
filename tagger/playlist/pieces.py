"""Which files hold the same piece: copies of the same audio, and a recording in several formats."""

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Protocol, TypeVar

from pacetag.db.records import Standing
from pacetag.model.judgement import Pace
from pacetag.tagger.text.piece_names import Name, Named, file_name, piece_name

LENGTH = 2.0  # s; encoders add silence, and rips begin slightly earlier or later
EDITION = 1.6  # how many times as long another edition may be, such as one that is not cut
SURE = 0.75  # confidence; a less confident pace may be found in one format only
LOSSLESS = frozenset({"aif", "aifc", "aiff", "ape", "dsf", "flac", "tta", "wav", "wave", "wv"})


class Recording(Named, Protocol):
    """A song with what tells whether another is the same piece."""

    @property
    def path(self) -> str:
        """Of its file, absolute."""

    @property
    def fingerprint(self) -> str | None:
        """Of its sound, hex."""

    @property
    def duration(self) -> float | None:
        """Seconds."""

    @property
    def paces(self) -> tuple[Pace, ...]:
        """Those that are known."""


Entry = TypeVar("Entry")


def is_same_piece(one: Recording, other: Recording) -> bool:
    """Whether two songs of the same name are one piece to a listener.

    They are as long, with any paces; or they share a confident pace, and one is at most
    another edition's length longer, or the length of one is not known.
    """
    if one.duration is not None and other.duration is not None:
        if abs(one.duration - other.duration) <= LENGTH:
            return True
        short, long = sorted((one.duration, other.duration))
        if long > EDITION * short:
            return False
    return _share_a_pace(one, other)


def _share_a_pace(one: Recording, other: Recording) -> bool:
    return any(
        abs(pace.bpm - own.bpm) < 1
        for own in one.paces
        for pace in other.paces
        if min(pace.confidence, own.confidence) >= SURE
    )


def _name_of(song: Recording) -> Name | None:
    """The name of its piece, or of its file where its tags have neither artist nor title."""
    if song.title or song.artist:
        return piece_name(song)
    return file_name(song.path)


def _is_same(name: Name, one: Recording, other: Recording) -> bool:
    """Whether two songs of a name are one piece; where it is a file's, both proofs are needed.

    Files of one kind in one folder, such as "hill.mp3" and "Hill.mp3", are two songs.
    """
    if name[0]:
        return is_same_piece(one, other)
    if _place(one) == _place(other):
        return False
    return is_same_piece(one, other) and _share_a_pace(one, other)


def _place(song: Recording) -> tuple[str, str]:
    path = PurePath(song.path)
    return str(path.parent), path.suffix


def gathered(
    entries: Iterable[Entry], recording: Callable[[Entry], Recording]
) -> list[list[Entry]]:
    """Return the entries by piece; pieces and entries keep their order.

    `recording`: the song of an entry.

    Each entry is compared with the first of a piece alone, so that later entries do not change
    earlier pieces.
    """
    pieces: list[list[Entry]] = []
    by_audio: dict[str, list[Entry]] = {}
    by_name: dict[Name, list[tuple[Recording, list[Entry]]]] = {}
    for entry in entries:
        song = recording(entry)
        name = _name_of(song)
        piece = by_audio.get(song.fingerprint) if song.fingerprint is not None else None
        if piece is None and name is not None:
            namesakes = by_name.get(name, ())
            piece = next((each for first, each in namesakes if _is_same(name, first, song)), None)
        if piece is None:
            pieces.append(piece := [])
            if name is not None:
                by_name.setdefault(name, []).append((song, piece))
        piece.append(entry)
        if song.fingerprint is not None:  # unknown audio is not a copy of other unknown audio
            by_audio.setdefault(song.fingerprint, piece)
    return pieces


def by_preference(
    piece: Iterable[Entry], path: Callable[[Entry], str], standings: dict[str, Standing]
) -> list[Entry]:
    """Return a piece's entries, the one to offer first.

    Preferred are files with pacetag's tags (a backup after an undo has none), then lossless
    formats, then the file that was scanned first.
    """
    return sorted(piece, key=lambda entry: _rank(path(entry), standings.get(path(entry))))


def _rank(path: str, standing: Standing | None) -> tuple[bool, bool, int]:
    lossy = PurePath(path).suffix.lower().removeprefix(".") not in LOSSLESS
    if standing is None:  # the index has just forgotten it
        return True, lossy, 0
    return not standing.tagged, lossy, standing.song_id
