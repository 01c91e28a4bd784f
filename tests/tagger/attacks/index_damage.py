"""Ways to damage an index: its bytes, its pages, its schema, its values, and what lies beside it.

Each takes a random generator and the index's file, and returns what it did.
"""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

PAGE = 4096  # bytes
TABLES = {
    "song_records": "path stamp fingerprint title artist album genre duration spread changes "
    "bundle failure missing bins year added album_artist",
    "paces": "song_id rank bpm confidence",
    "opinions": "fingerprint opinion name duration said",
    "playlists": "id written target",
    "kept_playlists": "target folder arguments hash since",
    "playlist_songs": "playlist place fingerprint name",
    "runs": "id command started",
    "tag_writes": "path fingerprint run old new stamp undoing undone_by",
    "_sqlite_migrations": "migration_set name applied_at",
}
DEEP = "[" * 100_000
VALUES: list[object] = [
    *(None, 0, 1, -1, 2, 5, 9, 300, 1 << 40, (1 << 63) - 1, -(1 << 63), 1e308, -1e308, 9e999, 0.5),
    *("", "x", " ", "\0", "a\0b", "-5", "1e999", "nan", "NaN NaN", "Infinity 1", "100.00", "1 2 3"),
    *(
        b"",
        b"\xff\xfe",
        b"/\xff",
        "/",
        "/a\0b",
        "relative/song.mp3",
        "../up.flac",
        "/" + "n" * 5000,
    ),
    *("1 2 3", "1 2 3 4 5", "a b c d", "1 2 3 x", "9" * 5000, "-1 0 0 0", "1.5 2 3 4", "１ 2 3 4"),
    *("[]", "{}", "null", "7", '{"pace": 7}', '{"pace": [7]}', '{"pace": "172"}', '{"x": ["1"]}'),
    *('{"pace": ["172"]}', '{"bpm": ["\\ud800"]}', '{"bpm": ["a\\u0000b"]}', '{"bpm": ["loud"]}'),
    *(DEEP, '{"a":' * 100_000, '{"pace": [' + "[" * 3000, "{" * 10, '{"pace": NaN}', "9" * 9000),
    *("scan", "0005_runs", "9999_wonders", "fake-1", "zz" * 16, "\u2028", "\x1b[31m", 1e15, 1e11),
]
SCHEMA_EDITS = [
    *(("TEXT", "BLOB"), ("INTEGER", "TEXT"), ("FLOAT", "TEXT"), ("REAL", "TEXT"), ("BLOB", "INT")),
    *(
        ("NOT NULL", ""),
        ("title", "tit1e"),
        ("bpm", "bpn"),
        ("PRIMARY KEY", ""),
        ("songs", "sangs"),
    ),
    *(
        ("CREATE TABLE", "CREATE VIEW"),
        ("path", "pa\udcffth"),
        ("(", "(("),
        ("started", "startled"),
    ),
    *(("UNIQUE", ""), ("REFERENCES", "REFERENCE"), ("TEXT", "TEXT CHECK (0)"), ("old", "new")),
]
STATEMENTS = [
    *("DROP TABLE paces", "DROP TABLE runs", "DROP TABLE tag_writes", "DROP TABLE song_records"),
    *("DROP INDEX songs_by_state", "DROP INDEX songs_by_path", "DROP INDEX tag_writes_by_song"),
    *("DELETE FROM _sqlite_migrations", "DROP TABLE _sqlite_migrations", "DELETE FROM runs"),
    "DELETE FROM _sqlite_migrations WHERE name = '0005_runs'",
    "DELETE FROM _sqlite_migrations WHERE name > '0001'",
    *("PRAGMA journal_mode = DELETE", "PRAGMA user_version = 77", "PRAGMA application_id = 77"),
    "CREATE TRIGGER t BEFORE INSERT ON song_records BEGIN SELECT RAISE(ABORT, 'no'); END",
    "CREATE TRIGGER t BEFORE UPDATE ON tag_writes BEGIN SELECT RAISE(FAIL, 'no'); END",
    "ALTER TABLE runs RENAME COLUMN command TO commands",
    "ALTER TABLE song_records ADD COLUMN more TEXT",
    "INSERT INTO paces SELECT song_id, rank + 9, bpm, confidence FROM paces",
    "CREATE VIEW other AS SELECT * FROM songs",
]
VIEW = (
    "CREATE VIEW {} AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT x AS id, x AS run, x AS song_id FROM n"
)

Damage = Callable[[random.Random, Path], str]


