"""The SQL of the song index. An index serves every search, as tests check."""

from pacetag.db.rows import SONG_COLUMNS, STORED_COLUMNS
from pacetag.db.write_statements import tag_state

BATCH = 256  # keys in one statement; SQLite may be built for no more than 999
_KEYS = ", ".join("?" * BATCH)  # unused ones are NULL, which equals nothing

# One row per pace, in a single statement: another process cannot change a song half-way through.
_SONGS = f"""
    SELECT song_records.id, {", ".join(SONG_COLUMNS)}, bpm, confidence
    FROM song_records LEFT JOIN paces ON paces.song_id = song_records.id
"""
SONG_BY_PATH = f"{_SONGS} WHERE path = :path ORDER BY rank"
SONG_BY_FINGERPRINT = f"""
    {_SONGS} WHERE song_records.id = (
        SELECT id FROM song_records
        WHERE fingerprint = :fingerprint AND bundle = :bundle AND failure IS NULL
        ORDER BY missing DESC, id LIMIT 1
    ) ORDER BY rank
"""
PATHS_BY_FINGERPRINT = """
    SELECT path FROM song_records WHERE fingerprint = :fingerprint
    UNION SELECT path FROM tag_writes WHERE fingerprint = :fingerprint
"""
COPIES = (
    "SELECT path FROM song_records WHERE fingerprint = :fingerprint AND +missing = 0 ORDER BY id"
)
ANY_SONG = "SELECT 1 FROM song_records UNION ALL SELECT 1 FROM tag_writes LIMIT 1"
SONGS_BY_PACE = f"""
    {_SONGS} WHERE +missing = 0 AND failure IS NULL AND song_records.id IN (
        SELECT song_id FROM paces
        WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
    ) AND ({{where}}) ORDER BY song_records.id, rank
"""
# For many songs, songs and paces are read apart: a join repeats the names for every pace.
OFFERED_SONGS = f"""
    SELECT id, {", ".join(SONG_COLUMNS)}
    FROM song_records WHERE id IN ({_KEYS}) AND +missing = 0 AND failure IS NULL
"""
STATUSES = f"""
    SELECT id, path, stamp, bundle, failure, too_short, missing, listener, untagged, year,
           {tag_state("song_records.path", "song_records.fingerprint")}
    FROM song_records WHERE path IN ({_KEYS})
"""
PACES_OF_SONGS = f"""
    SELECT song_id, bpm, confidence FROM paces WHERE song_id IN ({_KEYS}) ORDER BY song_id, rank
"""

# The worth of a pace falls as a parabola. The index of paces holds all that it takes, so the wide
# rows of songs are read for the best few only.
BEST_PACES = """
    SELECT song_id,
           confidence * (1 - :fall * (bpm / :centre - 1) * (bpm / :centre - 1)) AS worth
    FROM paces WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
    ORDER BY worth DESC LIMIT :at_most
"""
# The same of songs that a condition holds for, which must be looked up for each pace.
BEST_PACES_OF_SOME = """
    SELECT song_id,
           confidence * (1 - :fall * (bpm / :centre - 1) * (bpm / :centre - 1)) AS worth
    FROM paces CROSS JOIN song_records ON song_records.id = song_id
    WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
      AND +missing = 0 AND failure IS NULL AND ({where})
    ORDER BY worth DESC LIMIT :at_most
"""
# The distance of each audio, with the names of the nearest song: beside min(), SQLite takes the
# other columns from the row of the minimum. Copies of the same fingerprint count once.
NEAREST = """
    SELECT song_records.id, min(abs(bpm / :centre - 1)), title, artist, duration
    FROM paces CROSS JOIN song_records ON song_records.id = song_id
    WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
      AND +missing = 0 AND failure IS NULL AND ({where})
    GROUP BY coalesce(fingerprint, song_records.id)
"""
# `where` is a condition on songs. For many songs this reads far less than whole songs are.
OFFERED_PACES = """
    SELECT song_records.id, path, fingerprint, title, artist, album_artist, duration, spread,
           intensity, bpm, confidence
    FROM paces CROSS JOIN song_records ON song_records.id = song_id
    WHERE bpm BETWEEN :low AND :high AND confidence >= :min_confidence
      AND +missing = 0 AND failure IS NULL AND ({where})
"""
# The view `songs` says what stands in other tables. It has columns of the same names, so `where`
# sees the table alone.
WHOLE_SONGS = f"""
    SELECT song_records.id, songs.opinion, songs.tagged, songs.tagged_at,
           {", ".join(f"song_records.{column}" for column in SONG_COLUMNS)}, bpm, confidence
    FROM (SELECT * FROM song_records WHERE {{where}}) AS song_records
    JOIN songs ON songs.id = song_records.id
    LEFT JOIN paces ON paces.song_id = song_records.id
    ORDER BY song_records.id, rank
"""
STANDINGS = f"""
    SELECT path, id, untagged, {tag_state("song_records.path", "song_records.fingerprint")}
    FROM song_records WHERE path IN ({_KEYS})
"""

