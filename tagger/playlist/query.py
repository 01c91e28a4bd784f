"""From a cadence to the songs to run to."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.near_misses import near_misses
from pacetag.tagger.playlist.pieces import by_preference, gathered
from pacetag.tagger.playlist.ranking import FIRST, Sought, all_entries, first_entries

BLOCK, LARGEST_BLOCK = 16, 4_096  # pieces for which disks and index are asked at once
MOST_GONE = 4_096  # missing pieces, after which no more are looked for


def build_playlist(
    index: SongIndex,
    cadence: float,
    *,
    tolerance: float = 0.04,
    min_confidence: float = 0.5,
    duration: float | None = None,
    limit: int | None = None,
    presence: Presence | None = None,
) -> Playlist:
    """Find the songs with a pace near the cadence, best first (see `ranking.worth`).

    A piece is listed once, however many files hold it (see `pieces`), by its best file.

    Args:
        index: the songs.
        cadence: steps per minute, both feet.
        tolerance: how far a pace may be from the cadence, as a share of it; two tempos within
            4 % of each other commonly count as the same.
        min_confidence: the least confidence of a pace, 0..1.
        duration: seconds to fill. The best songs whose sum reaches it are taken, so the last one
            may end later. A song of unknown duration is taken but adds nothing, so the playlist may
            be longer than asked for, but not shorter.
        limit: how many songs to take at most. With it or `duration` a library of a million songs
            answers at once; otherwise every song that fits is read.
        presence: tells which songs are where the index says, so that the next best replace those
            that are not; without it all are taken to be there.

    Raises:
        ValueError: a number that makes no sense, with a sentence for the user.
        SongIndexError: the index cannot be read.
    """
    _check(cadence, tolerance, min_confidence, duration, limit)
    sought = Sought(cadence=cadence, tolerance=tolerance, min_confidence=min_confidence)
    chosen = _choose(index, sought, duration=duration, limit=limit, presence=presence)
    entries = tuple(chosen.entries)
    found = Playlist(
        cadence=cadence,
        tolerance=tolerance,
        entries=entries,
        total=_seconds(entries),
        near=(),
        cut=chosen.cut,
        wanted=duration,
        gone=chosen.gone,
        silent=chosen.silent,
        given_up=chosen.given_up,
    )
    if entries and not found.is_short:
        return found
    if chosen.gone or chosen.silent:  # near misses would count songs that are not there
        return found
    beyond = tolerance if entries else 0.0
    near = near_misses(index, cadence, min_confidence=min_confidence, beyond=beyond)
    return replace(found, near=near)


def _choose(
    index: SongIndex,
    sought: Sought,
    *,
    duration: float | None,
    limit: int | None,
    presence: Presence | None,
) -> "_Chosen":
    """The chosen entries, and whether `limit` kept some out."""
    enough = duration or math.inf
    whole = duration is None and limit is None
    first = FIRST if limit is None else limit + limit // 8 + FIRST  # some may be missing, or copies
    parts = [all_entries(index, sought)] if whole else first_entries(index, sought, first=first)
    for part in parts:
        chosen = _Chosen(index, presence)
        left = chosen.take(gathered(part, _song), duration, limit)
        chosen.cut = left and len(chosen.entries) == limit and _seconds(chosen.entries) < enough
        chosen.given_up = not whole and not left and chosen.gone + chosen.silent >= MOST_GONE
        if left or chosen.given_up:
            break
    return chosen


class _Chosen:
    """The songs of a playlist: for each piece the best file that is there."""

    def __init__(self, index: SongIndex, presence: Presence | None) -> None:
        self._index, self._presence = index, presence
        self.entries: list[PlaylistEntry] = []
        self.gone = self.silent = 0
        self.cut = self.given_up = False

    def take(
        self, pieces: Sequence[list[PlaylistEntry]], duration: float | None, limit: int | None
    ) -> bool:
        """Take pieces until there are enough. Returns whether any were left over."""
        filled = 0.0
        for piece in self._ordered(pieces):
            if len(self.entries) == limit or (duration is not None and filled >= duration):
                return True
            entry = self._that_is_there(piece)
            if entry is not None:
                self.entries.append(entry)
                filled += entry.song.duration or 0.0
        return False

    def _ordered(self, pieces: Sequence[list[PlaylistEntry]]) -> Iterator[list[PlaylistEntry]]:
        """The pieces, each with its best file first; disks are asked for a block at a time."""
        start, size = 0, BLOCK
        while block := pieces[start : start + size]:
            start, size = start + size, min(2 * size, LARGEST_BLOCK)
            doubles = [entry.song.path for piece in block if len(piece) > 1 for entry in piece]
            standings = self._index.standings(doubles) if doubles else {}
            if self._presence is not None:
                self._presence.of(entry.song.path for piece in block for entry in piece)
            for piece in block:
                yield by_preference(piece, _path, standings) if len(piece) > 1 else piece

    def _that_is_there(self, piece: list[PlaylistEntry]) -> PlaylistEntry | None:
        if self._presence is None:
            return piece[0]
        places = self._presence.of(entry.song.path for entry in piece)
        for entry in piece:
            if places[entry.song.path] is Place.THERE:
                return entry
        silent = Place.SILENT in places.values()
        self.silent += silent
        self.gone += not silent
        return None


def _song(entry: PlaylistEntry) -> SongRecord:
    return entry.song


def _path(entry: PlaylistEntry) -> str:
    return entry.song.path


def _seconds(entries: Iterable[PlaylistEntry]) -> float:
    return sum(entry.song.duration or 0.0 for entry in entries)


def _check(
    cadence: float,
    tolerance: float,
    min_confidence: float,
    duration: float | None,
    limit: int | None,
) -> None:
    # Written so that NaN, which compares as false, is refused as well.
    if not (cadence > 0 and math.isfinite(cadence)):
        raise ValueError(f"the cadence must be a number of steps per minute, not {cadence}")
    if not 0 <= tolerance < 1:
        raise ValueError(f"the tolerance must be from 0 to below 1 (0.04 is 4 %), not {tolerance}")
    if not 0 <= min_confidence <= 1:
        raise ValueError(f"the confidence must be from 0 to 1, not {min_confidence}")
    if duration is not None and not duration > 0:
        raise ValueError(f"the duration must be more than nothing, not {duration} s")
    if limit is not None and limit < 1:
        raise ValueError(f"at least one song must be taken, not {limit}")
