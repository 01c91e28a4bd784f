"""Every statement is served by an index, so a library of a million songs answers at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from pacetag.db import statements, statistics, steps, write_statements
from pacetag.db.index import SongIndex

BY_ID = "song_records USING INTEGER PRIMARY KEY (rowid=?)"
PATH = "song_records USING INDEX songs_by_path (path=?)"
PACES_OF_SONG = "paces USING INDEX sqlite_autoindex_paces_1 (song_id=?)"
PACE = "paces USING INDEX paces_by_bpm (bpm>? AND bpm<?)"
FOLDER = (
    PATH,
    "song_records USING INDEX songs_by_path (path>? AND path<?)",
    "song_records USING INDEX songs_by_path (path>? AND path<?)",
)
WRITES = "tag_writes USING INDEX tag_writes_by_song (path=? AND fingerprint=?)"
WRITES_OF_FILE = "tag_writes USING INDEX tag_writes_by_file "
WRITES_OF_FILE += "(inode=? AND device=? AND fingerprint=?)"
WRITES_OF_RUN = "tag_writes USING INDEX tag_writes_by_run (run=?)"
WRITE = "tag_writes USING INTEGER PRIMARY KEY (rowid=?)"

# What each statement searches by: all of it, in the order of SQLite's plan. Inserts search nothing.
SEARCHES = {
    "SONG_BY_PATH": (PATH, PACES_OF_SONG),
    "SONG_BY_FINGERPRINT": (
        BY_ID,
        "song_records USING INDEX songs_by_fingerprint (fingerprint=? AND bundle=?)",
        PACES_OF_SONG,
    ),
    "PATHS_BY_FINGERPRINT": (
        "song_records USING INDEX songs_by_fingerprint (fingerprint=?)",
        "tag_writes USING INDEX tag_writes_by_audio (fingerprint=?)",
    ),
    "COPIES": ("song_records USING INDEX songs_by_fingerprint (fingerprint=?)",),
    "SONGS_BY_PACE": (BY_ID, PACE, PACES_OF_SONG),
    "OFFERED_SONGS": (BY_ID,),
    "STATUSES": (PATH, WRITES),
    "PACES_OF_SONGS": (PACES_OF_SONG,),
    "BEST_PACES": (PACE,),
    "BEST_PACES_OF_SOME": (PACE, BY_ID),
    "NEAREST": (PACE, BY_ID),
    "OFFERED_PACES": (PACE, BY_ID),
    "STANDINGS": (PATH, WRITES),
    "WHOLE_SONGS": (
        BY_ID,
        PACES_OF_SONG,
        "opinions USING INDEX sqlite_autoindex_opinions_1 (fingerprint=?)",
        WRITES,
        WRITES,
        "runs USING INTEGER PRIMARY KEY (rowid=?)",
    ),
    "STAMPS_UNDER": FOLDER,
    "PATHS_UNDER": FOLDER,
    "SONGS_UNDER": FOLDER,
    "NOTED_UNDER": FOLDER,
    "STORE_SONG": (),
    "FORGET_PACES": (PACES_OF_SONG,),
    "STORE_PACE": (),
    "FORGET_SONG": (PATH,),
    "MARK_MISSING": (PATH,),
    "IS_KNOWN": (PATH,),
    "MOVE 0": (PATH,),
    "MOVE 1": (PATH,),
    "OPINIONS": ("song_records USING INDEX songs_by_fingerprint (fingerprint=?)",),
    "LOVED_SONGS": (
        PACES_OF_SONG,
        "song_records USING INDEX songs_by_fingerprint (fingerprint=?)",
    ),
    "FORGET_KEPT": ("kept_playlists USING INDEX sqlite_autoindex_kept_playlists_1 (target=?)",),
    "OPINION": ("opinions USING INDEX sqlite_autoindex_opinions_1 (fingerprint=?)",),
    "KEEP_PLAYLIST": (),
    "SAY": (),
    "STORE_INTRO": (),
    "STORE_PLAYLIST": (),
    "STORE_PLAYLIST_SONG": (),
    "SONGS_OF_PLAYLIST": (
        "playlist_songs USING INDEX sqlite_autoindex_playlist_songs_1 (playlist=?)",
    ),
    "START_RUN": (),
    "NOTE": (),
    "FORGET_UNFINISHED": (f"{WRITES[:-1]} AND rowid<?)", WRITE),
    "FORGET": (WRITE,),
    "FINISH": (WRITE,),
    "FOLLOW": (WRITES_OF_FILE, WRITE),
    "DISOWN": (WRITE,),
    "CARRY_OVER": (WRITES,),
    "HISTORY": (WRITE, WRITES_OF_FILE, WRITES),
    "NAMES": (
        "other USING INDEX tag_writes_by_file (inode=? AND device=? AND fingerprint=?)",
        "own USING INDEX tag_writes_by_song (path=?)",
    ),
    "FILES_OF_RUN": (WRITES_OF_RUN,),
    "STATE": (WRITES,),
    "WRITTEN_PATHS_BY_FINGERPRINT": ("tag_writes USING INDEX tag_writes_by_audio (fingerprint=?)",),
    "PATHS_OF_RUN": (WRITES_OF_RUN,),
    "MARK_UNDONE": (WRITE,),
    "RUNS": (WRITES_OF_RUN,),
    "ARTISTS": ("song_records USING INDEX songs_by_state (missing=?)",),
    "LISTENERS": ("song_records USING INDEX songs_by_listener (missing=?)",),
    "BINS": ("song_records USING INDEX songs_by_bins (missing=?)",),
    "TAKEN": (
        "_sqlite_migrations USING INDEX "
        "idx__sqlite_migrations_migration_set_name (migration_set=?)",
    ),
}
# What counts everything may read a whole index, but never the rows themselves.
SCANS = {
    "WHOLE_SONGS": ("song_records",),  # it returns all of them
    # As few as a person said something about, and as there were runs.
    "OPINIONS": ("opinions",),
    "LOVED_SONGS": ("opinions",),
    "FORGET_PLAYLIST": ("playlists",),
    "LAST_PLAYLISTS": ("playlists",),
    "INTROS": ("intros",),
    "KEPT": ("kept_playlists",),
    "COUNTS": ("song_records USING INDEX songs_by_state",),
    "ANY_SONG": (
        "song_records USING INDEX songs_by_bins",
        "tag_writes USING INDEX tag_writes_by_run",
    ),
    "RUNS": ("runs",),
    "PATHS": ("tag_writes USING INDEX tag_writes_by_song",),
    "STATE": ("CONSTANT ROW",),
}
VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


def _statements() -> Iterator[tuple[str, str]]:
    for module in (statements, statistics, steps, write_statements):
        for name, value in vars(module).items():
            if name == "MOVE":
                yield from ((f"MOVE {n}", one) for n, one in enumerate(value))
            elif name[0].isupper() and isinstance(value, str) and value.split()[0] in VERBS:
                yield name, value


ALL = dict(_statements())


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An index without a song: the plans must not hang on what is counted in it."""
    path = tmp_path_factory.mktemp("plans") / "songs.db"
    SongIndex.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    numbered = [None] * statement.count("?")
    named = _NoValues()
    plain = statement.replace("{where}", "TRUE")
    rows = connection.execute(f"EXPLAIN QUERY PLAN {plain}", numbered or named)
    return [detail for _, _, _, detail in rows]


