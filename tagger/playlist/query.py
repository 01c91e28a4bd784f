"""From a cadence to the songs to run to."""

import math
from collections.abc import Iterable, Iterator

from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.near_misses import near_misses
from pacetag.tagger.playlist.ranking import FIRST, all_entries, first_entries


def build_playlist(
    index: SongIndex,
    cadence: float,
    *,
    tolerance: float = 0.04,
    min_confidence: float = 0.5,
    duration: float | None = None,
    limit: int | None = None,
) -> Playlist:
    """Find the songs with a pace near the cadence, best first (see `ranking.worth`).

    Args:
        index: the songs.
        cadence: steps per minute, both feet.
        tolerance: how far a pace may be from the cadence, as a part of it; two tempos within
            4 % of each other commonly count as the same.
        min_confidence: how sure a pace must be, 0..1.
        duration: seconds to fill. The best songs whose sum reaches it are taken, so the last one
            may end later. A song of unknown duration is taken too but adds nothing: the playlist
            may then be longer than asked for, never shorter for a wrong guess.
        limit: how many songs to take at most, the best. With it or `duration` a library of a
            million songs answers at once; without, every song that fits is read.

    Raises:
        ValueError: a number that makes no sense, with a sentence for a person.
        SongIndexError: the index cannot be read.
    """
    _check(cadence, tolerance, min_confidence, duration, limit)
    chosen, cut = _choose(
        index,
        cadence,
        tolerance=tolerance,
        min_confidence=min_confidence,
        duration=duration,
        limit=limit,
    )
    near = () if chosen else near_misses(index, cadence, min_confidence=min_confidence)
    return Playlist(
        cadence=cadence,
        tolerance=tolerance,
        entries=tuple(chosen),
        total=_seconds(chosen),
        near=near,
        cut=cut,
    )


def _choose(
    index: SongIndex,
    cadence: float,
    *,
    tolerance: float,
    min_confidence: float,
    duration: float | None,
    limit: int | None,
) -> tuple[list[PlaylistEntry], bool]:
    """The entries that are taken, and whether `limit` kept some out."""
    sought = {"tolerance": tolerance, "min_confidence": min_confidence}
    if duration is None and limit is None:
        return all_entries(index, cadence, **sought), False
    first = FIRST if limit is None else limit + limit // 8 + FIRST  # some may be missing, or copies
    chosen: list[PlaylistEntry] = []
    for found in first_entries(index, cadence, **sought, first=first):
        chosen = list(_fill(found, duration))[:limit]
        if len(chosen) < len(found):
            return chosen, len(chosen) == limit and _seconds(chosen) < (duration or math.inf)
    return chosen, False


def _fill(entries: Iterable[PlaylistEntry], duration: float | None) -> Iterator[PlaylistEntry]:
    """Yield entries, if `duration` is given until their sum has reached so many seconds."""
    filled = 0.0
    for entry in entries:
        if duration is not None and filled >= duration:
            return
        yield entry
        filled += entry.song.duration or 0.0


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
