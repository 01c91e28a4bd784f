"""The table of programs and the one in the documents are the same."""

import re
from pathlib import Path

from pacetag.tagger.integrations.table import PROGRAMS

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_the_documents_list_the_programs_of_the_table() -> None:
    text = (ROOT / "docs/players.md").read_text(encoding="utf-8")
    section = text.partition("\n## Setup\n")[2].partition("\n## ")[0]

    rows = {name: (title, what != "nothing", known) for name, title, what, known in
            ROW.findall(section)}  # fmt: skip

    assert rows == {
        each.name: (each.title, each.change is not None, each.source.value) for each in PROGRAMS
    }
