"""`pacetag export`: the index as CSV, JSON and Parquet, read back by other programs."""

import csv
import io
import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, SaidOpinion, SongRecord, Stamp
from pacetag.db.whole_songs import WholeSong
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.commands.export import By
from pacetag.tagger.exporting.columns import COLUMNS, Row
from pacetag.tagger.exporting.texts import csv_lines
from tests.tagger.conftest import MakeSong, Pacetag, ScanJson
from tests.tagger.terminals import all_bytes

MOMENT = 1_790_000_000  # s since 1970: 2026-09-21T14:13:20Z
SONG = SongRecord(
    path="/music/hill.mp3",
    stamp=Stamp(size=5_000_000, mtime_ns=MOMENT * 10**9, ctime_ns=1, inode=1),
    fingerprint="00aa",
    title="Hill",
    artist="Legs",
    album=None,
    genre="Rock",
    bundle="ear-1",
    analysis=Analysis(
        paces=(Pace(bpm=164.98, confidence=0.97), Pace(bpm=82.49, confidence=0.88)),
        duration=215.04,
        stability=0.004,
        intensity=0.62,
        tempo_segments=(100.0, 141.0),
    ),
    year=1999,
    added=MOMENT,
)
SET = replace(SONG, path="/music/set.mp3", title="Set", listener=(84.0,), fingerprint="00bb")
FAILED = SongRecord(
    path="/music/noise.mp3",
    stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
    fingerprint=None,
    title=None,
    artist=None,
    album=None,
    genre=None,
    bundle=None,
    analysis=Analysis(paces=(), duration=None),
    failure="cannot decode audio: its end is missing",
    missing=True,
)
ODD = 'a "quote", a ; and a\nline\r\nof = 音楽 \u2028'
UNDECODABLE = os.fsdecode(b"/music/caf\xe9 \xc3\xa9.mp3")


def put(index_file: Path, *songs: SongRecord) -> None:
    index_file.parent.mkdir(parents=True, exist_ok=True)
    with SongIndex.open(index_file) as index:
        for song in songs:
            index.store(song)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_row_has_all_that_is_known_of_a_song(pacetag: Pacetag, index_file: Path) -> None:
    put(index_file, SONG)
    with SongIndex.open(index_file) as index:
        index.listening.say(
            SaidOpinion(opinion=Opinion.LOVED, fingerprint="00aa", name=None, duration=None)
        )

    (row,) = table(pacetag("export").stdout)

    assert row == {
        "id": "1",
        "path": "/music/hill.mp3",
        "title": "Hill",
        "artist": "Legs",
        "album": "",
        "album_artist": "",
        "genre": "Rock",
        "year": "1999",
        "duration_s": "215.04",
        "paces": "164.98 82.49",
        "confidences": "0.97 0.88",
        "by_listener": "0",
        "network_paces": "",
        "network_confidences": "",
        "tempo_cv": "0.004",
        "tempo_segments": "100.0 141.0",
        "intensity": "0.62",
        "opinion": "loved",
        "status": "judged",
        "tagged": "0",
        "reason": "",
        "missing": "0",
        "bundle": "ear-1",
        "tagged_at": "",
        "size_bytes": "5000000",
        "modified_at": "2026-09-21T14:13:20Z",
        "added_at": "2026-09-21T14:13:20Z",
        "fingerprint": "00aa",
    }


def test_failed_and_missing_songs_are_there_with_the_reason(
    pacetag: Pacetag, index_file: Path
) -> None:
    put(index_file, SONG, FAILED)

    _, row = objects(pacetag("export", "--jsonl").stdout)

    assert (row["status"], row["missing"]) == ("failed", True)
    assert row["reason"] == "cannot decode audio: its end is missing"
    assert row["paces"] == []
    assert row["duration_s"] is None
    assert row["title"] is None


