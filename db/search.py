"""Searches that stay fast in a million songs: narrow rows first, whole songs where needed."""

import math
import sqlite3
from collections.abc import Iterator, Sequence

from pacetag.db import statements as sql
from pacetag.db.connection import snapshot
from pacetag.db.records import (
    EVERY_SONG,
    BestSongs,
    Condition,
    Nearest,
    NotedSong,
    PaceQuery,
    SongRecord,
    SongStatus,
    Standing,
)
from pacetag.db.rows import decode_path, decode_stamp, encode_path, pace_record, song_record
from pacetag.db.runs import TagState
from pacetag.db.values import (
    MOST_SECONDS,
    flag,
    listener_of,
    number,
    number_or_none,
    tempos_of,
    text_or_none,
    whole,
    year_of,
)
from pacetag.model.judgement import Pace

# Shares of the reach. The best paces are nearly always close to the centre.
RINGS = (1 / 8, 1 / 4, 1 / 2, 1.0)


def best_songs(connection: sqlite3.Connection, query: PaceQuery, *, at_most: int) -> BestSongs:
    """Return the songs with the `at_most` best paces, without missing and failed ones."""
    with snapshot(connection):
        paces = _best_paces(connection, query, at_most)
        ids = list(dict.fromkeys(song_id for song_id, _ in paces))
        songs = [song for _, song in _offered(connection, ids)]
    return BestSongs(songs=songs, left=paces[-1][1] if len(paces) == at_most else None)


def loved_songs(connection: sqlite3.Connection, query: PaceQuery) -> list[SongRecord]:
    """Return the songs that a person loves and that have a pace in the range."""
    with snapshot(connection):
        statement = sql.LOVED_SONGS.format(where=query.where.sql)
        rows = connection.execute(statement, _sought(query, query.reach))
        ids = [whole(song_id, "a song") for (song_id,) in rows]
        return [song for _, song in _offered(connection, ids)]


def _best_paces(
    connection: sqlite3.Connection, query: PaceQuery, at_most: int
) -> list[tuple[int, float]]:
    """Return (song's number, worth) of each pace, best first.

    A pace outside a ring is worth no more than the ring's edge, however confident it is. If the
    last of a ring's best paces is worth that much, nothing outside can be better.
    """
    for ring in RINGS:
        near = ring * query.reach
        values = {"fall": query.fall, "at_most": at_most, **_sought(query, near)}
        rows = connection.execute(_best(query.where), values)
        paces = [
            (whole(song, "a song"), number(worth, "a pace", least=-math.inf))
            for song, worth in rows
        ]
        if len(paces) == at_most and paces[-1][1] >= 1 - query.fall * near**2:
            break
    return paces


def _best(where: Condition) -> str:
    """The statement for the best paces; without a condition it reads no songs."""
    if where == EVERY_SONG:
        return sql.BEST_PACES
    return sql.BEST_PACES_OF_SOME.format(where=where.sql)


def songs_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, SongRecord]:
    """Return, by number, those of the songs that are neither missing nor failed."""
    with snapshot(connection):
        return dict(_offered(connection, ids))


def _offered(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> Iterator[tuple[int, SongRecord]]:
    for part in _batches(ids):
        rows = connection.execute(sql.OFFERED_SONGS, part).fetchall()
        paces = _paces_of(connection, [row[0] for row in rows])
        for song_id, *values in rows:
            yield song_id, song_record(values, paces.get(song_id, ()))


def nearest(connection: sqlite3.Connection, query: PaceQuery) -> Iterator[Nearest]:
    """Yield, for each audio with a pace in the range, the relative distance of the nearest one."""
    rows = connection.execute(
        sql.NEAREST.format(where=query.where.sql), _sought(query, query.reach)
    )
    for song_id, off, title, artist, duration in rows:
        yield Nearest(
            song_id=whole(song_id, "a song"),
            off=number(off, "a pace"),
            title=text_or_none(title, "a title"),
            artist=text_or_none(artist, "an artist"),
            duration=number_or_none(duration, "a length", most=MOST_SECONDS),
        )


def standings(
    connection: sqlite3.Connection, paths: Sequence[str]
) -> Iterator[tuple[str, Standing]]:
    """Yield, for each of the songs that is known, what decides which copy is offered."""
    for part in _batches([encode_path(path) for path in paths]):
        for path, song_id, untagged, tags in connection.execute(sql.STANDINGS, part).fetchall():
            state = TagState(whole(tags, "a state", most=2))
            reason = text_or_none(untagged, "a reason")
            yield (
                decode_path(path),
                Standing(
                    song_id=whole(song_id, "a song"),
                    tagged=state is TagState.SEEN_TO and reason is None,
                ),
            )


def _sought(query: PaceQuery, reach: float) -> dict[str, object]:
    return {
        "low": query.centre * (1 - reach),
        "high": query.centre * (1 + reach),
        "centre": query.centre,
        "min_confidence": query.min_confidence,
        **query.where.values,
    }


def statuses(connection: sqlite3.Connection, paths: Sequence[str]) -> Iterator[SongStatus]:
    """Yield, for each of the files that is known, what decides whether to scan it again."""
    for part in _batches([encode_path(path) for path in paths]):
        with snapshot(connection):
            songs = connection.execute(sql.STATUSES, part).fetchall()
            paces = _paces_of(connection, [song[0] for song in songs])
        for song in songs:
            song_id, path, stamp, bundle, failure, too_short, missing, *rest = song
            listener, untagged, year, tags = rest
            yield SongStatus(
                path=decode_path(path),
                stamp=decode_stamp(stamp),
                bundle=text_or_none(bundle, "a bundle"),
                paces=tuple(paces.get(song_id, ())),
                failure=text_or_none(failure, "a failure"),
                too_short=flag(too_short, "`too_short`"),
                missing=flag(missing, "`missing`"),
                tags=TagState(whole(tags, "a state", most=2)),
                listener=listener_of(listener),
                untagged=text_or_none(untagged, "a reason"),
                year=year_of(year),
            )


def noted_song(
    path: object, failure: object, too_short: object, untagged: object, segments: object
) -> NotedSong:
    """Return a row of NOTED_UNDER as a value. Raises BadValueError."""
    return NotedSong(
        path=decode_path(path),
        failure=text_or_none(failure, "a failure"),
        too_short=flag(too_short, "`too_short`"),
        untagged=text_or_none(untagged, "a reason"),
        tempo_segments=tempos_of(segments),
    )


def _batches(keys: Sequence[object]) -> Iterator[list[object]]:
    """Yield the keys as parameters of statements that take BATCH of them."""
    for start in range(0, len(keys), sql.BATCH):
        part = list(keys[start : start + sql.BATCH])
        yield part + [None] * (sql.BATCH - len(part))


def _paces_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Pace]]:
    """Return the paces of the songs that have any, most confident first."""
    paces: dict[int, list[Pace]] = {}
    for part in _batches(ids):
        for song_id, bpm, confidence in connection.execute(sql.PACES_OF_SONGS, part):
            paces.setdefault(song_id, []).append(pace_record(bpm, confidence))
    return paces
