"""The documents of the repository: the length of their lines, and links that lead somewhere."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("", "docs/", "model/weights/**/", ".github/**/")
PAGES = sorted({page for folder in FOLDERS for page in ROOT.glob(f"{folder}*.md")})
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
WIDTH = 100  # columns of prose
PATH = re.compile(r"(?<![\w/.-])(?:model|tagger|db|tests|docs|\.ci)/[\w./-]*\.[a-z]+\b")
MODULE = re.compile(r"\b(?:pacetag\.(?:model|db|tagger)|(?<=-m )tests)(?:\.\w+)*\b")
FILE = re.compile(r"`(\w+\.py)\b")
PLACES = ("*.py", ".ci/*.py", "model/**/*.py", "tagger/**/*.py", "db/**/*.py", "tests/**/*.py")
FILES = {path.name for place in PLACES for path in ROOT.glob(place)}
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


@pytest.mark.parametrize("name", NAMES)
def test_files_and_modules_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    modules = [named.replace(".", "/") for named in MODULE.findall(text)]

    gone = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    gone += [
        path
        for path in (module.removeprefix("pacetag/") for module in modules)
        if not (ROOT / path).is_dir() and not (ROOT / f"{path}.py").exists()
    ]
    gone += [file for file in FILE.findall(text) if file not in FILES]

    assert not gone


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in `model/tempo/prior.py`, too", (["model/tempo/prior.py"], [], [])),
        ("run `python -m tests.drawings.rooms`", ([], ["tests.drawings.rooms"], [])),
        ("as pacetag.model.judge does", ([], ["pacetag.model.judge"], [])),
        ("and `scan.py` beside it", ([], [], ["scan.py"])),
        ("[a page](../model/weights/x.md) and https://example.org/docs/a.md", ([], [], [])),
    ],
)
def test_names_of_files_are_found_in_text(text: str, found: tuple[list[str], ...]) -> None:
    assert (PATH.findall(text), MODULE.findall(text), FILE.findall(text)) == found


def test_the_changelog_has_one_line_an_entry() -> None:
    """So that entries of two branches merge, and each is for users."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = text.partition("\n### ")[2].splitlines()[1:]

    other = [line for line in entries if line and not re.match(r"- |## |\[", line)]

    assert [line for line in other if line.removeprefix("### ") not in KINDS] == []
    listed = [line for line in entries if line.startswith("- ")]
    assert [line for line in listed if listed.count(line) > 1] == []


def test_the_citation_is_of_the_version_in_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    cited = dict(re.findall(r"^(\w+): (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE))

    assert (cited["title"], cited["version"]) == (project["name"], project["version"])
    assert cited["license"] == project["license"]


def test_the_workflow_runs_the_gate_on_versions_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")

    assert re.findall(r"- run: (.+)", workflow) == [".ci/run"]
    versions = re.findall(r'"(3\.\d+)"', workflow)
    named = {line.split(" :: ")[-1] for line in project["classifiers"]}
    assert versions
    assert set(versions) <= named
