"""Tables drawn without rich look as rich draws them."""

import io
import random
from collections.abc import Sequence

import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pacetag.tagger import tables
from pacetag.tagger.columns import PIPE_WIDTH, stream_width, table_lines

HEADINGS = ("Pace", "Off", "Artist", "Title")


def _by_rich(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    table = Table(box=SIMPLE_HEAD)
    for heading in HEADINGS[:2]:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in HEADINGS[2:]:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(file=io.StringIO(), width=width, no_color=True, markup=False)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_random_tables_are_the_same_sign_by_sign() -> None:
    rng = random.Random(6)
    words = ["Sigur Rós", "坂本龍一", "", "a", "The Pacetag House Band", "e\u0301", "🏃", "x" * 30]
    for _ in range(40):
        rows = [
            (
                f"{rng.uniform(40, 320):.1f}",
                f"{rng.uniform(-0.1, 0.1):+.1%}",
                *rng.choices(words, k=2),
            )
            for _ in range(rng.randrange(1, 6))
        ]

        assert table_lines(HEADINGS, rows, numbers=2, width=200) == _by_rich(rows, 200)


def test_a_table_that_does_not_fit_is_left_to_rich() -> None:
    rows = [("165.0", "+0.0%", "Artist", "t" * 40)]
    lines = table_lines(HEADINGS, rows, numbers=2, width=PIPE_WIDTH)
    assert lines is not None
    width = len(lines[0])

    assert table_lines(HEADINGS, rows, numbers=2, width=width) == _by_rich(rows, width)
    assert table_lines(HEADINGS, rows, numbers=2, width=width - 1) is None


def test_names_that_need_it_are_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ("165.0", "+0.0%", "98%", "3:00", "Artist", "z" * PIPE_WIDTH)
    monkeypatch.setattr(tables, "_row", lambda entry: row)

    class OneSong:
        entries = (None,)

    tables.playlist_table(OneSong())  # type: ignore[arg-type]

    lines = capsys.readouterr().out.splitlines()
    assert {len(line) for line in lines} == {stream_width()}
    assert sum(line.count("z") for line in lines) == PIPE_WIDTH
