"""The SQL of the log of tag writes. An index serves every search, as tests check."""

START_RUN = "INSERT INTO runs (command, started) VALUES (:command, :started) RETURNING id"
RUNS = """
    SELECT runs.id, command, started, count(DISTINCT path),
           count(DISTINCT CASE WHEN undone_by IS NOT NULL THEN path END)
    FROM runs JOIN tag_writes ON tag_writes.run = runs.id AND tag_writes.stamp IS NOT NULL
    WHERE new IS NULL OR new <> old
    GROUP BY runs.id ORDER BY runs.id DESC
"""

NOTE = """
    INSERT INTO tag_writes (path, fingerprint, device, inode, run, old, new, stamp, undoing)
    VALUES (:path, :fingerprint, :device, :inode, :run, :old, :new, :stamp, :undoing) RETURNING id
"""
# An earlier unfinished write with the same values before it did not happen and never will: what it
# would write has changed. Until this one was finished, another process might have been writing it.
FORGET_UNFINISHED = """
    DELETE FROM tag_writes
    WHERE stamp IS NULL AND id < :id AND (path, fingerprint, old) = (
        SELECT path, fingerprint, old FROM tag_writes WHERE id = :id
    )
"""
FORGET = "DELETE FROM tag_writes WHERE id = :id"
FINISH = "UPDATE tag_writes SET stamp = :stamp WHERE id = :id"
# A file that was replaced by a copy has a new inode; all of its history gets it.
FOLLOW = """
    UPDATE tag_writes SET inode = :inode
    WHERE (inode, device, fingerprint) = (
        SELECT inode, device, fingerprint FROM tag_writes WHERE id = :id
    )
"""
DISOWN = "UPDATE tag_writes SET device = NULL, inode = NULL WHERE id = :id"
CARRY_OVER = """
    UPDATE tag_writes SET path = :new WHERE path = :old AND fingerprint = :fingerprint
"""

HISTORY = """
    SELECT id, path, device, inode, run, old, new, stamp IS NOT NULL, undoing, undone_by
    FROM tag_writes WHERE id IN (
        SELECT id FROM tag_writes WHERE path = :path AND fingerprint = :fingerprint
        UNION
        SELECT id FROM tag_writes
        WHERE inode = :inode AND device = :device AND fingerprint = :fingerprint
    ) ORDER BY id
"""
WRITTEN_PATHS_BY_FINGERPRINT = """
    SELECT path FROM tag_writes WHERE fingerprint = :fingerprint GROUP BY path ORDER BY min(id)
"""
PATHS = "SELECT path FROM tag_writes GROUP BY path ORDER BY path"
# All paths of the files that are, or were, at a path.
NAMES = """
    SELECT DISTINCT other.path
    FROM tag_writes AS own JOIN tag_writes AS other
    ON other.inode = own.inode AND other.device = own.device
       AND other.fingerprint = own.fingerprint
    WHERE own.path = :path ORDER BY other.path
"""
FILES_OF_RUN = """
    SELECT DISTINCT device, inode FROM tag_writes WHERE run = :run AND inode IS NOT NULL
"""
PATHS_OF_RUN = "SELECT DISTINCT path FROM tag_writes WHERE run = :run ORDER BY path"

MARK_UNDONE = "UPDATE tag_writes SET undone_by = :run WHERE id = :id"


def tag_state(path: str, fingerprint: str) -> str:
    """Return an SQL expression for a song's TagState; the arguments are expressions, too."""
    return f"""coalesce((
        SELECT CASE WHEN undoing THEN 2 ELSE stamp IS NOT NULL END
        FROM tag_writes
        WHERE tag_writes.path = {path} AND tag_writes.fingerprint = {fingerprint}
        ORDER BY tag_writes.id DESC LIMIT 1
    ), 0)"""


STATE = f"SELECT {tag_state(':path', ':fingerprint')}"
