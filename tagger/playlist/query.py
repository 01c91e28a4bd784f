"""From a cadence to the songs to run to."""

import math
from collections.abc import Iterable, Iterator

from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry
from pacetag.tagger.playlist.near_misses import near_misses
from pacetag.tagger.playlist.ranking import SLACK, best_entries


def build_playlist(
    index: SongIndex,
    cadence: float,
    *,
    tolerance: float = 0.04,
    min_confidence: float = 0.5,
    duration: float | None = None,
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

    Raises:
        ValueError: a number that makes no sense, with a sentence for a person.
        SongIndexError: the index cannot be read.
    """
    _check(cadence, tolerance, min_confidence, duration)
    reach = tolerance + SLACK
    found = index.matches(
        low=cadence * (1 - reach), high=cadence * (1 + reach), min_confidence=min_confidence
    )
    entries = best_entries(
        (match.song for match in found),
        cadence,
        tolerance=tolerance,
        min_confidence=min_confidence,
    )
    near = () if entries else near_misses(index, cadence, min_confidence=min_confidence)
    chosen = tuple(entries if duration is None else _fill(entries, duration))
    return Playlist(
        cadence=cadence,
        tolerance=tolerance,
        entries=chosen,
        total=sum(entry.song.duration or 0.0 for entry in chosen),
        near=near,
    )


def _fill(entries: Iterable[PlaylistEntry], duration: float) -> Iterator[PlaylistEntry]:
    """Yield entries until their sum has reached `duration` seconds."""
    filled = 0.0
    for entry in entries:
        if filled >= duration:
            return
        yield entry
        filled += entry.song.duration or 0.0


def _check(cadence: float, tolerance: float, min_confidence: float, duration: float | None) -> None:
    # Written so that NaN, which compares as false, is refused as well.
    if not (cadence > 0 and math.isfinite(cadence)):
        raise ValueError(f"the cadence must be a number of steps per minute, not {cadence}")
    if not 0 <= tolerance < 1:
        raise ValueError(f"the tolerance must be from 0 to below 1 (0.04 is 4 %), not {tolerance}")
    if not 0 <= min_confidence <= 1:
        raise ValueError(f"the confidence must be from 0 to 1, not {min_confidence}")
    if duration is not None and not duration > 0:
        raise ValueError(f"the duration must be more than nothing, not {duration} s")