def _flips(draw: random.Random, file: Path) -> str:
    data = bytearray(file.read_bytes())
    count = draw.choice([1, 1, 3, 16, 100, 1000])
    start = draw.choice([0, 0, draw.randrange(len(data))])
    end = min(len(data), start + draw.choice([100, PAGE, len(data)]))
    for _ in range(count):
        data[draw.randrange(start, end)] ^= 1 << draw.randrange(8)
    file.write_bytes(data)
    return f"{count} bits of {file.name} from {start} to {end} flipped"


def _text_flips(draw: random.Random, file: Path) -> str:
    """Flip bits where values are: among texts, at the ends of pages."""
    data = bytearray(file.read_bytes())
    places = [at for at, byte in enumerate(data[PAGE:], PAGE) if 0x20 < byte < 0x7F]
    for at in draw.sample(places, min(len(places), 40)):
        data[at] ^= 1 << draw.randrange(8)
    file.write_bytes(data)
    return f"40 letters of {file.name} flipped"


def _cut(draw: random.Random, file: Path) -> str:
    length = draw.randrange(file.stat().st_size)
    file.write_bytes(file.read_bytes()[:length])
    return f"{file.name} cut at {length}"


def _pages(draw: random.Random, file: Path) -> str:
    data = bytearray(file.read_bytes())
    count = draw.randint(1, 3)
    for _ in range(count):
        start = PAGE * draw.randrange(max(1, len(data) // PAGE))
        other = PAGE * draw.randrange(max(1, len(data) // PAGE))
        kind = draw.choice(["zeros", "noise", "swapped"])
        content = {
            "zeros": bytes(PAGE),
            "noise": draw.randbytes(PAGE),
            "swapped": bytes(data[other : other + PAGE]),
        }[kind]
        data[start : start + PAGE] = content
    file.write_bytes(data)
    return f"{count} pages of {file.name} replaced, the last at {start} by {kind}"


def _values(draw: random.Random, file: Path) -> str:
    table = draw.choice(list(TABLES))
    column = draw.choice(TABLES[table].split())
    value = draw.choice(VALUES)
    where = draw.choice(["", " WHERE rowid = 1", " WHERE rowid % 2"])
    with closing(sqlite3.connect(file)) as connection:
        _without_constraints(connection)
        with suppress(sqlite3.Error, OverflowError):
            connection.execute(f"UPDATE {table} SET {column} = ?{where}", [value])
        connection.commit()
    return f"{table}.{column} = {ascii(value)[:60]}{where}"


def _without_constraints(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE type = 'table'"
    )
    connection.commit()


def _schema(draw: random.Random, file: Path) -> str:
    old, new = draw.choice(SCHEMA_EDITS)
    name = draw.choice(["%", "song%", "paces", "runs", "tag_writes", "%by%"])
    with closing(sqlite3.connect(file)) as connection, suppress(sqlite3.Error):
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = CAST(replace(sql, ?, ?) AS TEXT) WHERE name LIKE ?",
            [old, new.encode("utf-8", "surrogateescape"), name],
        )
        connection.commit()
    return f"{old!r} in the schema of {name} made {new!a}"


def _statement(draw: random.Random, file: Path) -> str:
    statement = draw.choice([*STATEMENTS, *map(VIEW.format, ("songs", "paces", "runs"))])
    with closing(sqlite3.connect(file)) as connection, suppress(sqlite3.Error):
        if statement.startswith("CREATE VIEW"):
            connection.execute(f"DROP TABLE {statement.split()[2]}")
        connection.execute(statement)
        connection.commit()
    return statement


def _neighbour(draw: random.Random, file: Path) -> str:
    suffix = draw.choice(["-journal", "-shm", "-wal"])
    content = draw.randbytes(draw.choice([1, 512, 40_000]))
    if suffix == "-journal" and draw.random() < 0.5:
        content = bytes.fromhex("d9d505f920a163d7") + content
    file.with_name(file.name + suffix).write_bytes(content)
    return f"{len(content)} bytes of noise in {suffix}"


def _wal(draw: random.Random, file: Path) -> str:
    log = file.with_name(f"{file.name}-wal")
    if not log.exists():
        return _flips(draw, file)
    return draw.choice([_flips, _cut, _pages])(draw, log)


KINDS: list[Damage] = [
    *(_flips, _text_flips, _cut, _pages, _values, _values, _values, _schema, _statement),
    *(_neighbour, _wal),
]


def damage(draw: random.Random, file: Path) -> str:
    """Damage an index in one way; return what was done."""
    return draw.choice(KINDS)(draw, file)
