"""Facts about a song's sound: each is kept and documented, or known to be left out."""

from dataclasses import fields
from pathlib import Path

import pytest

from pacetag.db.rows import ANALYSIS_COLUMNS
from pacetag.db.views import SONGS_WITH_INTENSITY as VIEW
from pacetag.model.judgement import Analysis
from pacetag.tagger.output.show import ShownSong, shown_object
from pacetag.tagger.tags.pacetag import ANALYSIS_WORDS

DOCS = Path(__file__).parents[2] / "docs" / "output.md"
FACTS = [field.name for field in fields(Analysis)]
IN_A_TABLE_OF_THEIR_OWN = {"paces"}


def documented() -> dict[str, list[str]]:
    """The documented rows by fact: what it is, then its names in JSON, PACETAG and index."""
    rows = (line.strip("| \n").split(" | ") for line in DOCS.read_text().splitlines())
    return {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in FACTS}


def test_every_fact_is_documented_in_the_order_of_the_code() -> None:
    assert list(documented()) == FACTS


@pytest.mark.parametrize("fact", FACTS)
def test_the_documented_names_are_those_in_use(fact: str) -> None:
    shown = shown_object(
        ShownSong(path=Path("/a.mp3"), named="a.mp3"), "b", Analysis(paces=(), duration=1.0), None
    )
    words = {word.field: name for name, word in ANALYSIS_WORDS.items()}
    columns = {column.field: name for name, column in ANALYSIS_COLUMNS.items()}

    _, key, word, column, of_view = (cell.strip("`") for cell in documented()[fact])

    assert key in shown
    assert word == words.get(fact, "–")
    if fact not in IN_A_TABLE_OF_THEIR_OWN:
        assert column == columns.get(fact, "–")
        assert column == of_view == "–" or _shows(column, of_view)


def _shows(column: str, of_view: str) -> bool:
    named = column if column == of_view else f"{column} AS {of_view}"
    return any(line.strip() == f"{named}," for line in VIEW.splitlines())
