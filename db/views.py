"""The views for people who query the index by SQL: `songs` and `song_paces`.

`docs/index.md` explains the columns. Steps of `migrations.py` make these views, so the texts are
append-only as the steps are: a later shape gets texts of its own.
"""

# A path is text, except where the file's name is not UTF-8: then its bytes are spelt out, since a
# blob helps no reader, and SQLite has no function for that.
_PATH = r"""
        CASE typeof(path) WHEN 'blob' THEN (
            WITH RECURSIVE places(n) AS (
                SELECT 1 UNION ALL SELECT n + 1 FROM places WHERE n < length(path)
            )
            SELECT group_concat(CASE
                WHEN hex(substr(path, n, 1)) BETWEEN '20' AND '7E'
                THEN CAST(substr(path, n, 1) AS TEXT)
                ELSE '\x' || lower(hex(substr(path, n, 1)))
            END, '') FROM places
        ) ELSE path END"""

# The modification time is the second number of a stamp, in nanoseconds; a stamp of zeros says that
# the file is to be looked at again.
SONGS = f"""
    CREATE VIEW songs AS SELECT
        id,{_PATH} AS path,
        title, artist, album, genre,
        duration AS duration_s,
        CASE WHEN failure IS NULL THEN (
            SELECT group_concat(whole, ' ') FROM (
                SELECT CAST(round(bpm, 2) + 0.5 AS INTEGER) AS whole
                FROM paces WHERE song_id = song_records.id ORDER BY rank
            )
        ) END AS paces,
        CASE listener WHEN '' THEN 'none' ELSE listener END AS listener_paces,
        replace(replace(judged, ' ', ', '), '@', ' at ') AS network_paces,
        spread AS tempo_cv,
        changes AS tempo_segments,
        CASE
            WHEN too_short THEN 'too short'
            WHEN failure IS NOT NULL THEN 'failed'
            WHEN bundle IS NULL THEN 'not judged'
            ELSE 'judged'
        END AS status,
        untagged IS NULL AND (
            SELECT stamp IS NOT NULL AND NOT undoing FROM tag_writes
            WHERE tag_writes.path = song_records.path
              AND tag_writes.fingerprint = song_records.fingerprint
            ORDER BY tag_writes.id DESC LIMIT 1
        ) IS TRUE AS tagged,
        coalesce(failure, untagged) AS reason,
        missing,
        bundle,
        (
            SELECT strftime('%Y-%m-%dT%H:%M:%SZ', runs.started, 'unixepoch')
            FROM tag_writes JOIN runs ON runs.id = tag_writes.run
            WHERE tag_writes.path = song_records.path
              AND tag_writes.fingerprint = song_records.fingerprint
              AND stamp IS NOT NULL AND NOT undoing AND undone_by IS NULL
            ORDER BY tag_writes.id DESC LIMIT 1
        ) AS tagged_at,
        nullif(CAST(stamp AS INTEGER), 0) AS size_bytes,
        strftime(
            '%Y-%m-%dT%H:%M:%SZ',
            nullif(CAST(substr(stamp, instr(stamp, ' ')) AS INTEGER), 0) / 1000000000,
            'unixepoch'
        ) AS modified_at,
        fingerprint
    FROM song_records
"""

# Step 0010.
SONGS_WITH_DATES = SONGS.replace(
    "title, artist, album, genre,",
    "title, artist, album, album_artist, genre, nullif(year, 0) AS year,",
).replace(
    "        fingerprint\n    FROM",
    """        strftime('%Y-%m-%dT%H:%M:%SZ', added, 'unixepoch') AS added_at,
        fingerprint
    FROM""",
)

# Step 0011.
SONGS_WITH_OPINIONS = SONGS_WITH_DATES.replace(
    "        CASE\n            WHEN too_short",
    """        (
            SELECT nullif(opinion, 'none') FROM opinions
            WHERE opinions.fingerprint = song_records.fingerprint
        ) AS opinion,
        CASE
            WHEN too_short""",
)

# Step 0013.
SONGS_WITH_INTENSITY = SONGS_WITH_OPINIONS.replace(
    "        changes AS tempo_segments,\n",
    "        changes AS tempo_segments,\n        intensity,\n",
)

# The plus keeps SQLite from searching by `missing`, which selects nearly every song.
SONG_PACES = f"""
    CREATE VIEW IF NOT EXISTS song_paces AS SELECT
        song_id,{_PATH} AS path,
        title, artist,
        duration AS duration_s,
        bpm AS pace,
        confidence,
        rank + 1 AS rank,
        listener IS NOT NULL AS by_listener
    FROM paces JOIN song_records ON song_records.id = paces.song_id
    WHERE +missing = 0 AND failure IS NULL
"""
