"""The hook of the documentation site: which file becomes which page, and how its text is adapted.

The documents are written for a code host, which shows them where they lie. The site shows the same
texts: links between them are turned to the pages, lists and tables get the empty line that
Python-Markdown wants before them, and a flowchart is drawn here rather than by a script from
another machine.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any
from urllib.parse import urldefrag

from commands import commands_page
from flowchart import draw_flowchart
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
MOVED = {  # file of the repository -> page, where it is not docs/NAME.md -> NAME.md
    "README.md": "index.md",
    "docs/index.md": "index-queries.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "model/weights/stride-5/MODEL_CARD.md": "model-card.md",
    "LICENSE": "license.txt",
}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s]+)(?=\))")
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^(\s*)(```+)(\w*)")
ITEM = re.compile(r"^(?:[-*] |\d+\. )")
PYTHON = """# Python

What stays from version to version; [pacetag as a library](library.md) shows it at work.
"""
EXPORTED = {  # module -> what it is
    "pacetag.model": "Sound in, paces out.",
    "pacetag.db": "The index that `pacetag scan` fills.",
}
FOREIGN = re.compile(rb"https://unpkg\.com/")  # scripts that the theme would fetch when needed


@event_priority(100)  # before mkdocstrings reads its own
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Have docstrings read from the three folders, which are imported as packages of pacetag."""
    links = Path(config.site_dir).parent / "site-sources/pacetag"
    links.mkdir(parents=True, exist_ok=True)
    for name in ("model", "db"):
        link = links / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    handlers: dict[str, Any] = config.plugins["mkdocstrings"].config["handlers"]
    handlers["python"]["paths"] = [str(links.parent)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put each document where its page is, and add the pages that are made of the code."""
    for source in MOVED:
        moved = files.get_file_from_path(source.removeprefix("docs/"))
        if moved is not None and source.startswith("docs/"):
            files.remove(moved)
    for source, uri in MOVED.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / source)))
    files.append(File.generated(config, "commands.md", content=commands_page()))
    files.append(File.generated(config, "python.md", content=python_page()))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Adapt the text of a page."""
    uri = page.file.src_uri
    source = next((name for name, moved in MOVED.items() if moved == uri), f"docs/{uri}")
    return "\n".join(spaced(drawn(linked(markdown, source, uri)).splitlines()))


def on_post_build(config: MkDocsConfig, **_: Any) -> None:
    """Take the addresses of other machines out of the theme's scripts, which ask for them never."""
    for script in Path(config.site_dir).rglob("*.js"):
        code = script.read_bytes()
        if FOREIGN.search(code):
            script.write_bytes(FOREIGN.sub(b"", code))


def linked(markdown: str, source: str, uri: str) -> str:
    """Return the text of a file of the repository with its links as they go between pages."""

    def turned(link: re.Match[str]) -> str:
        target, anchor = urldefrag(link[1])
        file = normpath(f"{PurePosixPath(source).parent}/{target}")
        if file not in MOVED and not file.startswith("docs/"):
            return link[1]  # which mkdocs then warns about
        page = MOVED.get(file, file.removeprefix("docs/"))
        return relpath(page, PurePosixPath(uri).parent) + (f"#{anchor}" if anchor else "")

    return LINK.sub(turned, markdown)


def drawn(markdown: str) -> str:
    """Return the text with its flowcharts as pictures."""
    return MERMAID.sub(lambda block: draw_flowchart(block[1]), markdown)


def spaced(lines: list[str]) -> Iterator[str]:
    """Yield the lines with an empty one before each list and table that follows a text."""
    before, fence = "", ""
    for line in lines:
        opened = FENCE.match(line)
        if opened and not fence:
            fence = opened[2]
        elif opened and opened[2] == fence and not opened[3]:
            fence = ""
        elif not fence and before and _begins(line, before):
            yield ""
        yield line
        before = line.strip() and line


def _begins(line: str, before: str) -> bool:
    """Tell whether a list or a table begins with a line, after a line that is not empty."""
    if line.startswith("|"):
        return not before.startswith("|")
    return bool(ITEM.match(line)) and not (ITEM.match(before) or before.startswith((" ", "#")))


def python_page() -> str:
    """Return the page of the names that `pacetag.model` and `pacetag.db` export."""
    parts = [PYTHON]
    for module, said in EXPORTED.items():
        names = [name for name in import_module(module).__all__ if not name.startswith("__")]
        parts += [f"## {module}\n\n{said}\n", *(f"::: {module}.{name}\n" for name in names)]
    return "\n".join(parts)