class _NoValues(dict[str, None]):
    """A plan does not hang on the values, only on their number."""

    def __missing__(self, name: str) -> None:
        return None


def test_every_statement_is_looked_at() -> None:
    assert set(ALL) == set(SEARCHES) | set(SCANS)


@pytest.mark.parametrize("name", ALL)
def test_a_statement_searches_by_just_these_indexes(blank: sqlite3.Connection, name: str) -> None:
    plan = _plan(blank, ALL[name])

    searches = [line.removeprefix("SEARCH ") for line in plan if line.startswith("SEARCH")]
    scans = [line.removeprefix("SCAN ") for line in plan if line.startswith("SCAN")]
    assert sorted(_plain(line) for line in searches) == sorted(SEARCHES.get(name, ()))
    assert [_plain(line) for line in scans] == list(SCANS.get(name, ()))


def _plain(line: str) -> str:
    return line.removesuffix(" LEFT-JOIN").replace("COVERING ", "")


@pytest.mark.parametrize("name", ["BEST_PACES", "NEAREST", "SONGS_BY_PACE"])
def test_a_range_of_paces_is_read_from_the_index_alone(
    blank: sqlite3.Connection, name: str
) -> None:
    assert any("paces USING COVERING INDEX" in line for line in _plan(blank, ALL[name]))


@pytest.mark.parametrize("name", ["COUNTS", "ARTISTS", "BINS"])
def test_statistics_never_touch_the_wide_rows_of_songs(
    blank: sqlite3.Connection, name: str
) -> None:
    of_songs = [line for line in _plan(blank, ALL[name]) if " song_records" in line]

    assert of_songs
    assert all("COVERING INDEX" in line for line in of_songs)


@pytest.mark.parametrize("name", ["COUNTS", "BINS"])
def test_what_is_grouped_lies_in_the_order_of_its_groups(
    blank: sqlite3.Connection, name: str
) -> None:
    """A million rows need no sorting then."""
    assert not [line for line in _plan(blank, ALL[name]) if "TEMP B-TREE" in line]


def test_a_question_takes_no_more_keys_than_any_sqlite_allows() -> None:
    assert statements.STATUSES.count("?") == statements.BATCH <= 999
