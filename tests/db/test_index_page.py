"""docs/index.md is right about the index: its columns exist and its queries work."""

import csv
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord

MakeSong = Callable[..., SongRecord]
PAGE = (Path(__file__).parents[2] / "docs/index.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^([^\n]+):\n```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SCRIPT,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for line in SCRIPT.splitlines() if line.startswith("sqlite-utils ")]

# What each query answers for the songs of the library below, by the words that introduce it.
ANSWERS: dict[str, list[tuple[object, ...]]] = {
    "Songs for 160 to 170": [(168.0, "Arms", "Ridge"), (165.3, "Legs", "Hill")],
    "Minutes of music": [(80, 5.0, 1), (160, 8.0, 2), (170, 5.0, 1)],
    "Songs without a pace": [("/m/calm.mp3",)],
    "Artists with": [("Arms", 1), ("Legs", 1)],
    "What failed": [
        ("failed", "no sound", "/m/noise.mp3"),
        ("judged", "read-only", "/m/plain.mp3"),
    ],
    "Rock for 175": [("Legs", "Hill", "Road", 172.0)],
    "The same sound": [(2, "/m/calm.mp3", "/m/plain.mp3")],
}


@pytest.fixture
def library(index: SongIndex, make_song: MakeSong) -> Path:
    """An index with songs of all kinds."""
    index.store(make_song("/m/hill.mp3", {165.25: 0.9, 172.0: 0.7, 82.6: 0.6}, duration=300.0))
    ridge = {"artist": "Arms", "title": "Ridge", "duration": 180.0, "listener": (168.0,)}
    index.store(make_song("/m/ridge.mp3", {168.0: 1.0}, **ridge))
    index.store(make_song("/m/calm.mp3", {}, fingerprint="same"))
    index.store(make_song("/m/plain.mp3", {62.0: 0.4}, fingerprint="same", untagged="read-only"))
    index.store(make_song("/m/noise.mp3", {}, failure="no sound"))
    index.store(make_song("/m/gone.mp3", missing=True))
    return index.path


def test_every_query_has_an_answer_here() -> None:
    assert len(QUERIES) == len(ANSWERS)
    for (words, _), known in zip(QUERIES, ANSWERS, strict=True):
        assert words.startswith(known)


@pytest.mark.parametrize(("words", "query"), QUERIES, ids=lambda text: text.split("\n")[0][:30])
def test_a_query_of_the_page_answers_as_it_says(words: str, query: str, library: Path) -> None:
    expected = next(rows for known, rows in ANSWERS.items() if words.startswith(known))

    with closing(sqlite3.connect(library)) as connection:
        assert connection.execute(query).fetchall() == expected


@pytest.mark.parametrize("view", ["songs", "song_paces"])
def test_the_page_explains_every_column_in_its_order_and_no_other(view: str, library: Path) -> None:
    section = PAGE.split(f"\n## `{view}`")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)

    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row)]

    with closing(sqlite3.connect(library)) as connection:
        there = [column[0] for column in connection.execute(f"SELECT * FROM {view}").description]
    assert explained == there


def _sh(command: str, index: Path, folder: Path) -> str:
    program = folder / "sqlite-utils"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sqlite_utils "$@"\n')
    program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PATH": path, "INDEX": str(index)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_commands_of_the_page_print_what_they_say(library: Path, tmp_path: Path) -> None:
    table, nothing, number = (_sh(command, library, tmp_path) for command in COMMANDS)

    assert re.search(r"^judged +5$", table, re.MULTILINE)
    assert nothing == ""
    with (tmp_path / "paces.csv").open(newline="", encoding="utf-8") as file:
        paces = [float(row["pace"]) for row in csv.DictReader(file)]
    assert paces == [62.0, 82.6, 165.25, 168.0, 172.0]
    assert number.strip() == "6"


def test_the_page_names_the_usual_place_of_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    from pacetag.tagger.settings import index_path

    for variable in ("PACETAG_INDEX", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", "/home/me")

    (named,) = re.findall(r"^INDEX=~(\S+)$", SCRIPT, re.MULTILINE)

    assert f"/home/me{named}" == str(index_path())
