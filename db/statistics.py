"""The index in numbers."""

import sqlite3

from pacetag.db.bins import histogram
from pacetag.db.connection import snapshot
from pacetag.db.records import IndexStats

# Each is one pass over an index that holds every column it reads, in the order it groups them.
COUNTS = """
    SELECT missing, bundle, count(*) AS songs, count(failure) AS failed,
           coalesce(sum(duration), 0) AS seconds
    FROM songs INDEXED BY songs_by_state GROUP BY missing, bundle
"""
ARTISTS = "SELECT count(DISTINCT artist) FROM songs INDEXED BY songs_by_state WHERE missing = 0"
BINS = """
    SELECT bins, count(*) FROM songs INDEXED BY songs_by_bins WHERE missing = 0 GROUP BY bins
"""


def index_statistics(connection: sqlite3.Connection) -> IndexStats:
    """Count everything in one snapshot of the index."""
    with snapshot(connection):
        counts = connection.execute(COUNTS).fetchall()
        (artists,) = connection.execute(ARTISTS).fetchone()
        bins = connection.execute(BINS).fetchall()
    present = [row[1:] for row in counts if not row[0]]
    songs = sum(songs for _, songs, _, _ in present)
    failed = sum(failed for _, _, failed, _ in present)
    with_paces = sum(count for places, count in bins if places)
    return IndexStats(
        songs=songs,
        with_paces=with_paces,
        without_paces=songs - failed - with_paces,
        failed=failed,
        missing=sum(row[2] for row in counts if row[0]),
        artists=artists,
        total_seconds=sum(seconds for _, _, _, seconds in present),
        histogram=histogram(bins),
        bundles={
            bundle: songs - failed
            for bundle, songs, failed, _ in present
            if bundle is not None and songs > failed
        },
    )
