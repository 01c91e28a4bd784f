"""From a cadence to the songs to run to."""

import math
from collections.abc import Iterable
from dataclasses import replace

from pacetag.db.index import SongIndex
from pacetag.db.records import EVERY_SONG, Condition, SongRecord
from pacetag.tagger.library.presence import Presence
from pacetag.tagger.playlist.choosing import Choice, artist_of
from pacetag.tagger.playlist.entries import Playlist, PlaylistEntry, Unfiltered
from pacetag.tagger.playlist.intensity import Asked
from pacetag.tagger.playlist.listener import NO_LISTENER, Listener
from pacetag.tagger.playlist.near_misses import near_misses
from pacetag.tagger.playlist.pieces import gathered
from pacetag.tagger.playlist.ranking import (
    FIRST,
    Part,
    Sought,
    all_entries,
    drawn_entries,
    first_entries,
)
from pacetag.tagger.playlist.spacing import spaced

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
    where: Condition = EVERY_SONG,
    listener: Listener = NO_LISTENER,
    seed: int | None = None,
    asked: Asked | None = None,
) -> Playlist:
    """Find the best songs with a pace near the cadence (see `worth.worth`).

    A piece is listed once, however many files hold it (see `pieces`), by its best file. No artist
    has more than every second song, and they are set apart (see `spacing`), as far as others fit.

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
        where: which songs may come, as `tagger.filters` makes it.
        listener: what they excluded and love, and which songs rest; from `listener_of`.
        seed: have the songs drawn at random, the worthier the likelier, instead of the best taken;
            the same seed draws the same songs.
        asked: the intensity that songs should have; others are worth less.

    Raises:
        ValueError: a number that makes no sense, with a sentence for the user.
        SongIndexError: the index cannot be read.
    """
    _check(cadence, tolerance, min_confidence, duration, limit)
    sought = Sought(
        cadence=cadence,
        tolerance=tolerance,
        min_confidence=min_confidence,
        where=where,
        listener=listener,
        seed=seed,
        asked=asked,
    )
    chosen = _choose(index, sought, duration=duration, limit=limit, presence=presence)
    entries = tuple(spaced(chosen.entries, artist_of))
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
        excluded=chosen.excluded,
        resting=chosen.resting,
        rests=listener.resting,
        seed=seed,
        asked=asked,
    )
    if entries and not found.is_short:
        return found
    if chosen.gone or chosen.silent or chosen.resting:  # near misses would count such songs
        return found
    beyond = tolerance if entries else 0.0
    near = near_misses(
        index, cadence, min_confidence=min_confidence, beyond=beyond, where=_offered(where)
    )
    return replace(found, near=near, unfiltered=_unfiltered(index, found, where, min_confidence))


def _unfiltered(
    index: SongIndex, found: Playlist, where: Condition, min_confidence: float
) -> Unfiltered | None:
    """What fits without the filters; None where there are none, or no more fits."""
    if where == EVERY_SONG:
        return None
    all_that_fit = near_misses(
        index,
        found.cadence,
        min_confidence=min_confidence,
        beyond=-1.0,
        where=_offered(EVERY_SONG),
        tolerances=(found.tolerance,),
    )
    for each in all_that_fit:
        if each.songs > len(found.entries):
            options = tuple(where.options)
            return Unfiltered(options=options, songs=each.songs, seconds=each.seconds)
    return None


def _choose(
    index: SongIndex,
    sought: Sought,
    *,
    duration: float | None,
    limit: int | None,
    presence: Presence | None,
) -> Choice:
    """The chosen entries, and whether `limit` kept some out."""
    enough = duration or math.inf
    whole = duration is None and limit is None
    first = FIRST if limit is None else limit + limit // 8 + FIRST  # some may be missing, or copies
    ranked = first_entries if sought.seed is None else drawn_entries
    parts = (
        [Part(entries=all_entries(index, sought))] if whole else ranked(index, sought, first=first)
    )
    for part in parts:
        chosen = Choice(index, sought, presence)
        left = chosen.take(gathered(part.entries, _song), duration, limit, least=part.least)
        chosen.cut = left and len(chosen.entries) == limit and _seconds(chosen.entries) < enough
        chosen.given_up = not whole and not left and chosen.gone + chosen.silent >= MOST_GONE
        if left or chosen.given_up:
            break
    return chosen


def _offered(where: Condition) -> Condition:
    """The same condition, for songs that the listener did not exclude."""
    excluded = "SELECT fingerprint FROM opinions WHERE opinion = 'excluded'"
    sql = f"({where.sql}) AND coalesce(fingerprint, '') NOT IN ({excluded})"
    return Condition(sql=sql, values=where.values)


def _song(entry: PlaylistEntry) -> SongRecord:
    return entry.song


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
