"""Tables and sentences fit the width of the terminal."""

import fcntl
import io
import json
import os
import pty
import random
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mutagen import id3 as mutagen_id3
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pacetag.tagger.output.evaluation_tables import GROUPS, OVERALL, RELIABILITY
from pacetag.tagger.output.runs import RUNS
from pacetag.tagger.output.tables import PLAYLIST
from pacetag.tagger.terminal.columns import KEPT, Column, cells, shortened, table_lines, wrapped
from tests.tagger.terminals import appeared

ID3: Any = mutagen_id3  # mutagen ships types for some of its calls only
MakeSong = Callable[..., Path]
FAKES = Path(__file__).parents[1] / "fakes"
COLUMNS = (
    Column(heading="Pace", right=True),
    Column(heading="Off", right=True, drop=1),
    Column(heading="Artist", least=6, drop=2),
    Column(heading="Title", least=6),
)
WORDS = ["Sigur Rós", "坂本龍一", "", "a", "The Pacetag House Band", "e\u0301", "🏃", "x" * 30]
TITLES = {
    "plain": "Half-Time Hill",
    "long": "The Song With A Name That Goes On And On " * 40,
    "one word": "x" * 4000,
    "wide": "戦場のメリークリスマス" * 20,
    "right to left": "שלום עולם " * 20,
    "emoji": "👩\u200d🚀🏃🏽\u200d♀️🇩🇪" * 20,
    "marks": "e\u0301\u0302\u0303\u0304" * 60,
    "controls": "\x1b]0;taken\x07\x1b[31m\u202e\u2028" * 20,
}


