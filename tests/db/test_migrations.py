"""Any index that pacetag ever made is brought up to date; any other file is left alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from pacetag.db.errors import ForeignIndexError, NewerIndexError, SongIndexError
from pacetag.db.index import SongIndex
from pacetag.db.migrations import MIGRATIONS
from pacetag.db.records import NEVER, Opinion, SongRecord
from pacetag.db.steps import STEPS, is_current
from pacetag.db.upgrade import migrate

MakeSong = Callable[..., SongRecord]

# What each shape could hold, as its own time wrote it. Never edited, as the steps themselves.
WRITTEN_THEN = {
    "0001_songs_and_paces": """
        INSERT INTO songs (id, path, stamp, fingerprint, title, artist, album, genre, duration,
                           bundle, failure, missing)
        VALUES (7, '/a.mp3', '1000 2000 3000 4', 'f', 'Hill', 'Legs', 'Road', 'Rock', 200.5,
                'ear-1', NULL, 0);
        INSERT INTO paces (song_id, rank, bpm, confidence) VALUES (7, 0, 165.25, 0.9);
    """,
    "0002_old_tags": """
        INSERT INTO old_tags (path, field, old_values, fingerprint)
        VALUES ('/a.mp3', 'bpm', '["82"]', 'f');
    """,
    "0003_steadiness": "UPDATE songs SET spread = 0.004, changes = '100.00 141.00' WHERE id = 7;",
    "0004_pace_bins": f"UPDATE songs SET bins = {1 << 12} WHERE id = 7;",
    "0005_runs": """
        UPDATE tag_writes SET new = '{"bpm": ["165"]}' WHERE path = '/a.mp3';
    """,
    "0006_files_by_inode": """
        UPDATE tag_writes SET device = '2049', inode = '18446744073709551615';
    """,
    "0007_kinds_of_failure": """
        INSERT INTO songs (id, path, stamp, failure, too_short, missing)
        VALUES (8, '/short.mp3', '1000 2000 3000 5', '3.0 s long', 1, 0);
    """,
    "0008_listeners_word": """
        UPDATE songs SET listener = '84 168', judged = '82.49@1.0000', untagged = 'read-only'
        WHERE id = 7;
    """,
    "0009_views": "UPDATE song_records SET listener = '84 168' WHERE id = 7;",
    "0010_dates": "UPDATE song_records SET year = 1999, added = 1000.5 WHERE id = 7;",
    "0011_opinions": "INSERT INTO opinions (fingerprint, opinion) VALUES ('f', 'loved');",
    "0012_playlists": """
        INSERT INTO playlists (id, written, target) VALUES (1, 1000.5, '/run.m3u8');
        INSERT INTO playlist_songs (playlist, place, fingerprint) VALUES (1, 0, 'f');
    """,
    "0013_intensity": "UPDATE song_records SET intensity = 0.62 WHERE id = 7;",
    "0014_intros": "INSERT INTO intros (fingerprint, method, seconds) VALUES ('f', 1, 12.5);",
    "0015_kept_playlists": """
        INSERT INTO kept_playlists (target, folder, arguments, hash, since)
        VALUES ('/run.m3u8', '/home', '["--cadence=165"]', 'h', 1000.5);
    """,
}


def _shape(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
        ).fetchall()


def _at_step(path: Path, last: str) -> None:
    """Make an index as it was when `last` was the newest step, with what it could hold."""
    with closing(Database(path, execute_plugins=False)) as db:
        for number, step in enumerate(STEPS[: STEPS.index(last) + 1], 1):
            MIGRATIONS.apply(db, stop_before=STEPS[number:])
            db.executescript(WRITTEN_THEN[step])


def test_a_blank_file_takes_every_step_in_order(tmp_path: Path) -> None:
    path = tmp_path / "songs.db"
    path.touch()

    SongIndex.open(path).close()

    with closing(Database(path, execute_plugins=False)) as db:
        assert [step.name for step in MIGRATIONS.applied(db)] == list(STEPS)
        assert db.journal_mode == "wal"


def test_the_steps_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name in STEPS] == list(range(1, len(STEPS) + 1))
    assert tuple(WRITTEN_THEN) == STEPS
    with closing(Database(memory=True, execute_plugins=False)) as db:
        assert tuple(step.name for step in MIGRATIONS.pending(db)) == STEPS


@pytest.mark.parametrize("last", STEPS)
def test_every_old_shape_becomes_the_newest_and_keeps_what_it_held(
    tmp_path: Path, make_song: MakeSong, last: str
) -> None:
    blank, old = tmp_path / "blank.db", tmp_path / "old.db"
    SongIndex.open(blank).close()
    _at_step(old, last)

    with SongIndex.open(old) as index:
        song = index.song("/a.mp3")
        writes = index.writes.history("/a.mp3", "f")
        runs = index.writes.runs()
        index.store(make_song("/b.mp3"))
        kept = index.kept.all()
        loved, played = index.listening.opinion("f"), index.listening.played()
        found = index.matches(low=160, high=170, min_confidence=0.5)
        stats = index.stats()

    assert (stats.with_paces, dict(stats.histogram)[160]) == (2, 2)
    assert _shape(old) == _shape(blank)
    then: dict[str, object] = {}
    if last >= "0003":
        then |= {"stability": 0.004, "tempo_segments": (100.0, 141.0)}
    if last >= "0008":
        then |= {"paces": {82.49: 1.0}, "listener": (84.0, 168.0), "untagged": "read-only"}
    if last >= "0010":
        then |= {"year": 1999}
        assert song is not None
        assert song.added == 1000.5
    if last >= "0013":
        then |= {"intensity": 0.62}
    assert song == make_song("/a.mp3", fingerprint="f", **then)
    assert (loved is Opinion.LOVED) == (last >= "0011")
    assert [one.fingerprint for one in played] == ["f"] * (last >= "0012")
    assert [one.arguments for one in kept] == [("--cadence=165",)] * (last >= "0015")
    had_tags = last >= "0002"
    assert [(write.run, write.change.old) for write in writes] == [(1, {"bpm": ["82"]})] * had_tags
    assert [(run.command, run.started, run.files) for run in runs] == [("scan", None, 1)] * had_tags
    assert [match.song.path for match in found] == ["/a.mp3", "/b.mp3"]


def test_a_song_that_failed_before_kinds_were_told_apart_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    _at_step(path, "0006_files_by_inode")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO songs (id, path, stamp, failure, missing)"
            " VALUES (9, '/b.mp3', '1 2 3 4', 'cannot be read: Input/output error', 0)"
        )
        connection.commit()

    with SongIndex.open(path) as index:
        failed, sound = index.song("/b.mp3"), index.song("/a.mp3")

    assert failed is not None
    assert sound is not None
    assert (failed.stamp, failed.too_short) == (NEVER, False)
    assert sound.stamp != NEVER


# As they were reckoned by the steps before 0008, and stored.
_BINS_OF_WHOLE_PARTS = """
    UPDATE songs SET bins = coalesce((
        SELECT sum(DISTINCT CASE WHEN bpm BETWEEN 40 AND 320
                   THEN 1 << CAST((min(bpm, 319.995) - 40) / 10 AS INTEGER) ELSE 1 << 28 END)
        FROM paces WHERE song_id = songs.id
    ), 0) WHERE failure IS NULL
