"""The index in numbers."""

from pacetag.db.light_sqlite_utils import Database
from pacetag.db.records import IndexStats

LOWEST, HIGHEST, BIN = 40, 320, 10  # bpm; the range in which tempos are judged

# One pass over songs_by_state, which holds every column that is read here.
COUNTS = """
    SELECT missing, failure IS NOT NULL AS failed, count(*) AS songs,
           coalesce(sum(duration), 0) AS seconds
    FROM songs INDEXED BY songs_by_state GROUP BY 1, 2
"""
ARTISTS = """
    SELECT count(DISTINCT artist) AS artists FROM songs INDEXED BY songs_by_state
    WHERE missing = 0
"""
BUNDLES = """
    SELECT bundle, count(*) AS songs FROM songs INDEXED BY songs_by_state
    WHERE missing = 0 AND failure IS NULL AND bundle IS NOT NULL GROUP BY bundle ORDER BY bundle
"""
WITH_PACES = """
    SELECT count(*) AS songs FROM songs INDEXED BY songs_by_state
    WHERE missing = 0 AND failure IS NULL
      AND EXISTS (SELECT 1 FROM paces WHERE song_id = songs.id)
"""
# The highest bin takes its upper border too: 320 itself is a tempo that is judged.
HISTOGRAM = """
    SELECT CAST((min(bpm, :highest - 0.005) - :lowest) / :bin AS INTEGER) AS place,
           count(DISTINCT song_id) AS songs
    FROM paces JOIN songs ON songs.id = song_id
    WHERE bpm BETWEEN :lowest AND :highest AND missing = 0 AND failure IS NULL
    GROUP BY 1
"""


def index_statistics(db: Database) -> IndexStats:
    """Count everything in one snapshot of the index."""
    with db.atomic():
        counts = list(db.query(COUNTS))
        artists = next(db.query(ARTISTS))["artists"]
        bundles = {row["bundle"]: row["songs"] for row in db.query(BUNDLES)}
        with_paces = next(db.query(WITH_PACES))["songs"]
        bounds = {"lowest": LOWEST, "highest": HIGHEST, "bin": BIN}
        places = {row["place"]: row["songs"] for row in db.query(HISTOGRAM, bounds)}
    present = [row for row in counts if not row["missing"]]
    songs = sum(row["songs"] for row in present)
    failed = sum(row["songs"] for row in present if row["failed"])
    starts = range(LOWEST, HIGHEST, BIN)
    return IndexStats(
        songs=songs,
        with_paces=with_paces,
        without_paces=songs - failed - with_paces,
        failed=failed,
        missing=sum(row["songs"] for row in counts if row["missing"]),
        artists=artists,
        total_seconds=sum(row["seconds"] for row in present),
        histogram=tuple((start, places.get(i, 0)) for i, start in enumerate(starts)),
        bundles=bundles,
    )
