"""The SQL of the log of tag writes; every search is served by an index, as tests check."""

START_RUN = "INSERT INTO runs (command, started) VALUES (:command, :started) RETURNING id"
RUNS = """
    SELECT runs.id, command, started, count(DISTINCT path),
           count(DISTINCT CASE WHEN undone_by IS NOT NULL THEN path END)
    FROM runs JOIN tag_writes ON tag_writes.run = runs.id AND tag_writes.stamp IS NOT NULL
    WHERE new IS NULL OR new <> old
    GROUP BY runs.id ORDER BY runs.id DESC
"""

NOTE = """
    INSERT INTO tag_writes (path, fingerprint, run, old, new, stamp, undoing)
    VALUES (:path, :fingerprint, :run, :old, :new, :stamp, :undoing) RETURNING id
"""
# An earlier write that is not finished and had the same values before it never came to be, or
# will not: what it would write has changed. Before this one came to be, that was not sure: another
# process may have been at it.
FORGET_UNFINISHED = """
    DELETE FROM tag_writes
    WHERE stamp IS NULL AND id < :id AND (path, fingerprint, old) = (
        SELECT path, fingerprint, old FROM tag_writes WHERE id = :id
    )
"""
FORGET = "DELETE FROM tag_writes WHERE id = :id"
FINISH = "UPDATE tag_writes SET stamp = :stamp WHERE id = :id"
CARRY_OVER = """
    UPDATE tag_writes SET path = :new WHERE path = :old AND fingerprint = :fingerprint
"""

HISTORY = """
    SELECT id, run, old, new, stamp IS NOT NULL, undoing, undone_by IS NOT NULL
    FROM tag_writes WHERE path = :path AND fingerprint = :fingerprint ORDER BY id
"""
PATHS_OF_AUDIO = """
    SELECT path FROM tag_writes WHERE fingerprint = :fingerprint GROUP BY path ORDER BY min(id)
"""
PATHS = "SELECT path FROM tag_writes GROUP BY path ORDER BY path"
PATHS_OF_RUN = "SELECT DISTINCT path FROM tag_writes WHERE run = :run ORDER BY path"

MARK_UNDONE = """
    UPDATE tag_writes SET undone_by = :run
    WHERE path = :path AND fingerprint = :fingerprint AND id >= :first AND id < :own
      AND undone_by IS NULL
"""
# What an undo took back stands again once the undo itself is taken back.
MARK_STANDING = """
    UPDATE tag_writes SET undone_by = NULL
    WHERE path = :path AND fingerprint = :fingerprint AND id < :first AND undone_by IN (
        SELECT run FROM tag_writes
        WHERE path = :path AND fingerprint = :fingerprint AND id >= :first AND undoing
    )
"""


def tag_state(path: str, fingerprint: str) -> str:
    """The TagState of a song, as an expression; the arguments are expressions, too."""
    return f"""coalesce((
        SELECT CASE WHEN undoing THEN 2 ELSE stamp IS NOT NULL END
        FROM tag_writes
        WHERE tag_writes.path = {path} AND tag_writes.fingerprint = {fingerprint}
        ORDER BY tag_writes.id DESC LIMIT 1
    ), 0)"""


STATE = f"SELECT {tag_state(':path', ':fingerprint')}"
