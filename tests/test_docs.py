"""The documents of the repository: lines that can be read, links that lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("", "docs/", "model/weights/**/", ".github/**/")
PAGES = sorted({page for folder in FOLDERS for page in ROOT.glob(f"{folder}*.md")})
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
WIDTH = 100  # columns of prose
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")  # of changes
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Lines that may be wrapped, with their numbers: neither code nor rows of tables."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code and not line.lstrip().startswith("|"):
            yield number, line


@pytest.mark.parametrize("name", NAMES)
def test_prose_wraps_at_100_columns(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    too_long = [f"{name}:{number}" for number, line in prose(text) if len(line) > WIDTH]

    assert not too_long, "\n".join(too_long)


def test_only_tables_and_code_may_be_longer() -> None:
    text = "| a | b |\n```\nx = 1\n```\nSome prose.\n- An item.\n"

    assert [line for _, line in prose(text)] == ["Some prose.", "- An item."]


@pytest.mark.parametrize("name", NAMES)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    page = ROOT / name
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    broken = [to for to in targets if "://" not in to and not (page.parent / to).exists()]

    assert not broken


def test_the_changelog_has_one_line_an_entry() -> None:
    """So that entries of two branches merge, and each is for users."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = text.partition("\n### ")[2].splitlines()[1:]

    other = [line for line in entries if line and not re.match(r"- |## |\[", line)]

    assert [line for line in other if line.removeprefix("### ") not in KINDS] == []