def test_paces_that_a_person_set_are_told_from_the_networks(
    pacetag: Pacetag, index_file: Path
) -> None:
    put(index_file, SET)

    (row,) = objects(pacetag("export", "--jsonl").stdout)

    assert (row["paces"], row["confidences"], row["by_listener"]) == ([84.0], [1.0], True)
    assert row["network_paces"] == [164.98, 82.49]
    assert row["network_confidences"] == [0.97, 0.88]


def test_a_table_by_pace_has_a_row_for_each(pacetag: Pacetag, index_file: Path) -> None:
    put(index_file, SONG, FAILED, SET)

    rows = objects(pacetag("export", "--jsonl", "--by", "pace").stdout)

    found = [(row["title"], row["pace"], row["confidence"], row["rank"]) for row in rows]
    assert found == [("Hill", 164.98, 0.97, 1), ("Hill", 82.49, 0.88, 2), ("Set", 84.0, 1.0, 1)]
    assert "paces" not in rows[0]


def test_what_a_scan_wrote_into_tags_is_said(
    pacetag: Pacetag, make_song: MakeSong, scan_json: ScanJson, worker_threads: None
) -> None:
    make_song("172.mp3")
    scan_json()

    (row,) = objects(pacetag("export", "--jsonl").stdout)

    assert row["tagged"] is True
    assert abs(datetime.fromisoformat(row["tagged_at"]) - datetime.now(UTC)).days == 0


@pytest.mark.parametrize("option", ["--csv", "--jsonl"])
def test_signs_that_tables_are_made_of_survive(
    pacetag: Pacetag, index_file: Path, option: str
) -> None:
    put(index_file, replace(SONG, path=f"/music/{ODD}.mp3", title=ODD, artist="=1+1", album="\0"))

    result = pacetag("export", option)

    text = result.stdout_bytes.decode("utf-8")
    (row,) = table(text) if option == "--csv" else objects(text)
    assert (row["path"], row["title"]) == (f"/music/{ODD}.mp3", ODD)
    assert (row["artist"], row["album"]) == ("=1+1", "\0")
    assert not result.stderr


def test_a_terminal_gets_no_sign_that_commands_it(index_file: Path) -> None:
    put(index_file, replace(SONG, title="\x1b[31mred\nforged, line\x07"))
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-m", "pacetag.tagger", "export"], stdout=theirs):
        os.close(theirs)
        seen = all_bytes(ours).decode()

    assert seen.count("\n") == 2  # of the headings and the song
    assert "�[31mred�forged, line�" in seen


def test_a_path_that_is_no_text_is_kept_or_said(
    pacetag: Pacetag, index_file: Path, tmp_path: Path
) -> None:
    put(index_file, replace(SONG, path=UNDECODABLE))

    (exact,) = objects(pacetag("export", "--jsonl").stdout)
    result = pacetag("export", "--csv")
    pacetag("export", "--output", tmp_path / "songs.parquet")

    assert exact["path"] == UNDECODABLE
    assert table(result.stdout)[0]["path"] == r"/music/caf\xe9 é.mp3"
    assert result.stderr.startswith("1 song: the path is not UTF-8")
    read = parquet.read_table(tmp_path / "songs.parquet")
    assert read["path"].to_pylist() == [r"/music/caf\xe9 é.mp3"]


def test_sqlite_reads_the_csv(pacetag: Pacetag, index_file: Path, tmp_path: Path) -> None:
    odd = ODD.replace("\r\n", "\n")
    put(index_file, SONG, replace(SET, title=odd))
    pacetag("export", "--output", tmp_path / "songs.csv")
    query = "SELECT title, duration_s * 2 AS twice FROM songs WHERE year > 1990 ORDER BY id"

    read = subprocess.run(
        [sys.executable, "-m", "sqlite_utils", "memory", str(tmp_path / "songs.csv"), query],
        capture_output=True,
        check=True,
    )

    assert json.loads(read.stdout) == [
        {"title": "Hill", "twice": 430.08},
        {"title": odd, "twice": 430.08},
    ]