# The plus keeps SQLite from searching by `missing`, which selects nearly every song.
_UNDER = """
    (path = :self OR (path >= :text_from AND path < :text_to)
                  OR (path >= :bytes_from AND path < :bytes_to))
"""
STAMPS_UNDER = f"SELECT path, stamp FROM song_records WHERE {_UNDER} AND +missing = 0"
PATHS_UNDER = f"SELECT path FROM song_records WHERE {_UNDER} AND +missing = 0"
SONGS_UNDER = f"SELECT path, missing FROM song_records WHERE {_UNDER}"
NOTED_UNDER = f"""
    SELECT path, failure, too_short, untagged, changes FROM song_records
    WHERE {_UNDER} AND +missing = 0
      AND (failure IS NOT NULL OR untagged IS NOT NULL OR changes IS NOT NULL)
"""

# When a song was first met does not change.
_CHANGED = [column for column in STORED_COLUMNS if column not in ("path", "added")]
STORE_SONG = f"""
    INSERT INTO song_records ({", ".join(STORED_COLUMNS)})
    VALUES ({", ".join(f":{column}" for column in STORED_COLUMNS)})
    ON CONFLICT (path) DO UPDATE
    SET {", ".join(f"{column} = excluded.{column}" for column in _CHANGED)},
        added = coalesce(song_records.added, excluded.added)
    RETURNING id
"""
FORGET_PACES = "DELETE FROM paces WHERE song_id = :song_id"
STORE_PACE = "INSERT INTO paces (song_id, rank, bpm, confidence) VALUES (?, ?, ?, ?)"
FORGET_SONG = (
    "DELETE FROM song_records WHERE path = ?"  # deletes its paces, too, but not its writes
)
MARK_MISSING = "UPDATE song_records SET missing = 1 WHERE path = ?"

IS_KNOWN = "SELECT 1 FROM song_records WHERE path = :old AND fingerprint IS :fingerprint"
MOVE = (
    "DELETE FROM song_records WHERE path = :new",
    "UPDATE song_records SET path = :new WHERE path = :old",
)

OPINIONS = """
    SELECT fingerprint, opinion, name, duration, EXISTS (
        SELECT 1 FROM song_records
        WHERE song_records.fingerprint = opinions.fingerprint
          AND +missing = 0 AND failure IS NULL
    ) FROM opinions WHERE opinion <> 'none'
"""
LOVED_SONGS = """
    SELECT id FROM song_records
    WHERE fingerprint IN (SELECT fingerprint FROM opinions WHERE opinion = 'loved')
      AND +missing = 0 AND failure IS NULL AND ({where})
      AND EXISTS (
        SELECT 1 FROM paces WHERE song_id = song_records.id
          AND bpm BETWEEN :low AND :high AND confidence >= :min_confidence
      )
"""
OPINION = "SELECT opinion FROM opinions WHERE fingerprint = :fingerprint"
SAY = """
    INSERT INTO opinions (fingerprint, opinion, name, duration, said)
    VALUES (:fingerprint, :opinion, :name, :duration, :said)
    ON CONFLICT (fingerprint) DO UPDATE
    SET opinion = excluded.opinion, name = excluded.name, duration = excluded.duration,
        said = excluded.said
"""
# A playlist that is written again soon takes the place of its earlier form.
FORGET_PLAYLIST = "DELETE FROM playlists WHERE target = :target AND written > :since"
STORE_PLAYLIST = "INSERT INTO playlists (written, target) VALUES (:now, :target) RETURNING id"
STORE_PLAYLIST_SONG = """
    INSERT INTO playlist_songs (playlist, place, fingerprint, name) VALUES (?, ?, ?, ?)
"""
LAST_PLAYLISTS = """
    SELECT id FROM playlists WHERE NOT (target IS :target AND written > :since)
    ORDER BY id DESC LIMIT :most
"""
SONGS_OF_PLAYLIST = "SELECT fingerprint, name FROM playlist_songs WHERE playlist = ?"

INTROS = "SELECT fingerprint, seconds FROM intros WHERE method = :method"
STORE_INTRO = """
    INSERT OR REPLACE INTO intros (fingerprint, method, seconds)
    VALUES (:fingerprint, :method, :seconds)
"""
KEPT = "SELECT target, folder, arguments, hash, since FROM kept_playlists ORDER BY since, target"
KEEP_PLAYLIST = """
    INSERT INTO kept_playlists (target, folder, arguments, hash, since)
    VALUES (:target, :folder, :arguments, :hash, :since)
    ON CONFLICT (target) DO UPDATE
    SET folder = excluded.folder, arguments = excluded.arguments, hash = excluded.hash
"""
FORGET_KEPT = "DELETE FROM kept_playlists WHERE target = :target"