def _by_rich(rows: Sequence[Sequence[str]]) -> list[str]:
    table = Table(box=SIMPLE_HEAD)
    for column in COLUMNS:
        table.add_column(column.heading, justify="right" if column.right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(file=io.StringIO(), width=1000, no_color=True, markup=False)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def _row(rng: random.Random) -> tuple[str, ...]:
    words = rng.choices(WORDS, k=2)
    return f"{rng.uniform(40, 320):.1f}", f"{rng.uniform(-0.1, 0.1):+.1%}", *words


def test_random_tables_with_room_are_as_rich_draws_them() -> None:
    rng = random.Random(6)
    for _ in range(40):
        rows = [_row(rng) for _ in range(rng.randrange(1, 6))]

        assert table_lines(COLUMNS, rows, width=None) == _by_rich(rows)


@pytest.mark.parametrize("columns", [COLUMNS, PLAYLIST, RUNS, OVERALL, GROUPS, RELIABILITY])
@pytest.mark.parametrize("width", [20, 24, 40, 60, 80, 81, 200])
def test_no_line_of_any_table_is_wider_than_the_screen(
    width: int, columns: Sequence[Column]
) -> None:
    rng = random.Random(width)
    texts = [*WORDS, *TITLES.values()]
    for _ in range(20):
        rows = [
            ["99.9%" if column.right else rng.choice(texts) for column in columns]
            for _ in range(rng.randrange(1, 6))
        ]
        lines = table_lines(columns, rows, width=width)

        assert max(map(cell_len, lines)) <= width
        below = lines.index("", 1)
        assert sum(line.startswith("  ") for line in lines[:below]) >= len(rows) + 1


def test_columns_go_in_the_order_that_is_stated_and_the_last_one_stays() -> None:
    rows = [("166.0", "+0.6%", "99.9%", "0:47", "0.71", "The Pacetag House Band", "Half-Time Hill")]

    def shown(width: int | None) -> list[str]:
        return table_lines(PLAYLIST, rows, width=width)[1].split()

    assert shown(None) == ["Pace", "Off", "Sure", "Time", "Intensity", "Artist", "Title"]
    assert shown(68) == ["Pace", "Off", "Sure", "Time", "Artist", "Title"]
    assert shown(60) == ["Pace", "Off", "Sure", "Artist", "Title"]
    assert shown(50) == ["Pace", "Sure", "Artist", "Title"]
    assert shown(40) == ["Pace", "Artist", "Title"]
    assert shown(24) == ["Pace", "Title"]


def test_what_there_is_no_room_for_is_named() -> None:
    rows = [("166.0", "+0.6%", "99.9%", "0:47", "0.71", "Band", "Half-Time Hill")]

    lines = [line.strip() for line in table_lines(PLAYLIST, rows, width=38)]
    assert "(no room for: Off, Sure, Time, Intensity)" in " ".join(lines)
    assert not any("no room" in line for line in table_lines(PLAYLIST, rows, width=None))


def test_a_table_for_an_old_encoding_is_drawn_with_its_signs() -> None:
    lines = table_lines(COLUMNS, [("1", "2", "a" * 90, "b" * 90)], width=60, encoding="ascii")

    assert "".join(lines).isascii()
    assert any("..." in line for line in lines)


@pytest.mark.parametrize("text", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("room", [1, 2, 3, 7, 20])
def test_a_name_that_is_cut_fits_and_is_a_beginning_of_it(room: int, text: str) -> None:
    cut = shortened(text, room)

    assert cells(cut) <= room
    if cells(text) > room:
        assert cut.endswith("…")
        assert text.startswith(cut[:-1])
        assert not cut[:-1].endswith("\u200d")


def test_sentences_end_their_lines_between_words_and_keep_long_paths_whole() -> None:
    path = "music/" + "long-folder/" * 9 + "song.mp3"
    lines = wrapped(f"    {path}: cannot decode audio: it is not audio at all", 40)

    assert lines[0] == f"    {path}:"
    assert lines[1:] == ["      cannot decode audio: it is not", "      audio at all"]
    assert wrapped("all of it", None) == ["all of it"]


@pytest.fixture
def songs(make_song: MakeSong, scan_json: Any) -> None:
    """Songs whose titles are hard to show, which the index knows, and one that fails."""
    for number, title in enumerate(TITLES.values()):
        song = make_song(f"album/165 {number}.mp3")
        tags = ID3.ID3()
        tags.add(ID3.TPE1(encoding=3, text=[f"Band {title}"]))
        tags.add(ID3.TIT2(encoding=3, text=[f"{number} {title}"]))
        tags.save(song)
    make_song("album/broken.mp3")
    scan_json()


def on_a_terminal(
    columns: int,
    *arguments: str | Path,
    cwd: Path,
    stderr: bool = True,
    script: str = "pacetag_with_fake_judge.py",
    **variables: str,
) -> list[str]:
    """The lines that the command shows on a pseudo-terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", **variables}
    if "COLUMNS" not in variables:
        environment.pop("COLUMNS", None)
    with subprocess.Popen(
        [sys.executable, FAKES / script, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs if stderr else subprocess.DEVNULL,
        env=environment,
        cwd=cwd,
    ):
        os.close(theirs)
        text = appeared(ours)
    return re.split(r"[\r\n]+", text)


SHOWN = (
    ("playlist", "--cadence", "165"),
    ("playlist", "--cadence", "99"),
    ("stats", "--index", "data/index.sqlite3"),
    ("undo", "--list"),
    ("undo", "--dry-run", "music"),
    ("show", "music/album/165 0.mp3"),
    ("show", "music/album/165 0.mp3", "--all"),
    ("evaluate", "set.csv", "--jobs", "1"),
    ("scan", "music", "--jobs", "1"),
    ("scan", "music", "--jobs", "1", "--force", "--dry-run"),
)


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.usefixtures("songs")
def test_every_command_fits_the_terminal(columns: int, tmp_path: Path) -> None:
    names = [*(f"165 {number}.mp3,165,style {number}" for number in range(5)), "broken.mp3,100,"]
    (tmp_path / "set.csv").write_text(
        "file,paces,style\n" + "".join(f"music/album/{name}\n" for name in names)
    )
    # In one process: most of the time of each would go into its start.
    shown = on_a_terminal(columns, json.dumps(SHOWN), cwd=tmp_path, script="pacetag_in_turn.py")
    starts = [shown.index(f"command {number}:") for number in range(len(SHOWN))]
    for command, start, stop in zip(SHOWN, starts, [*starts[1:], len(shown)], strict=True):
        lines = shown[start + 1 : stop]

        assert len(lines) > 1, command
        # A path, and the fingerprint of a song's sound, is one word, which stays whole.
        wide = [line for line in lines if cell_len(line) > columns and len(line.split()) > 1]
        assert wide == [], (command, columns)


@pytest.mark.usefixtures("songs")
def test_a_pipe_gets_everything_and_columns_is_obeyed(
    tmp_path: Path, pacetag_process: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("playlist", "--cadence", "165")
    for name in ("COLUMNS", "LINES"):
        monkeypatch.setenv(name, "")  # in the environment that C knows as well
    piped, _ = pacetag_process(*asked).communicate(timeout=60)
    monkeypatch.setenv("COLUMNS", "50")
    narrow, _ = pacetag_process(*asked).communicate(timeout=60)
    monkeypatch.setenv("COLUMNS", "80")  # as readline sets it where there is no terminal
    monkeypatch.setenv("LINES", "24")
    by_readline, _ = pacetag_process(*asked).communicate(timeout=60)
    monkeypatch.setenv("COLUMNS", "nonsense")
    odd, _ = pacetag_process(*asked).communicate(timeout=60)

    assert TITLES["long"].strip() in piped
    assert TITLES["one word"] in piped
    assert "…" not in piped
    assert odd == by_readline == piped
    assert max(map(cell_len, narrow.splitlines())) <= 50
    wider = on_a_terminal(40, *asked, cwd=tmp_path, COLUMNS="60")
    assert 40 < max(map(cell_len, wider)) <= 60


@pytest.mark.usefixtures("songs")
def test_a_terminal_that_does_not_tell_its_size_has_eighty_columns(tmp_path: Path) -> None:
    lines = on_a_terminal(0, "playlist", "--cadence", "165", cwd=tmp_path)

    assert 60 < max(map(cell_len, lines)) <= 80


@pytest.mark.usefixtures("songs")
def test_json_is_never_wrapped(tmp_path: Path) -> None:
    for command in (("playlist", "--cadence", "165"), ("stats",), ("undo", "--list")):
        lines = on_a_terminal(40, *command, "--json", cwd=tmp_path)
        assert all(json.loads(line) for line in lines if line)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("| `playlist` |", PLAYLIST),
        ("| `undo --list` |", RUNS),
        ("| `evaluate`, all songs |", OVERALL),
        ("| `evaluate`, by style, metre and tempo |", GROUPS),
        ("| `evaluate`, reliability |", RELIABILITY),
    ],
)
def test_the_order_in_which_columns_go_is_the_documented_one(
    name: str, columns: Sequence[Column], root: Path
) -> None:
    text = (root / "docs/output.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(name))
    going = sorted((c for c in columns if c.drop < KEPT), key=lambda column: column.drop)

    assert row.split(" | ")[1] == ", ".join(column.heading or "the bars" for column in going)


def test_names_of_figures_are_told_apart_on_a_narrow_terminal(pacetag: Any, tmp_path: Path) -> None:
    table = tmp_path / "set.csv"
    table.write_text("file,paces\n172-86.mp3,172 86\n")
    wide = pacetag("evaluate", table, "--jobs", "1").stdout.splitlines()
    rows = [line.split("   ")[0].strip() for line in wide if "±" in line and "0-" in line]

    assert len(rows) == 12
    assert len({shortened(row, 28) for row in rows}) == len(rows)
