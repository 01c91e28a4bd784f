"""The documentation site: built with warnings as errors, whole, and without other machines."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacetag.tagger.cli import app
from tests.loading import load

ROOT = Path(__file__).parent.parent
SITE = ROOT / "docs/site"
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-f", config, "-d", site],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once."""
    to = tmp_path_factory.mktemp("built") / "site"
    done = build(SITE / "mkdocs.yml", to)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return to


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def pages(site: Path) -> Iterator[tuple[Path, list[tuple[str, dict[str, str]]]]]:
    for page in sorted(site.glob("*.html")):
        yield page, Tags(page.read_text(encoding="utf-8")).found


def test_every_document_has_its_page(site: Path) -> None:
    built = {page.stem for page in site.glob("*.html")}
    moved = {Path(name).name for name in load("docs/site/pages.py").MOVED}

    written = {page.stem for page in ROOT.glob("docs/*.md") if page.name not in moved}

    assert written <= built
    assert {"index", "index-queries", "changelog", "model-card", "commands", "python"} <= built


def test_nothing_is_fetched_from_other_machines(site: Path) -> None:
    outside = [
        f"{page.name}: {tag} {given[FETCHED[tag]]}"
        for page, tags in pages(site)
        for tag, given in tags
        if tag in FETCHED and re.match(r"(https?:)?//", given.get(FETCHED[tag], ""))
        if given.get("rel") != "canonical"
    ]
    for style in site.rglob("*.css"):
        outside += re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", style.read_text())
    for script in site.rglob("*.js"):
        outside += re.findall(r"https?://(?:unpkg|cdn|fonts)[^\"]*", script.read_text())

    assert outside == []


def test_what_pages_show_and_link_is_there(site: Path) -> None:
    """Links of texts are checked while the site is built; this sees the generated parts as well."""
    anchors = {page.name: {given.get("id") for _, given in tags} for page, tags in pages(site)}
    broken = []
    for page, tags in pages(site):
        for tag, given in tags:
            target = given.get("src") or given.get("href") or ""
            if re.match(r"\w+:|//", target) or not target or page.name == "404.html":
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / file).exists() if file else True
            if not there or (anchor and anchor not in anchors.get(file or page.name, {anchor})):
                broken.append(f"{page.name}: {tag} {target}")

    assert broken == []


def test_every_command_and_option_has_its_row(site: Path) -> None:
    page = (site / "commands.html").read_text(encoding="utf-8")
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]

    for name in names:
        assert f'id="pacetag-{name}"' in page
    assert "<code>--dry-run</code>" in page
    assert 'id="pacetag-service-install"' in page


def test_the_python_page_has_every_exported_name_with_its_docstring(site: Path) -> None:
    page = (site / "python.html").read_text(encoding="utf-8")

    import pacetag.db
    import pacetag.model

    for module in (pacetag.model, pacetag.db):
        for name in module.__all__:
            assert name.startswith("__") or f'id="{module.__name__}.{name}"' in page, name
    assert "A trained network with all that leads to it" in page


def test_lists_tables_and_the_flowchart_are_shown_as_such(site: Path) -> None:
    using = (site / "using.html").read_text(encoding="utf-8")
    architecture = (site / "architecture.html").read_text(encoding="utf-8")

    assert "<p>| " not in using + architecture
    assert using.count("<li>") > 30
    assert '<svg class="flow"' in architecture
    assert "flowchart LR" not in architecture


def test_a_broken_link_breaks_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "using.md").write_text("# Using\n")
    (docs / "index.md").write_text("[a](no-page.md) [b](using.md#no-part) ![c](no-picture.png)\n")
    config: dict[str, Any] = yaml.safe_load((SITE / "mkdocs.yml").read_text())
    kept = {name: config[name] for name in ("site_name", "strict", "validation")}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump({**kept, "theme": "mkdocs"}))

    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")

    assert done.returncode != 0
    for broken in ("no-page.md", "#no-part", "no-picture.png"):
        assert broken in done.stderr


def test_a_flowchart_is_read_in_the_order_of_its_arrows() -> None:
    flowchart = load("docs/site/flowchart.py")

    read = flowchart.read_flowchart("flowchart LR\n  a --> b --> c\n  a -. at once .-> c\n")

    assert read == [("a", "b", None), ("b", "c", None), ("a", "c", "at once")]


@pytest.mark.parametrize(
    "text", ["graph TD\n a --> b", "flowchart LR\n a ==> b", "flowchart LR\n a --> [b]"]
)
def test_a_chart_that_cannot_be_drawn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a flowchart|an arrow|a name"):
        load("docs/site/flowchart.py").draw_flowchart(text)


def test_links_between_files_become_links_between_pages() -> None:
    linked = load("docs/site/pages.py").linked

    text = "[a](../CHANGELOG.md) [b](index.md#queries) [c](nas/Dockerfile) [d](https://e.org)"

    assert linked(text, "docs/using.md", "using.md") == (
        "[a](changelog.md) [b](index-queries.md#queries) [c](nas/Dockerfile) [d](https://e.org)"
    )
    assert linked("![r](docs/run.png)", "README.md", "index.md") == "![r](run.png)"


def test_lists_and_tables_get_an_empty_line_before_them() -> None:
    spaced = load("docs/site/pages.py").spaced

    text = "Of:\n- a\n  more\n- b\n\nTable:\n| x |\n|---|\n```\nno:\n- list\n```"

    assert "\n".join(spaced(text.splitlines())) == (
        "Of:\n\n- a\n  more\n- b\n\nTable:\n\n| x |\n|---|\n```\nno:\n- list\n```"
    )


def test_the_pictures_of_how_it_hears_are_drawn_by_the_code(tmp_path: Path) -> None:
    from pacetag.tagger.plots.image_files import is_our_picture
    from tests.drawings import hearing

    heard = hearing.hear()
    hearing.draw(tmp_path, heard)

    page = (ROOT / "docs/how-it-hears.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\(hearing/(.*?)\)", page) == list(hearing.PICTURES)
    for name in hearing.PICTURES:
        assert is_our_picture((tmp_path / name).read_bytes())
        assert is_our_picture((hearing.FOLDER / name).read_bytes())
    paces = [round(tempo.bpm) for tempo in heard.levels.tempos if tempo.confidence >= 0.5]
    assert paces == [186, 62]
    assert "The paces of the waltz are 186 and 62." in page
    alone = dict(zip(heard.levels.bpms.round(), heard.alone, strict=True))
    assert 0.01 < alone[93.0] < 0.5  # "not quite ruled out by itself"
    assert heard.levels.present[list(heard.levels.bpms.round()).index(93.0)] < 0.01