def test_a_parquet_file_has_types(pacetag: Pacetag, index_file: Path, tmp_path: Path) -> None:
    put(index_file, SONG, FAILED)

    result = pacetag("export", "--parquet", "--output", tmp_path / "songs")

    read = parquet.read_table(tmp_path / "songs")
    types = {name: str(read.schema.field(name).type) for name in read.schema.names}
    assert types["title"] == "string"
    assert types["year"] == types["size_bytes"] == "int64"
    assert types["duration_s"] == "double"
    assert types["paces"] == "list<element: double>"
    assert types["missing"] == "bool"
    assert types["added_at"] == "timestamp[ms, tz=UTC]"  # files know no seconds
    first, second = read.to_pylist()
    assert first["paces"] == [164.98, 82.49]
    assert first["added_at"] == datetime.fromtimestamp(MOMENT, UTC)
    assert (second["missing"], second["duration_s"]) == (True, None)
    assert result.stdout.endswith("songs: 2 songs\n")


def test_a_parquet_file_of_several_groups_is_whole(
    pacetag: Pacetag, index_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pacetag.tagger.exporting.parquet.ROWS", 2)
    put(index_file, *(replace(SONG, path=f"/music/{number}.mp3") for number in range(5)))

    pacetag("export", "--by", "pace", "--output", tmp_path / "paces.parquet")

    file = parquet.ParquetFile(tmp_path / "paces.parquet")
    assert file.num_row_groups == 5
    assert file.read()["pace"].to_pylist() == [164.98, 82.49] * 5


def test_an_index_without_songs_gives_an_empty_table(
    pacetag: Pacetag, index_file: Path, tmp_path: Path
) -> None:
    put(index_file)

    assert len(pacetag("export").stdout.splitlines()) == 1
    assert pacetag("export", "--jsonl").stdout == ""
    pacetag("export", "--output", tmp_path / "songs.parquet")
    assert parquet.read_table(tmp_path / "songs.parquet").num_rows == 0


def test_filters_choose_songs_as_for_playlists(pacetag: Pacetag, index_file: Path) -> None:
    put(index_file, SONG, SET, replace(SONG, path="/music/f.mp3", title="Folk", genre="Folk"))

    def titles(*options: str) -> list[str]:
        return [row["title"] for row in table(pacetag("export", *options).stdout)]

    assert titles("--genre", "rock") == ["Hill", "Set"]
    assert titles("--query", "pace:80..83") == ["Hill", "Folk"]
    assert titles("--exclude", "title:hill", "--year", "1990..") == ["Set", "Folk"]


def test_the_suffix_says_what_is_written(
    pacetag: Pacetag, index_file: Path, tmp_path: Path
) -> None:
    put(index_file, SONG)
    for name in ("a.csv", "b.jsonl", "c.txt"):
        assert pacetag("export", "--output", tmp_path / name).exit_code == 0
    pacetag("export", "--jsonl", "--output", tmp_path / "d.csv")

    assert table((tmp_path / "a.csv").read_text())[0]["title"] == "Hill"
    assert (tmp_path / "c.txt").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "d.csv").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert objects((tmp_path / "b.jsonl").read_text())[0]["title"] == "Hill"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--csv", "--jsonl"), "--csv, --jsonl and --parquet: name one of them"),
        (("--parquet",), "--parquet needs a file: name one with --output songs.parquet"),
        (("--parquet", "--output", "-"), "--parquet needs a file"),
        (("--query", "pase:160"), "did you mean pace?"),
    ],
)
def test_wrong_usage_is_said(
    pacetag: Pacetag, index_file: Path, options: tuple[str, ...], sentence: str
) -> None:
    put(index_file, SONG)

    result = pacetag("export", *options)

    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_missing_package_is_named_before_anything_is_read(
    pacetag: Pacetag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pacetag.tagger.exporting.parquet.missing_modules", lambda extra: ["pyarrow"]
    )

    result = pacetag("export", "--output", tmp_path / "songs.parquet")

    assert result.exit_code == 1
    assert "--parquet needs packages that are not installed" in result.stderr
    assert "pyarrow>=" in result.stderr


