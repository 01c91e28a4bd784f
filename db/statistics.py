"""The index in numbers."""

import sqlite3

from pacetag.db.bins import BEYOND, histogram
from pacetag.db.connection import snapshot
from pacetag.db.records import IndexStats
from pacetag.db.values import BadValueError, flag, number, text_or_none, whole

# Each is one pass over an index that holds all columns that it reads, in the order of its groups.
COUNTS = """
    SELECT missing, bundle, count(*) AS songs, count(failure) AS failed,
           coalesce(sum(duration), 0) AS seconds
    FROM song_records INDEXED BY songs_by_state GROUP BY missing, bundle
"""
ARTISTS = (
    "SELECT count(DISTINCT artist) FROM song_records INDEXED BY songs_by_state WHERE missing = 0"
)
LISTENERS = (
    "SELECT count(*) FROM song_records WHERE listener >= '' AND missing = 0"  # text of any kind
)
BINS = """
    SELECT bins, count(*) FROM song_records INDEXED BY songs_by_bins WHERE missing = 0 GROUP BY bins
"""

MOST = 2 * BEYOND - 1  # all bins at once


def index_statistics(connection: sqlite3.Connection) -> IndexStats:
    """Return the index in numbers, from one snapshot. Raises BadValueError."""
    with snapshot(connection):
        counts = [_counted(*row) for row in connection.execute(COUNTS)]
        (artists,) = connection.execute(ARTISTS).fetchone()
        (listeners,) = connection.execute(LISTENERS).fetchone()
        rows = connection.execute(BINS)
        bins = [(whole(places, "a set of paces", most=MOST), count) for places, count in rows]
    present = [row[1:] for row in counts if not row[0]]
    songs = sum(songs for _, songs, _, _ in present)
    failed = sum(failed for _, _, failed, _ in present)
    with_paces = sum(count for places, count in bins if places)
    if with_paces > songs - failed:
        raise BadValueError("the number of songs with paces", with_paces)
    return IndexStats(
        songs=songs,
        with_paces=with_paces,
        without_paces=songs - failed - with_paces,
        failed=failed,
        missing=sum(row[2] for row in counts if row[0]),
        listener=listeners,
        artists=artists,
        total_seconds=sum(seconds for _, _, _, seconds in present),
        histogram=histogram(bins),
        bundles={
            bundle: songs - failed
            for bundle, songs, failed, _ in present
            if bundle is not None and songs > failed
        },
    )


def _counted(
    missing: object, bundle: object, songs: object, failed: object, seconds: object
) -> tuple[bool, str | None, int, int, float]:
    """A row of COUNTS."""
    return (
        flag(missing, "`missing`"),
        text_or_none(bundle, "a bundle"),
        whole(songs, "a number of songs"),
        whole(failed, "a number of songs"),
        number(seconds, "a length"),
    )