"""


@pytest.mark.parametrize("last", ["0003_steadiness", "0007_kinds_of_failure"])
def test_paces_stored_before_there_were_such_bins_fall_into_the_same_ones(
    tmp_path: Path, make_song: MakeSong, last: str
) -> None:
    borders = [
        *(30.0, 39.49, 39.5, 40.0, 49.49, 49.5, 49.99, 50.0, 119.97, 165.25, 169.49),
        *(169.995, 170.0, 319.49, 319.99, 319.996, 320.0, 320.49, 320.5, 321.0),
    ]
    songs = [make_song(f"/{bpm}.mp3", {bpm: 0.9, 100.0: 0.8, 101.0: 0.7}) for bpm in borders]
    songs += [make_song("/none.mp3", {}), make_song("/failed.mp3", failure="no")]
    new, old = tmp_path / "new.db", tmp_path / "old.db"
    with SongIndex.open(new) as index:
        for song in songs:
            index.store(song)
        expected = index.stats()
    _at_step(old, last)
    with closing(sqlite3.connect(old)) as then:
        columns = "path, stamp, artist, duration, bundle, failure"
        then.execute("DELETE FROM songs")
        then.execute("DELETE FROM paces")
        then.execute("ATTACH ? AS new", [str(new)])
        then.execute(
            f"INSERT INTO songs (id, {columns}) SELECT id, {columns} FROM new.song_records"
        )
        then.execute("INSERT INTO paces SELECT * FROM new.paces")
        if last > "0004_pace_bins":
            then.execute(_BINS_OF_WHOLE_PARTS)
        then.commit()

    with SongIndex.open(old) as index:
        assert index.stats() == expected


@pytest.mark.parametrize("last", [None, *STEPS[:-1]])
def test_an_index_is_current_when_all_steps_are_taken_and_not_before(
    tmp_path: Path, last: str | None
) -> None:
    path = tmp_path / "songs.db"
    path.touch()
    if last is not None:
        _at_step(path, last)

    with closing(sqlite3.connect(path)) as connection:
        assert not is_current(connection)
    SongIndex.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert is_current(connection)


def test_an_index_that_left_wal_is_brought_back_to_it(index_path: Path) -> None:
    SongIndex.open(index_path).close()
    with closing(sqlite3.connect(index_path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")

    SongIndex.open(index_path).close()

    with closing(sqlite3.connect(index_path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_opening_again_changes_nothing(index_path: Path) -> None:
    SongIndex.open(index_path).close()
    before = index_path.read_bytes()

    SongIndex.open(index_path).close()

    assert index_path.read_bytes() == before


@pytest.mark.parametrize(
    "own",
    [
        "CREATE VIEW own AS SELECT path, bins FROM songs",
        "CREATE VIEW song_paces AS SELECT 1 AS own",
        "CREATE VIEW own AS SELECT gone FROM a_table_that_is_gone",
        "CREATE TRIGGER own AFTER INSERT ON songs BEGIN DELETE FROM runs WHERE id = 99; END",
    ],
    ids=["a view", "a view with our name", "a broken view", "a trigger"],
)
def test_what_a_person_added_to_the_index_does_not_keep_it_from_coming_up_to_date(
    tmp_path: Path, make_song: MakeSong, own: str
) -> None:
    path = tmp_path / "old.db"
    _at_step(path, "0008_listeners_word")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(own)

    with SongIndex.open(path) as index:
        index.store(make_song("/b.mp3"))
        index.forget(["/a.mp3"])
        stats = index.stats()

    assert stats.songs == 2
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert own.split()[2] in names
        assert connection.execute("PRAGMA foreign_key_list(paces)").fetchone()[2] == "song_records"
        paths = connection.execute("SELECT path FROM songs ORDER BY path").fetchall()
        assert paths == [("/b.mp3",), ("/short.mp3",)]
        if "VIEW" in own and "gone" not in own:
            connection.execute(f"SELECT * FROM {own.split()[2]}").fetchall()


def test_a_step_that_fails_is_undone_with_its_record_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "songs.db"
    blank = tmp_path / "blank.db"
    SongIndex.open(blank).close()
    with closing(Database(path, execute_plugins=False)) as db, monkeypatch.context() as patch:
        second = MIGRATIONS.pending(db)[1]
        original = second.fn

        def fails_half_way(db: Database) -> None:
            original(db)
            raise KeyboardInterrupt

        patch.setattr(second, "fn", fails_half_way)
        with pytest.raises(KeyboardInterrupt):
            migrate(db)
        assert [step.name for step in MIGRATIONS.applied(db)] == list(STEPS[:1])
        assert "old_tags" not in db.table_names()

    SongIndex.open(path).close()

    assert _shape(path) == _shape(blank)


def test_a_song_takes_its_paces_with_it(index_path: Path, make_song: MakeSong) -> None:
    with SongIndex.open(index_path) as index:
        index.store(make_song("/a.mp3", fingerprint="f"))
        index.store(make_song("/b.mp3", fingerprint="g"))
        index.store(make_song("/b.mp3", fingerprint="f"), moved_from="/a.mp3")

    with closing(sqlite3.connect(index_path)) as connection:
        assert connection.execute("SELECT count(*) FROM paces").fetchone() == (1,)


def test_an_index_of_a_newer_pacetag_is_refused_and_left_alone(index_path: Path) -> None:
    SongIndex.open(index_path).close()
    with closing(Database(index_path, execute_plugins=False)) as db:
        db.table(MIGRATIONS.migrations_table).insert(
            {"migration_set": "pacetag", "name": "9999_future", "applied_at": "2099-01-01"}
        )
    before = index_path.read_bytes()

    with pytest.raises(NewerIndexError, match=r"9999_future.*Update pacetag"):
        SongIndex.open(index_path)

    assert index_path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE items (id INTEGER); INSERT INTO items VALUES (1);")
    before = path.read_bytes()

    with pytest.raises(ForeignIndexError, match=r"another program.*choose another file"):
        SongIndex.open(path)

    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_newer_index_is_a_song_index_error() -> None:
    assert issubclass(NewerIndexError, SongIndexError)
