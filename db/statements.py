"""The SQL of the index. Every search is served by an index of migrations.py, as tests check."""

from pacetag.db.rows import SONG_COLUMNS

# One row a pace, a single statement: another process cannot change a song half-way through.
_SONGS = f"""
    SELECT songs.id, {", ".join(SONG_COLUMNS)}, bpm, confidence
    FROM songs LEFT JOIN paces ON paces.song_id = songs.id
"""
SONG_BY_PATH = f"{_SONGS} WHERE path = :path ORDER BY rank"
SONG_BY_FINGERPRINT = f"""
    {_SONGS} WHERE songs.id = (
        SELECT id FROM songs
        WHERE fingerprint = :fingerprint AND bundle = :bundle AND failure IS NULL
        ORDER BY missing DESC, id LIMIT 1
    ) ORDER BY rank
"""
SONGS_BY_PACE = f"""
    {_SONGS} WHERE +missing = 0 AND failure IS NULL AND songs.id IN (
        SELECT song_id FROM paces
        WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
    ) ORDER BY songs.id, rank
"""

# The plus keeps SQLite from searching by `missing`, which would give nearly every song.
_UNDER = """
    (path = :self OR (path >= :text_from AND path < :text_to)
                  OR (path >= :bytes_from AND path < :bytes_to))
"""
STAMPS_UNDER = f"SELECT path, stamp FROM songs WHERE {_UNDER} AND +missing = 0"
MISSING_UNDER = f"SELECT path FROM songs WHERE {_UNDER} AND +missing = 1"

STORE_SONG = f"""
    INSERT INTO songs ({", ".join(SONG_COLUMNS)})
    VALUES ({", ".join(f":{column}" for column in SONG_COLUMNS)})
    ON CONFLICT (path) DO UPDATE
    SET {", ".join(f"{column} = excluded.{column}" for column in SONG_COLUMNS[1:])}
    RETURNING id
"""
FORGET_PACES = "DELETE FROM paces WHERE song_id = :song_id"
STORE_PACE = "INSERT INTO paces (song_id, rank, bpm, confidence) VALUES (?, ?, ?, ?)"
MARK_MISSING = "UPDATE songs SET missing = 1 WHERE path = ?"

IS_KNOWN = "SELECT 1 FROM songs WHERE path = :old"
MOVE = (
    "DELETE FROM songs WHERE path = :new",
    "UPDATE songs SET path = :new WHERE path = :old",
    "DELETE FROM old_tags WHERE path = :new",
    "UPDATE old_tags SET path = :new WHERE path = :old",
)

OLD_TAGS = "SELECT field, old_values FROM old_tags WHERE path = :path ORDER BY field"
NOTE_OLD_TAGS = """
    INSERT INTO old_tags (path, field, old_values, fingerprint) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
# Other audio under the same name is another file, which was never written.
FORGET_STALE_TAGS = """
    DELETE FROM old_tags WHERE path = :path AND fingerprint IS NOT :fingerprint
"""
FORGET_OLD_TAGS = "DELETE FROM old_tags WHERE path = :path"