def test_no_other_file_is_replaced(
    pacetag: Pacetag, index_file: Path, make_song: MakeSong, tmp_path: Path
) -> None:
    put(index_file, SONG)
    song, notes = make_song("song.mp3"), tmp_path / "notes.csv"
    notes.write_text("id,path,remember\n")
    before = {path: path.read_bytes() for path in (song, notes, index_file)}

    codes = [pacetag("export", "--output", path).exit_code for path in before]
    codes += [pacetag("export", "--overwrite", "--output", p).exit_code for p in (song, index_file)]

    assert codes == [2] * 5
    again = pacetag("export", "--output", notes)
    assert f"{notes}: is there already; name another file with --output, or" in again.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert pacetag("export", "--overwrite", "--output", notes).exit_code == 0
    assert table(notes.read_text())[0]["title"] == "Hill"


def test_a_damaged_index_leaves_the_earlier_file(
    pacetag: Pacetag, index_file: Path, tmp_path: Path
) -> None:
    put(index_file, *(replace(SONG, path=f"/music/{number}.mp3") for number in range(600)))
    target = tmp_path / "songs.csv"
    target.write_text("earlier\n")
    with closing(sqlite3.connect(index_file)) as connection, connection:
        connection.execute("UPDATE song_records SET duration = 'long' WHERE id = 599")

    result = pacetag("export", "--overwrite", "--output", target)

    assert result.exit_code == 1
    assert "the index cannot be read (a length cannot be 'long')" in result.stderr
    assert target.read_text() == "earlier\n"
    assert [path.name for path in tmp_path.glob("*.csv*")] == ["songs.csv"]


def test_rows_are_written_while_songs_are_read(index_file: Path) -> None:
    """So memory does not grow with the library, and a pipe gets the first songs at once."""
    put(index_file, SONG)
    with SongIndex.open(index_file) as index:
        (whole,) = index.whole.where()
    read = []

    def songs() -> Iterator[Row]:
        while True:
            read.append(1)
            yield Row(whole=whole)

    lines = list(islice(csv_lines(COLUMNS["song"], songs()), 10))

    assert len(lines) == 10
    assert len(read) == 9


def test_a_reader_that_has_seen_enough_ends_the_command(index_file: Path) -> None:
    put(index_file, *(replace(SONG, path=f"/music/{number}.mp3") for number in range(600)))
    command = [sys.executable, "-m", "pacetag.tagger", "export"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"id,path,")
        process.stdout.close()
        said = process.stderr.read()

    assert said == b""


def test_every_kind_of_row_has_its_columns() -> None:
    assert set(COLUMNS) == {by.value for by in By}


@pytest.mark.parametrize("by", By)
def test_the_page_explains_every_column(root: Path, by: By) -> None:
    page = (root / "docs/export.md").read_text()
    explained = {
        name.strip(" `")
        for line in page.splitlines()
        if line.startswith("| `")
        for name in line.split("|")[1].split(",")
    }

    assert {column.name for column in COLUMNS[by.value]} <= explained


def test_what_the_view_for_sql_has_is_exported(index_file: Path) -> None:
    put(index_file, SONG)
    with closing(sqlite3.connect(index_file)) as connection:
        view = {row[1] for row in connection.execute("PRAGMA table_info(songs)")}

    # `paces` and `confidences` beside `by_listener` say what `listener_paces` does there.
    assert view - {"listener_paces"} <= {column.name for column in COLUMNS["song"]}


def test_odd_numbers_of_a_file_are_left_out(index_file: Path) -> None:
    stamp = Stamp(size=1 << 80, mtime_ns=10**29, ctime_ns=1, inode=1)
    put(index_file, replace(SONG, stamp=stamp))
    with SongIndex.open(index_file) as index:
        (whole,) = index.whole.where()

    assert _value(whole, "size_bytes") is None
    assert _value(whole, "modified_at") is None


def _value(whole: WholeSong, name: str) -> Any:
    (column,) = [column for column in COLUMNS["song"] if column.name == name]
    return column.of(Row(whole=whole))
